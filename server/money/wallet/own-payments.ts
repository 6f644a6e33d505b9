/**
 * What a person paid, for that person, and credit that they have sent back to the card that paid it. What was paid last
 * is taken to be spent last; a top-up is given back in as many parts as it is found unspent.
 */
import type { DeskPayment, DeskPaymentList, PaymentKind } from '../../protocol/desk.ts';
import { AppError } from '../../protocol/errors.ts';
import { type TopupId, topupId } from '../../protocol/ids.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Refund } from '../../protocol/money.ts';
import type { CardPayment, UnspentTopup } from '../../protocol/wallet.ts';
import type { Desk } from '../desk/desk.ts';
import { paymentEdge } from '../desk/desk-payments.ts';
import type { MoneyContext } from '../money-context.ts';
import type { Refunds } from '../refunds/refunds.ts';

/** In the refund's record, beside the identity of who asked. */
const REASON = 'Unspent credit, asked for by its owner';
/**
 * Pages of payments that one request reads; who was paid or paid more than that finds the rest by going on from `next`.
 */
const SEARCH_PAGES_MAX = 20;

export class OwnPayments {
  readonly #context: MoneyContext;
  readonly #desk: Desk;
  readonly #refunds: Refunds;

  constructor(context: MoneyContext, parts: { desk: Desk; refunds: Refunds }) {
    this.#context = context;
    this.#desk = parts.desk;
    this.#refunds = parts.refunds;
  }

  /** What never went through the wallet, the newest first, page by page. */
  async listByCard(
    identity: string,
    page: { after?: string | undefined; limit: number },
  ): Promise<{ payments: CardPayment[]; next: string | null }> {
    const { found, next } = await this.#findByCard(identity, page);
    const ids = [...new Set(found.flatMap(({ room }) => room ?? []))];
    const { rooms } = this.#context;
    const titles = new Map(await Promise.all(ids.map(async (id) => [id, (await rooms.getRoom(id)).title] as const)));
    const payments = found.map(({ id, kind, amountMinor, refundedMinor, currency, at, room }) => {
      return { id, kind, amountMinor, refundedMinor, currency, at, roomTitle: titles.get(room ?? '') ?? null };
    });
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

  /** The top-ups that are not spent, the newest first, until all of the paid credit is found. */
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
    // Asked twice, the top-up is found as it was before, and it is the same refund.
    const idempotencyKey = `unspent:${topup}:${refundedMinor}`;
    return this.#refunds.refund({ topup, amountMinor, reason: REASON, idempotencyKey }, identity);
  }

  /** Page by page for as long as the caller wants more: what is looked for may be older than a page is long. */
  async *#pagesOf(
    identity: string,
    { kind, after: start }: { kind?: PaymentKind; after?: string | undefined },
  ): AsyncGenerator<DeskPaymentList> {
    let after = start;
    for (let read = 0; read < SEARCH_PAGES_MAX; read += 1) {
      const { payments, next } = await this.#desk.searchPayments({
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
