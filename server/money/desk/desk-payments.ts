/** Payments at the desk: a search over all kinds, in pages, and the details of one payment. */

import { iso } from '../../platform/clock.ts';
import { AppError } from '../../protocol/errors.ts';
import type { DeskPayment, DeskPaymentDetail, DeskPaymentList, DeskPaymentsQuery } from '../../protocol/money/desk.ts';
import type { Disputes } from '../disputes/disputes.ts';
import type { Receipts } from '../invoices/receipts.ts';
import type { MoneyContext } from '../money-context.ts';
import { parseEdge, toPage } from '../payments/payment-pages.ts';
import type { StandingPayment } from '../payments/payments.store.ts';
import { toRefund } from '../refunds/refunds.store.ts';

export interface DeskPaymentsParts {
  receipts: Receipts;
  disputes: Disputes;
}

/** An API key sees no payment of people of the house, nor one to its creators. */
export interface Seen {
  ofEmbedders?: boolean;
}

export class DeskPayments {
  readonly #context: MoneyContext;
  readonly #parts: DeskPaymentsParts;

  constructor(context: MoneyContext, parts: DeskPaymentsParts) {
    this.#context = context;
    this.#parts = parts;
  }

  async search({ query, kind, after, limit }: DeskPaymentsQuery, { ofEmbedders }: Seen = {}): Promise<DeskPaymentList> {
    const { payments, refunds } = this.#context.stores;
    const refund = query === undefined ? undefined : await refunds.find(query);
    const wanted = refund?.payment ?? query;
    const wide = { query: wanted, kind, ofEmbedders, after: parseEdge(after), limit: limit + 1 };
    const { page, next } = toPage(await payments.search(wide), limit);
    return { payments: page.map(toDeskPayment), next };
  }

  async get(id: string, { ofEmbedders }: Seen = {}): Promise<DeskPaymentDetail> {
    const { receipts, disputes } = this.#parts;
    const { payments, refunds: allRefunds } = this.#context.stores;
    if (ofEmbedders) await this.assertEmbedders(id);
    const row = await payments.findStanding(id);
    if (!row) throw new AppError('payment_not_found');
    const [refunds, legs, dispute, receipt] = await Promise.all([
      allRefunds.listOf(id),
      payments.listLegs(id),
      disputes.findOfSource(id),
      receipts.get(id, undefined).catch(ignoreMissing),
    ]);
    return {
      payment: toDeskPayment(row),
      receipt,
      legs: legs.map(({ amount, at, ...leg }) => ({ ...leg, at: iso(at), amountMinor: Number(amount) })),
      refunds: refunds.map((each) => ({ ...toRefund(each), by: each.by, failure: each.failure })),
      dispute: dispute ?? null,
      providerPayment: row.providerPayment,
    };
  }

  /** Those that an API key does not see, see `Seen`. */
  findOfHouse(ids: string[]): Promise<Set<string>> {
    return this.#context.stores.payments.findOfHouse(ids);
  }

  /** Throws `payment_not_found` for a payment that an API key does not see. */
  async assertEmbedders(payment: string): Promise<void> {
    if ((await this.findOfHouse([payment])).size > 0) throw new AppError('payment_not_found');
  }
}

function toDeskPayment(row: StandingPayment): DeskPayment {
  const { id, kind, identity, creator, room, amountMinor, refundedMinor, currency, paidFrom: from } = row;
  const isRefunded = row.refundedAt !== null || refundedMinor >= amountMinor;
  return {
    ...{ id, kind, identity, creator, room, amountMinor, refundedMinor, currency, from },
    status: row.isDisputed ? 'disputed' : isRefunded ? 'refunded' : refundedMinor > 0 ? 'part_refunded' : 'settled',
    at: iso(row.paidAt),
  };
}

function ignoreMissing(error: unknown): null {
  if (error instanceof AppError && error.code === 'payment_not_found') return null;
  throw error;
}
