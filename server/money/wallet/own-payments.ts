/**
 * A person's own payments, and refunds of their unspent credit to the card that paid for it. The newest top-up counts
 * as spent last. A top-up can be refunded in several parts.
 */

import { AppError } from '../../protocol/errors.ts';
import { type TopupId, topupId } from '../../protocol/ids.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { DeskPayment, DeskPaymentList, PaymentKind } from '../../protocol/money/desk.ts';
import type { Refund } from '../../protocol/money/money.ts';
import type { CardPayment, UnspentTopup } from '../../protocol/money/wallet.ts';
import { type DeskPayments, paymentEdge } from '../desk/desk-payments.ts';
import type { MoneyContext } from '../money-context.ts';
import { paymentIdOf, toRefund } from '../refunds/refunds.store.ts';
import type { Refunds } from '../refunds/refunds.ts';

/** Reason in the refund's record. */
const REASON = 'unspent_credit';
/** Pages of payments that one request reads. A person with more payments continues from `next`. */
const SEARCH_PAGES_MAX = 20;

export class OwnPayments {
  readonly #context: MoneyContext;
  readonly #payments: DeskPayments;
  readonly #refunds: Refunds;

  constructor(context: MoneyContext, parts: { payments: DeskPayments; refunds: Refunds }) {
    this.#context = context;
    this.#payments = parts.payments;
    this.#refunds = parts.refunds;
  }

  /** Payments that did not use the wallet, newest first, in pages. */
  async listByCard(
    identity: string,
    page: { after?: string | undefined; limit: number },
  ): Promise<{ payments: CardPayment[]; next: string | null }> {
    const { found, next } = await this.#findByCard(identity, page);
    const ids = [...new Set(found.flatMap(({ room }) => room ?? []))];
    const { rooms } = this.#context;
    const titles = new Map(await Promise.all(ids.map(async (id) => [id, (await rooms.getRoom(id)).title] as const)));
    const clubs = [...new Set(found.flatMap(({ kind, creator }) => (kind === 'membership' && creator ? creator : [])))];
    for (const creator of clubs) titles.set(creator, await rooms.clubs.nameOf(creator));
    const back = await this.#context.stores.refunds.listToCard(
      found.filter(({ refundedMinor }) => refundedMinor > 0).map(({ id }) => id),
    );
    const refunds = back.map((row) => ({ of: paymentIdOf(row), ...toRefund(row) }));
    const payments = found.map(({ id, kind, amountMinor, refundedMinor, currency, at, room, creator }) => ({
      ...{ id, kind, amountMinor, refundedMinor, currency, at, title: titles.get(room ?? creator ?? '') ?? null },
      refunds: refunds
        .filter(({ of }) => of === id)
        .map(({ createdAt, ...refund }) => ({
          ...{ id: refund.id, amountMinor: refund.amountMinor, currency: refund.currency, status: refund.status },
          at: createdAt,
        })),
    }));
    return { payments, next };
  }

  async #findByCard(
    identity: string,
    { after, limit }: { after?: string | undefined; limit: number },
  ): Promise<{ found: DeskPayment[]; next: string | null }> {
    const found: DeskPayment[] = [];
    let next: string | null = null;
    for await (const page of this.#pagesOf(identity, { after })) {
      found.push(...page.payments.filter(({ from, kind }) => from === 'card' && kind !== 'topup'));
      next = page.next;
      if (found.length > limit) break;
    }
    const last = found.length > limit ? found[limit - 1] : undefined;
    return { found: found.slice(0, limit), next: last ? paymentEdge(last) : next };
  }

  /** Unspent top-ups, newest first, until all paid credit is found. */
  async listUnspent(identity: string): Promise<(UnspentTopup & { refundedMinor: number })[]> {
    const { balanceMinor, promoMinor } = await this.#context.readWallet(identity);
    let leftMinor = balanceMinor - promoMinor;
    const unspent: (UnspentTopup & { refundedMinor: number })[] = [];
    for await (const { payments } of this.#pagesOf(identity, { kind: 'topup' })) {
      for (const payment of payments) {
        const topup = topupId.safeParse(payment.id);
        if (!topup.success || !isOpen(payment.status)) continue;
        const { currency, at, refundedMinor } = payment;
        const amountMinor = Math.min(leftMinor, payment.amountMinor - refundedMinor);
        if (amountMinor <= 0) return unspent;
        unspent.push({ topup: topup.data, amountMinor, refundedMinor, currency, at });
        leftMinor -= amountMinor;
      }
    }
    return unspent;
  }

  async refundUnspent(identity: string, wanted: TopupId): Promise<Refund> {
    const unspent = (await this.listUnspent(identity)).find(({ topup }) => topup === wanted);
    if (!unspent) throw new AppError('payment_not_found');
    const { topup, amountMinor, refundedMinor } = unspent;
    // A repeated request finds the same unspent part and so repeats the same refund.
    const idempotencyKey = `unspent:${topup}:${refundedMinor}`;
    return this.#refunds.refund({ topup, amountMinor, reason: REASON, idempotencyKey }, identity);
  }

  /** Yields pages while the caller wants more, because a match can be older than the first page. */
  async *#pagesOf(
    identity: string,
    { kind, after: start }: { kind?: PaymentKind; after?: string | undefined },
  ): AsyncGenerator<DeskPaymentList> {
    let after = start;
    for (let read = 0; read < SEARCH_PAGES_MAX; read += 1) {
      const { payments, next } = await this.#payments.search({
        query: identity,
        kind,
        after,
        limit: LIMITS.listPageItems,
      });
      yield { payments: payments.filter((payment) => payment.identity === identity), next };
      if (next === null) return;
      after = next;
    }
  }
}

const isOpen = (status: string) => status === 'settled' || status === 'part_refunded';
