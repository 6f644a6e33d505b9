/**
 * Receipts for payments, for what reversed them and for promotional credit: from the books, the terms of the sale and
 * the buyer's waiver. Writes nothing.
 */
import { iso } from '../../platform/clock.ts';
import { AppError } from '../../protocol/errors.ts';
import { ID_PREFIXES } from '../../protocol/ids.ts';
import type { Correction, Receipt } from '../../protocol/money/pricing.ts';
import type { MoneyContext } from '../money-context.ts';
import type { PaymentRules } from '../payments/payment-kinds.ts';
import { type PaymentRow, saleOf } from '../payments/payments.store.ts';
import type { SaleTerms } from '../sales/pricing.ts';
import { toPromotion } from '../wallet/promotions.store.ts';
import type { Invoices } from './invoices.ts';
import { type Booked, kindOfReversal, type LegSums, ReceiptsStore } from './receipts.store.ts';

export class Receipts {
  readonly #context: MoneyContext;
  readonly #rules: PaymentRules;
  readonly #invoices: Invoices;
  readonly #store: ReceiptsStore;

  constructor(context: MoneyContext, parts: { rules: PaymentRules; invoices: Invoices }) {
    this.#context = context;
    this.#rules = parts.rules;
    this.#invoices = parts.invoices;
    this.#store = new ReceiptsStore(context.db);
  }

  /** With an `identity`, only a receipt of that person; without one, any. */
  async get(id: string, identity?: string): Promise<Receipt> {
    const receipt = await this.#find(id);
    if (!receipt || (identity !== undefined && receipt.identity !== identity)) throw new AppError('payment_not_found');
    return receipt;
  }

  /** What a payment was for, without the sums. */
  async findPaid(payment: string): Promise<Pick<PaymentRow, 'kind' | 'room'>> {
    const found = await this.#context.stores.payments.find(payment);
    if (!found) throw new AppError('payment_not_found');
    return found;
  }

  #find(id: string): Promise<Receipt | undefined> {
    if (id.startsWith(ID_PREFIXES.refund)) return this.#ofRefund(id);
    if (id.startsWith(ID_PREFIXES.promotion)) return this.#ofPromotion(id);
    if (id.startsWith(ID_PREFIXES.ledgerTransaction)) return this.#ofReversal(id);
    return this.#ofPayment(id);
  }

  async #ofPayment(id: string): Promise<Receipt | undefined> {
    const payment = await this.#context.stores.payments.findStanding(id);
    if (!payment) return undefined;
    const { kind, identity, amountMinor, paidAt, refundedAt, refundedMinor, terms } = payment;
    const sale = await this.#store.find(saleOf(payment).kind, id);
    const byCard = { promoMinor: 0, walletMinor: 0, cardMinor: amountMinor };
    return {
      // One that bought nothing is described by what it was meant to buy.
      ...this.#blank({ id, kind: kind as Receipt['kind'], identity, amountMinor, at: paidAt }),
      status: refundedAt ? 'refunded' : refundedMinor > 0 ? 'part_refunded' : 'settled',
      ...(terms && sale ? await this.#ofSale(payment, sale) : { paid: byCard }),
      corrections: await this.#correctionsOf(id, sale),
      ...(await this.#rules[kind].describe?.(payment)),
    };
  }

  async #ofRefund(id: string): Promise<Receipt | undefined> {
    const row = await this.#context.stores.refunds.find(id);
    if (!row) return undefined;
    const { identity, amountMinor, createdAt, reason, status, payment: relatesTo } = row;
    const payment = await this.#context.stores.payments.find(relatesTo);
    const booked = await this.#store.find('refund', id);
    // What became credit, or bought nothing, goes back to the card.
    const toCard = { promoMinor: 0, walletMinor: 0, cardMinor: amountMinor };
    return {
      ...this.#blank({ id, kind: 'refund', identity, amountMinor, at: createdAt }),
      ...(payment?.terms && booked ? await this.#ofSale(payment, booked) : { paid: toCard }),
      status,
      reason,
      relatesTo,
    };
  }

  /** A refund by hand at the provider, a lost dispute, or what undid one: by its transaction, as it has no record. */
  async #ofReversal(id: string): Promise<Receipt | undefined> {
    const booked = await this.#store.findById(id);
    if (!booked?.transaction.reversesId) return undefined;
    const { reversesId, sourceType, sourceId, createdAt: at } = booked.transaction;
    if (sourceType === 'refund') return this.#ofRefund(sourceId);
    const original = await this.#store.findById(reversesId);
    const payment = await this.#context.stores.payments.find(original?.transaction.sourceId ?? '');
    if (!payment) return undefined;
    const { identity } = payment;
    const amountMinor = amountOf(booked.sums);
    const toCard = { promoMinor: 0, walletMinor: 0, cardMinor: amountMinor };
    return {
      ...this.#blank({ id, kind: kindOfReversal(booked), identity, amountMinor, at }),
      ...(payment.terms ? await this.#ofSale(payment, booked) : { paid: toCard }),
      status: 'succeeded',
      relatesTo: payment.id,
    };
  }

  /** Oldest first. */
  async #correctionsOf(payment: string, sale: Booked | undefined): Promise<Correction[]> {
    const refunds = await this.#context.stores.refunds.listOf(payment);
    const reversals = sale ? await this.#store.listReversals(sale.transaction.id) : [];
    const corrections = [
      ...refunds.map(({ id, createdAt, amountMinor }) => ({ id, kind: 'refund' as const, at: createdAt, amountMinor })),
      ...reversals.map((booked) => ({
        id: booked.transaction.id,
        kind: kindOfReversal(booked),
        at: booked.transaction.createdAt,
        amountMinor: amountOf(booked.sums),
      })),
    ].map((each) => ({ ...each, at: iso(each.at) }));
    return corrections.sort((a, b) => a.at.localeCompare(b.at));
  }

  async #ofPromotion(id: string): Promise<Receipt | undefined> {
    const row = await this.#context.stores.promotions.find(id);
    if (!row) return undefined;
    const { identity, amountMinor, createdAt, reason, expiredAt } = toPromotion(row);
    return {
      ...this.#blank({ id, kind: 'promotion', identity, amountMinor, at: createdAt }),
      status: expiredAt ? 'expired' : 'granted',
      paid: { promoMinor: amountMinor, walletMinor: 0, cardMinor: 0 },
      reason,
    };
  }

  /** The parts that follow from a sale's terms and legs; negative for a refund. */
  async #ofSale(sale: PaymentRow, { transaction, sums: legs }: Booked) {
    const terms = await this.#context.pricing.getTerms(sale.terms ?? '');
    const { rooms } = this.#context;
    const { creator } = sale;
    const room = sale.room ? await rooms.getRoom(sale.room) : undefined;
    const club = creator && !room ? { identity: creator, name: await rooms.clubs.nameOf(creator) } : null;
    const vatMinor = legs.vat_payable ?? 0;
    return {
      paid: paidOf(legs),
      parts: {
        creatorMinor: (legs.creator_pending ?? 0) + (legs.creator_available ?? 0),
        associationMinor: legs.charity ?? 0,
        // What the house bears of a lost dispute, because the creator's part was released.
        platformMinor: (legs.platform_revenue ?? 0) + (legs.chargeback_loss ?? 0),
        vatMinor,
      },
      vat: { rateBps: terms.vatBps, country: terms.country, amountMinor: vatMinor },
      feePolicy: terms.id,
      association: await this.#associationOf(terms),
      room: room ? { id: room.id, title: room.title } : null,
      creator: room?.creator ?? club,
      invoice: await this.#invoices.find(transaction),
    };
  }

  async #associationOf({ association }: SaleTerms): Promise<Receipt['association']> {
    if (!association) return null;
    const { id, name, url } = await this.#context.pricing.getAssociation(association);
    return { id, name, url };
  }

  #blank(head: Pick<Receipt, 'id' | 'kind' | 'identity' | 'amountMinor' | 'at'>): Receipt {
    return {
      ...head,
      at: iso(head.at),
      currency: this.#context.currency,
      status: '',
      paid: { promoMinor: 0, walletMinor: 0, cardMinor: 0 },
      parts: null,
      vat: null,
      feePolicy: null,
      association: null,
      room: null,
      creator: null,
      waiver: null,
      membership: null,
      privateSession: null,
      request: null,
      invoice: null,
      withdrawable: false,
      reason: null,
      relatesTo: null,
      corrections: [],
    };
  }
}

/** The accounts that a sale was paid from, or a refund went to, as positive amounts. */
function paidOf(legs: LegSums): Receipt['paid'] {
  return {
    promoMinor: Math.abs(legs.fan_promo ?? 0),
    walletMinor: Math.abs(legs.fan_wallet ?? 0),
    cardMinor: Math.abs((legs.provider_clearing ?? 0) + (legs.refund_payable ?? 0) + (legs.disputes_open ?? 0)),
  };
}

/** What a reversal gives to the buyer, or takes from them again. */
function amountOf(legs: LegSums): number {
  const { promoMinor, walletMinor, cardMinor } = paidOf(legs);
  return promoMinor + walletMinor + cardMinor;
}
