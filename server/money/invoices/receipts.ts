/**
 * Receipts for payments, refunds and promotional credit: from the books, the terms of the sale and the buyer's waiver.
 * Writes nothing.
 */
import { iso } from '../../platform/clock.ts';
import { AppError } from '../../protocol/errors.ts';
import { ID_PREFIXES } from '../../protocol/ids.ts';
import type { Receipt } from '../../protocol/money/pricing.ts';
import type { MoneyContext } from '../money-context.ts';
import type { RefundRow } from '../refunds/refunds.store.ts';
import type { SaleTerms } from '../sales/pricing.ts';
import type { Withdrawals } from '../sales/withdrawals.ts';
import { toPromotion } from '../wallet/promotions.store.ts';
import type { Invoices } from './invoices.ts';
import { type LegSums, ReceiptsStore } from './receipts.store.ts';

/** What a receipt needs of a sale. A membership has no room. */
interface Sale {
  room?: string;
  creator?: string | undefined;
  terms: string;
}

export class Receipts {
  readonly #context: MoneyContext;
  readonly #withdrawals: Withdrawals;
  readonly #invoices: Invoices;
  readonly #store: ReceiptsStore;

  constructor(context: MoneyContext, parts: { withdrawals: Withdrawals; invoices: Invoices }) {
    this.#context = context;
    this.#withdrawals = parts.withdrawals;
    this.#invoices = parts.invoices;
    this.#store = new ReceiptsStore(context.db);
  }

  /** With an `identity`, only a receipt of that person; without one, any. */
  async get(id: string, identity?: string): Promise<Receipt> {
    const receipt = (await this.#find(id)) ?? (await this.#ofUnusable(id));
    if (!receipt || (identity !== undefined && receipt.identity !== identity)) throw new AppError('payment_not_found');
    return receipt;
  }

  #find(id: string): Promise<Receipt | undefined> {
    if (id.startsWith(ID_PREFIXES.topup)) return this.#ofTopup(id);
    if (id.startsWith(ID_PREFIXES.ticket)) return this.#ofTicket(id);
    if (id.startsWith(ID_PREFIXES.tip)) return this.#ofTip(id);
    if (id.startsWith(ID_PREFIXES.membershipInvoice)) return this.#ofMembership(id);
    if (id.startsWith(ID_PREFIXES.privateSession)) return this.#ofPrivateSession(id);
    if (id.startsWith(ID_PREFIXES.refund)) return this.#ofRefund(id);
    if (id.startsWith(ID_PREFIXES.promotion)) return this.#ofPromotion(id);
    return Promise.resolve(undefined);
  }

  /** A card payment that bought nothing, and how its refund stands. */
  async #ofUnusable(id: string): Promise<Receipt | undefined> {
    const row = await this.#context.stores.checkouts.findBySource(id);
    if (!row || row.unusableBecause === null) return undefined;
    const { purpose: kind, identity, amountMinor, paidAt, createdAt, unusableBecause: reason } = row;
    const refund = await this.#context.stores.refunds.findOf(id);
    return {
      ...this.#blank({ id, kind, identity, amountMinor, at: paidAt ?? createdAt }),
      status: refund?.status === 'succeeded' ? 'refunded' : (refund?.status ?? 'pending'),
      paid: { promoMinor: 0, walletMinor: 0, cardMinor: amountMinor },
      reason,
      relatesTo: refund?.id ?? null,
    };
  }

  async #ofTopup(id: string): Promise<Receipt | undefined> {
    const row = await this.#context.stores.topups.find(id);
    if (row?.status !== 'settled') return undefined;
    const { identity, amountMinor, settledAt, createdAt } = row;
    return {
      ...this.#blank({ id, kind: 'topup', identity, amountMinor, at: settledAt ?? createdAt }),
      status: 'settled',
      paid: { promoMinor: 0, walletMinor: 0, cardMinor: amountMinor },
      relatesTo: (await this.#context.stores.refunds.findOf(id))?.id ?? null,
    };
  }

  async #ofTicket(id: string): Promise<Receipt | undefined> {
    const row = await this.#context.stores.tickets.find(id);
    const legs = row && (await this.#store.sumLegs('ticket', id));
    if (!row || !legs) return undefined;
    const { identity, priceMinor, boughtAt, createdAt } = row;
    return {
      ...this.#blank({ id, kind: 'ticket', identity, amountMinor: priceMinor, at: boughtAt ?? createdAt }),
      status: row.status,
      ...(await this.#ofSale(row, legs)),
      invoice: await this.#invoices.find('ticket', id),
      waiver: (await this.#context.stores.tickets.findWaiver(id)) ?? null,
      withdrawable: (await this.#withdrawals.findObstacle(row)) === undefined,
      relatesTo: (await this.#context.stores.refunds.findOf(id))?.id ?? null,
    };
  }

  async #ofTip(id: string): Promise<Receipt | undefined> {
    const row = await this.#context.stores.tips.find(id);
    const legs = row && (await this.#store.sumLegs('tip', id));
    if (!row || !legs) return undefined;
    const { identity, amountMinor, sentAt } = row;
    return {
      ...this.#blank({ id, kind: 'tip', identity, amountMinor, at: sentAt }),
      invoice: await this.#invoices.find('tip', id),
      request: row.request && { label: row.menuLabel ?? '', state: row.request },
      status: row.status,
      ...(await this.#ofSale(row, legs)),
      relatesTo: (await this.#context.stores.refunds.findOf(id))?.id ?? null,
    };
  }

  async #ofMembership(id: string): Promise<Receipt | undefined> {
    const { memberships, refunds } = this.#context.stores;
    const invoice = await memberships.findInvoice(id);
    const row = invoice && (await memberships.find(invoice.membership));
    const legs = invoice && (await this.#store.sumLegs('membership', invoice.invoice));
    if (!row || !legs) return undefined;
    const { name } = await this.#context.rooms.clubs.getTier(invoice.tier);
    return {
      ...this.#blank({
        id,
        kind: 'membership',
        identity: row.identity,
        amountMinor: invoice.amountMinor,
        at: invoice.paidAt,
      }),
      status: await this.#store.findStatus('membership', invoice.invoice),
      ...(await this.#ofSale({ ...invoice, creator: row.creator }, legs)),
      invoice: await this.#invoices.find('membership', invoice.invoice),
      membership: { id: row.id, tier: name, paidUntil: iso(invoice.periodEnd) },
      relatesTo: (await refunds.findOf(id))?.id ?? null,
    };
  }

  async #ofPrivateSession(id: string): Promise<Receipt | undefined> {
    const { privateSessions, refunds } = this.#context.stores;
    const row = await privateSessions.find(id);
    const legs = row?.status === 'ended' ? await this.#store.sumLegs('private_session', id) : undefined;
    if (!row || !legs) return undefined;
    const { identity, chargedMinor: amountMinor, endedAt, requestedAt, rateMinor, confirmedMs } = row;
    return {
      ...this.#blank({ id, kind: 'private_session', identity, amountMinor, at: endedAt ?? requestedAt }),
      status: await this.#store.findStatus('private_session', id),
      ...(await this.#ofSale(row, legs)),
      invoice: await this.#invoices.find('private_session', id),
      privateSession: { ratePerMinuteMinor: rateMinor, confirmedMs },
      relatesTo: (await refunds.findOf(id))?.id ?? null,
    };
  }

  async #ofRefund(id: string): Promise<Receipt | undefined> {
    const row = await this.#context.stores.refunds.find(id);
    if (!row) return undefined;
    const { identity, amountMinor, createdAt, reason, status } = row;
    const legs = await this.#store.sumLegs('refund', id);
    const sale = legs && (await this.#saleOf(row));
    // What became credit, or bought nothing, goes back to the card.
    const toCard = { promoMinor: 0, walletMinor: 0, cardMinor: amountMinor };
    return {
      ...this.#blank({ id, kind: 'refund', identity, amountMinor, at: createdAt }),
      ...(sale ? await this.#ofSale(sale, legs) : { paid: toCard }),
      invoice: await this.#invoices.find('refund', id),
      status,
      reason,
      relatesTo: row.ticket ?? row.tip ?? row.topup ?? row.membershipInvoice ?? row.privateSession,
    };
  }

  async #saleOf({ ticket, tip, membershipInvoice, privateSession }: RefundRow): Promise<Sale | undefined> {
    const { tickets, memberships, privateSessions } = this.#context.stores;
    if (ticket) return tickets.find(ticket);
    if (privateSession) return privateSessions.find(privateSession);
    const invoice = membershipInvoice ? await memberships.findInvoice(membershipInvoice) : undefined;
    if (invoice) return { ...invoice, creator: (await memberships.find(invoice.membership))?.creator };
    return tip ? this.#context.stores.tips.find(tip) : undefined;
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
  async #ofSale(sale: Sale, legs: LegSums) {
    const terms = await this.#context.pricing.getTerms(sale.terms);
    const { rooms } = this.#context;
    const { creator } = sale;
    const room = sale.room ? await rooms.getRoom(sale.room) : undefined;
    const member = creator && !room ? { identity: creator, name: await rooms.clubs.nameOf(creator) } : null;
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
      creator: room?.creator ?? member,
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
