/**
 * A person's own payments, and refunds of their unspent credit to the card that paid for it. The newest top-up counts
 * as spent last. A top-up can be refunded in several parts.
 */

import { iso } from '../../platform/clock.ts';
import { AppError } from '../../protocol/errors.ts';
import type { TopupId } from '../../protocol/ids.ts';
import type { Refund } from '../../protocol/money/money.ts';
import type { CardPayment, UnspentTopup } from '../../protocol/money/wallet.ts';
import type { MoneyContext } from '../money-context.ts';
import { parseEdge, toPage } from '../payments/payment-pages.ts';
import { toRefund } from '../refunds/refunds.store.ts';
import type { Refunds } from '../refunds/refunds.ts';

/** Reason in the refund's record. */
const REASON = 'unspent_credit';

export class OwnPayments {
  readonly #context: MoneyContext;
  readonly #refunds: Refunds;

  constructor(context: MoneyContext, refunds: Refunds) {
    this.#context = context;
    this.#refunds = refunds;
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

  /** Unspent top-ups, newest first, until all paid credit is found. */
  async listUnspent(identity: string): Promise<(UnspentTopup & { refundedMinor: number })[]> {
    const { balanceMinor, promoMinor } = await this.#context.readWallet(identity);
    const found = await this.#context.stores.payments.listUnspent(identity, balanceMinor - promoMinor);
    return found.map(({ topup: { id, refundedMinor, currency, paidAt }, unspentMinor: amountMinor }) => ({
      ...{ topup: id as TopupId, amountMinor, refundedMinor, currency, at: iso(paidAt) },
    }));
  }

  async refundUnspent(identity: string, wanted: TopupId): Promise<Refund> {
    const unspent = (await this.listUnspent(identity)).find(({ topup }) => topup === wanted);
    if (!unspent) throw new AppError('payment_not_found');
    const { topup, amountMinor, refundedMinor } = unspent;
    // A repeated request finds the same unspent part and so repeats the same refund.
    const idempotencyKey = `unspent:${topup}:${refundedMinor}`;
    return this.#refunds.refund({ topup, amountMinor, reason: REASON, idempotencyKey }, identity);
  }
}
