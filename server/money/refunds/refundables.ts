/**
 * What can be refunded: a ticket, a tip, a top-up, a membership payment or a private session. Finds a payment with
 * everything that a refund needs, and ends what it bought once the books have changed. `refunds.ts` decides; nothing
 * here moves money.
 */
import type { Orm } from '../../platform/db/db.ts';
import { AppError } from '../../protocol/errors.ts';
import { ID_PREFIXES, type RoomId, type TicketId, type TipId } from '../../protocol/ids.ts';
import type { RefundInput } from '../../protocol/money/money.ts';
import type { CardPayment } from '../checkout/card-payments.store.ts';
import type { UnusablePayment } from '../checkout/checkouts.ts';
import type { Source } from '../ledger/ledger.store.ts';
import type { TransactionKind } from '../ledger/ledger.ts';
import type { MembershipStanding } from '../memberships/membership-standing.ts';
import type { InvoiceRow } from '../memberships/memberships.store.ts';
import type { MoneyContext } from '../money-context.ts';
import type { MoneyFact } from '../money-facts.ts';
import { type TicketRow, toTicket } from '../sales/tickets.store.ts';
import type { TipRow } from '../tips/tips.store.ts';
import type { RefundedPayment } from './refunds.store.ts';

export interface Refundable {
  payment: RefundedPayment;
  kind: TransactionKind;
  source: Source;
  identity: string;
  to: 'wallet' | 'card';
  /** It became credit, of which only the unspent part can be refunded. */
  isCredit: boolean;
  findProviderPayment(tx: Orm): Promise<string | null>;
  /** Ends what it bought; in the caller's transaction, after the books. False: it had ended before. */
  end(tx: Orm, isWhole: boolean): Promise<MoneyFact[] | false>;
}

export interface RefundableParts {
  standing: MembershipStanding;
  refreshMembership: (id: string) => Promise<void>;
}

export type RefundTarget = Pick<RefundInput, 'ticket' | 'tip' | 'topup' | 'membership' | 'privateSession'>;

export const DISPUTED =
  'The payer disputes this payment with their bank, which takes the money back itself if it agrees.';

export class Refundables {
  readonly #context: MoneyContext;
  readonly #parts: RefundableParts;

  constructor(context: MoneyContext, parts: RefundableParts) {
    this.#context = context;
    this.#parts = parts;
  }

  async find({ ticket, tip, topup, membership, privateSession }: RefundTarget): Promise<Refundable> {
    const named = [ticket, tip, topup, membership, privateSession].filter((id) => id !== undefined);
    if (named.length !== 1) throw new AppError('invalid_request');
    const found =
      (ticket && ((await this.#ticket(ticket)) ?? (await this.#unusable(ticket)))) ||
      (tip && ((await this.#tip(tip)) ?? (await this.#unusable(tip)))) ||
      (topup && ((await this.#topup(topup)) ?? (await this.#unusable(topup)))) ||
      (membership && (await this.#membership(membership))) ||
      (privateSession && (await this.#privateSession(privateSession)));
    if (!found) throw new AppError('payment_not_found');
    return found;
  }

  async #ticket(id: string): Promise<Refundable | undefined> {
    const found = await this.#context.stores.tickets.find(id);
    if (!found) return undefined;
    if (found.status === 'pending' || found.status === 'expired') throw new AppError('not_refundable');
    // The bank decides about a card; what other credit paid of a ticket is refunded once no dispute holds it.
    if (found.status === 'disputed' && found.paidFrom === 'card') throw new AppError('not_refundable', DISPUTED);
    return this.#ofTicket(found, found.status === 'disputed' ? 'disputed' : 'valid');
  }

  /** Undefined when it is not disputed any more. */
  async findDisputedTicket(tx: Orm, id: TicketId): Promise<Refundable | undefined> {
    const found = await this.#context.stores.tickets.find(id, tx);
    return found?.status === 'disputed' ? this.#ofTicket(found, 'disputed') : undefined;
  }

  #ofTicket(found: TicketRow, from: 'valid' | 'disputed'): Refundable {
    const { id, identity, paidFrom: to } = found;
    return {
      ...this.#ofCheckout({ payment: { ticket: id }, kind: 'ticket', id }),
      identity,
      to,
      end: (tx, isWhole) => this.#endTicket(tx, found, { isWhole, from: [from] }),
    };
  }

  async #endTicket(
    tx: Orm,
    { id, identity, room: of }: TicketRow,
    { isWhole, from }: { isWhole: boolean; from: TicketRow['status'][] },
  ): Promise<MoneyFact[] | false> {
    const room = of as RoomId;
    const changed: MoneyFact = ['earnings.changed', { room }, { room }];
    if (!isWhole) return [changed];
    const ticket = await this.#context.stores.tickets.markRefunded(tx, id, from);
    if (!ticket) return false;
    await this.#context.rooms.entitlements.revoke(tx, { source: 'ticket', sourceId: id }, 'refunded');
    return [['ticket.refunded', { ticket: toTicket(ticket) }, { room, identity }], changed];
  }

  async #tip(id: TipId): Promise<Refundable | undefined> {
    const found = await this.#context.stores.tips.find(id);
    if (!found) return undefined;
    return {
      ...this.#ofCheckout({ payment: { tip: id }, kind: 'tip', id }),
      identity: found.identity,
      // In a house without wallets tips are paid by card, and are refunded to it.
      to: (await this.#context.stores.checkouts.findBySource(id)) ? 'card' : 'wallet',
      end: (tx, isWhole) => this.#endTip(tx, found, isWhole),
    };
  }

  async #endTip(tx: Orm, found: TipRow, isWhole: boolean): Promise<MoneyFact[] | false> {
    const { identity, amountMinor, currency } = found;
    const [tip, room] = [found.id as TipId, found.room as RoomId];
    const changed: MoneyFact = ['earnings.changed', { room }, { room }];
    if (!isWhole) return [changed];
    if (!(await this.#context.stores.tips.markRefunded(tx, tip))) return false;
    return [['tip.refunded', { tip, room, identity, amountMinor, currency }, { room, identity }], changed];
  }

  /**
   * Ends what a card payment bought, as `end` does; also a disputed ticket, which a dispute that is won later must not
   * make valid again.
   */
  async endBought(tx: Orm, { sourceType, sourceId }: CardPayment, isWhole: boolean): Promise<MoneyFact[]> {
    const { tickets, tips } = this.#context.stores;
    if (sourceType === 'membership' && isWhole) await this.#parts.standing.handleRefunded(tx, sourceId);
    const ticket = sourceType === 'ticket' ? await tickets.find(sourceId, tx) : undefined;
    const tip = sourceType === 'tip' ? await tips.find(sourceId, tx) : undefined;
    const ended = ticket
      ? this.#endTicket(tx, ticket, { isWhole, from: ['valid', 'disputed'] })
      : tip && this.#endTip(tx, tip, isWhole);
    return (await ended) || [];
  }

  async #topup(id: string): Promise<Refundable | undefined> {
    const found = await this.#context.stores.topups.find(id);
    if (!found) return undefined;
    if (found.status === 'settled') return this.ofTopup(found);
    const unusable = await this.#unusable(id);
    if (!unusable) throw new AppError('not_refundable');
    return unusable;
  }

  /** A card payment that bought nothing. Its refund is under way, and can be ordered again if it fails. */
  async #unusable(sourceId: string): Promise<Refundable | undefined> {
    const checkout = await this.#context.stores.checkouts.findBySource(sourceId);
    return checkout && checkout.unusableBecause !== null ? this.ofUnusable(checkout) : undefined;
  }

  ofUnusable({ purpose, sourceId, identity }: Pick<UnusablePayment, 'purpose' | 'sourceId' | 'identity'>): Refundable {
    return {
      ...this.#ofCheckout({ payment: { [purpose]: sourceId }, kind: purpose, id: sourceId }),
      identity,
      to: 'card',
      end: async () => [],
    };
  }

  ofTopup({ id, identity }: { id: string; identity: string }): Refundable {
    return {
      ...this.#ofCheckout({ payment: { topup: id }, kind: 'topup', id }),
      identity,
      to: 'card',
      isCredit: true,
      end: async () => [],
    };
  }

  async #membership(id: string): Promise<Refundable | undefined> {
    const { memberships } = this.#context.stores;
    const { refreshMembership } = this.#parts;
    // A membership's id means its latest payment, which may be a renewal that is not known yet.
    if (id.startsWith(ID_PREFIXES.membership)) await refreshMembership(id);
    const invoice = await memberships.findInvoice(id);
    const row = invoice && (await memberships.find(invoice.membership));
    return row && this.ofInvoice(invoice, row.identity);
  }

  ofInvoice(invoice: InvoiceRow, identity: string): Refundable {
    return {
      payment: { membershipInvoice: invoice.id },
      kind: 'membership',
      source: { type: 'membership_invoice', id: invoice.invoice },
      identity,
      to: 'card',
      isCredit: false,
      findProviderPayment: async () => invoice.providerPayment,
      end: async (tx, isWhole) => {
        if (isWhole) await this.#parts.standing.handleRefunded(tx, invoice.id);
        return [];
      },
    };
  }

  async #privateSession(id: string): Promise<Refundable | undefined> {
    const found = await this.#context.stores.privateSessions.find(id);
    if (!found) return undefined;
    if (found.status !== 'ended' || found.chargedMinor === 0) {
      throw new AppError('not_refundable', 'Nothing was charged for this session, or it is not over.');
    }
    const room = found.room as RoomId;
    return {
      payment: { privateSession: id },
      kind: 'private_session',
      source: { type: 'private_session', id },
      identity: found.identity,
      to: 'wallet',
      isCredit: false,
      findProviderPayment: async () => null,
      end: async () => [['earnings.changed', { room }, { room }]],
    };
  }

  #ofCheckout({ payment, kind, id }: { payment: RefundedPayment; kind: 'ticket' | 'tip' | 'topup'; id: string }) {
    return {
      payment,
      kind,
      source: { type: kind, id },
      isCredit: false,
      findProviderPayment: async (tx: Orm) =>
        (await this.#context.stores.checkouts.findBySource(id, tx))?.providerPayment ?? null,
    } as const;
  }
}
