/** A person's own payments by card. */

import { iso } from '../../platform/clock.ts';
import type { CardPayment } from '../../protocol/money/wallet.ts';
import type { MoneyContext } from '../money-context.ts';
import { parseEdge, toPage } from '../payments/payment-pages.ts';
import { toRefund } from '../refunds/refunds.store.ts';

export class OwnPayments {
  readonly #context: MoneyContext;

  constructor(context: MoneyContext) {
    this.#context = context;
  }

  /** Payments that did not use the wallet, newest first, in pages. */
  async listByCard(
    identity: string,
    { after, limit }: { after?: string | undefined; limit: number },
  ): Promise<{ payments: CardPayment[]; next: string | null }> {
    const { rooms, stores } = this.#context;
    const wide = { isTopup: false, after: parseEdge(after), limit: limit + 1 };
    const { page, next } = toPage(await stores.payments.listByCard(identity, wide), limit);
    const ids = [...new Set(page.flatMap(({ room }) => room ?? []))];
    const titles = new Map(await Promise.all(ids.map(async (id) => [id, (await rooms.getRoom(id)).title] as const)));
    const clubs = new Set(page.flatMap(({ room, creator }) => (room === null && creator ? creator : [])));
    for (const creator of clubs) titles.set(creator, await rooms.clubs.nameOf(creator));
    const back = await stores.refunds.listToCard(page.map(({ id }) => id));
    const payments = page.map(({ id, kind, amountMinor, refundedMinor, currency, paidAt, room, creator }) => ({
      ...{ id, kind, amountMinor, refundedMinor, currency, at: iso(paidAt) },
      title: titles.get(room ?? creator ?? '') ?? null,
      refunds: back
        .filter(({ payment }) => payment === id)
        .map((row) => {
          const { createdAt: at, ...refund } = toRefund(row);
          return {
            id: refund.id,
            amountMinor: refund.amountMinor,
            currency: refund.currency,
            status: refund.status,
            at,
          };
        }),
    }));
    return { payments, next };
  }
}
