/**
 * Receipts for payments, refunds and promotional credit: from the books, the terms of the sale and the buyer's waiver.
 * Writes nothing.
 */
import { iso } from '../../platform/clock.ts';
import { AppError } from '../../protocol/errors.ts';
import { ID_PREFIXES } from '../../protocol/ids.ts';
import type { Receipt } from '../../protocol/money/pricing.ts';
import type { MoneyContext } from '../money-context.ts';
import type { PaymentRules } from '../payments/payment-kinds.ts';
import { type PaymentRow, saleOf } from '../payments/payments.store.ts';
import type { SaleTerms } from '../sales/pricing.ts';
import { toPromotion } from '../wallet/promotions.store.ts';
import type { Invoices } from './invoices.ts';
import { type LegSums, ReceiptsStore } from './receipts.store.ts';

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
    return this.#ofPayment(id);
  }

  async #ofPayment(id: string): Promise<Receipt | undefined> {
    const payment = await this.#context.stores.payments.findStanding(id);
    if (!payment) return undefined;
    const { kind, identity, amountMinor, paidAt, refundedAt, refundedMinor, terms } = payment;
    const { kind: sale } = saleOf(payment);
    const byCard = { promoMinor: 0, walletMinor: 0, cardMinor: amountMinor };
    return {
      // One that bought nothing is described by what it was meant to buy.
      ...this.#blank({ id, kind: kind as Receipt['kind'], identity, amountMinor, at: paidAt }),
      status: refundedAt ? 'refunded' : refundedMinor > 0 ? 'part_refunded' : 'settled',
      ...(terms ? await this.#ofSale(payment, await this.#store.sumLegs(sale, id)) : { paid: byCard }),
      invoice: terms ? await this.#invoices.find(sale, id) : null,
      relatesTo: (await this.#context.stores.refunds.findOf(id))?.id ?? null,
      ...(await this.#rules[kind].describe?.(payment)),
    };
  }

  async #ofRefund(id: string): Promise<Receipt | undefined> {
    const row = await this.#context.stores.refunds.find(id);
    if (!row) return undefined;
    const { identity, amountMinor, createdAt, reason, status, payment: relatesTo } = row;
    const payment = await this.#context.stores.payments.find(relatesTo);
    // What became credit, or bought nothing, goes back to the card.
    const toCard = { promoMinor: 0, walletMinor: 0, cardMinor: amountMinor };
    return {
      ...this.#blank({ id, kind: 'refund', identity, amountMinor, at: createdAt }),
      ...(payment?.terms ? await this.#ofSale(payment, await this.#store.sumLegs('refund', id)) : { paid: toCard }),
      invoice: await this.#invoices.find('refund', id),
      status,
      reason,
      relatesTo,
    };
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
  async #ofSale(sale: PaymentRow, legs: LegSums) {
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
        platformMinor: legs.platform_revenue ?? 0,
        vatMinor,
      },
      vat: { rateBps: terms.vatBps, country: terms.country, amountMinor: vatMinor },
      feePolicy: terms.id,
      association: await this.#associationOf(terms),
      room: room ? { id: room.id, title: room.title } : null,
      creator: room?.creator ?? club,
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
    };
  }
}

/** The accounts that a sale was paid from, or a refund went to, as positive amounts. */
function paidOf(legs: LegSums): Receipt['paid'] {
  return {
    promoMinor: Math.abs(legs.fan_promo ?? 0),
    walletMinor: Math.abs(legs.fan_wallet ?? 0),
    cardMinor: Math.abs((legs.provider_clearing ?? 0) + (legs.refund_payable ?? 0)),
  };
}
