/** Payments at the desk: a search over all kinds, in pages, and the details of one payment. */

import { iso } from '../../platform/clock.ts';
import { AppError } from '../../protocol/errors.ts';
import type { DeskPayment, DeskPaymentDetail, DeskPaymentList, DeskPaymentsQuery } from '../../protocol/money/desk.ts';
import type { Disputes } from '../disputes/disputes.ts';
import type { Receipts } from '../invoices/receipts.ts';
import type { MoneyContext } from '../money-context.ts';
import { paymentIdOf, toRefund } from '../refunds/refunds.store.ts';
import { DeskPaymentsStore, type PageEdge, type PaymentRow } from './desk-payments.store.ts';

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
  readonly #store: DeskPaymentsStore;

  constructor(context: MoneyContext, parts: DeskPaymentsParts) {
    this.#context = context;
    this.#parts = parts;
    this.#store = new DeskPaymentsStore(context.db);
  }

  async search({ query, kind, after, limit }: DeskPaymentsQuery, { ofEmbedders }: Seen = {}): Promise<DeskPaymentList> {
    const refund = query === undefined ? undefined : await this.#context.stores.refunds.find(query);
    const wanted = refund ? paymentIdOf(refund) : query;
    const edge = after === undefined ? undefined : parseEdge(after);
    const rows = await this.#store.search({ query: wanted, kind, ofEmbedders, after: edge, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return { payments: page.map((row) => this.#toPayment(row)), next: last ? paymentEdge(last) : null };
  }

  async get(id: string, { ofEmbedders }: Seen = {}): Promise<DeskPaymentDetail> {
    const { receipts, disputes } = this.#parts;
    const { memberships, checkouts, refunds: allRefunds } = this.#context.stores;
    const [row] = await this.#store.search({ id, ofEmbedders, limit: 1 });
    if (!row) throw new AppError('payment_not_found');
    const sources = [id, (await memberships.findInvoice(id))?.invoice, (await checkouts.findBySource(id))?.id];
    const [refunds, legs, dispute, receipt] = await Promise.all([
      allRefunds.listOf(id),
      this.#store.listLegs(sources.filter((source) => source !== undefined)),
      disputes.findOfSource(id),
      receipts.get(id, undefined).catch(ignoreMissing),
    ]);
    return {
      payment: this.#toPayment(row),
      receipt,
      legs: legs.map(({ amount, at, ...leg }) => ({ ...leg, at: iso(at), amountMinor: Number(amount) })),
      refunds: refunds.map((each) => ({ ...toRefund(each), by: each.by, failure: each.failure })),
      dispute: dispute ?? null,
      providerPayment: row.provider_payment,
    };
  }

  /** Those that an API key does not see, see `Seen`. */
  findOfHouse(ids: string[]): Promise<Set<string>> {
    return this.#store.findOfHouse(ids);
  }

  /** Throws `payment_not_found` for a payment that an API key does not see. */
  async assertEmbedders(payment: string): Promise<void> {
    if ((await this.findOfHouse([payment])).size > 0) throw new AppError('payment_not_found');
  }

  #toPayment(row: PaymentRow): DeskPayment {
    const amountMinor = Number(row.amount);
    const refundedMinor = Number(row.refunded);
    const isRefunded = row.is_refunded || refundedMinor >= amountMinor;
    return {
      id: row.id,
      kind: row.kind,
      identity: row.identity,
      creator: row.creator,
      room: row.room,
      amountMinor,
      refundedMinor,
      currency: this.#context.currency,
      from: row.paid_by,
      status: row.is_disputed ? 'disputed' : isRefunded ? 'refunded' : refundedMinor > 0 ? 'part_refunded' : 'settled',
      at: iso(row.at),
    };
  }
}

/** The opaque cursor after a payment. */
export function paymentEdge({ at, id }: Pick<PaymentRow, 'at' | 'id'>): string {
  return Buffer.from(`${iso(at)} ${id}`).toString('base64url');
}

function parseEdge(text: string): PageEdge {
  const [at = '', id = ''] = Buffer.from(text, 'base64url').toString('utf8').split(' ');
  if (Number.isNaN(Date.parse(at)) || !/^\w{1,64}$/.test(id)) throw new AppError('cursor_invalid');
  return { at, id };
}

function ignoreMissing(error: unknown): null {
  if (error instanceof AppError && error.code === 'payment_not_found') return null;
  throw error;
}
