/**
 * Decides refunds. The books, the payment's status, the entitlement and the facts change in one transaction: access ends with the decision,
 * whatever the provider does afterwards. What was paid from the wallet goes back there, what was paid by card to that card.
 */
import type { Orm } from '../platform/db.ts';
import { AppError } from '../protocol/errors.ts';
import { createId, type RoomId, type TicketId, type TipId } from '../protocol/ids.ts';
import type { Refund, RefundInput } from '../protocol/money.ts';
import type { CheckoutsStore } from './checkouts.store.ts';
import type { Source } from './ledger.store.ts';
import { type Account, fanWallet, HOUSE, houseAccount, reversalLegs } from './ledger.ts';
import type { MoneyContext } from './money-context.ts';
import { returnLegs } from './promo-legs.ts';
import type { RefundOrders } from './refund-orders.ts';
import {
  ATTEMPT_LEASE_SECONDS,
  type NewRefund,
  ONE_REFUND,
  type RefundRow,
  type RefundsStore,
  toRefund,
} from './refunds.store.ts';
import { type TicketsStore, toTicket } from './tickets.store.ts';
import type { TipsStore } from './tips.store.ts';
import type { TopupsStore } from './topups.store.ts';
import { isUniqueViolation } from './unique-violation.ts';

interface RefundParts {
  store: RefundsStore;
  orders: RefundOrders;
  checkouts: CheckoutsStore;
  topups: TopupsStore;
  tickets: TicketsStore;
  tips: TipsStore;
}

/** Who wants it, and why. */
interface Decision {
  reason: string;
  by: string;
}

const DISPUTED = 'The payer disputes this payment with their bank, which takes the money back itself if it agrees.';

export class Refunds {
  readonly #context: MoneyContext;
  readonly #parts: RefundParts;

  constructor(context: MoneyContext, parts: RefundParts) {
    this.#context = context;
    this.#parts = parts;
  }

  async refund(input: RefundInput, by: string): Promise<Refund> {
    const { store, orders } = this.#parts;
    const { ticket, tip, topup, reason } = input;
    if ([ticket, tip, topup].filter((id) => id !== undefined).length !== 1) throw new AppError('invalid_request');
    const earlier = await store.findOf({ ticket, tip, topup });
    if (earlier) return orders.send(await this.#orderAgain(earlier));
    const row = await this.#decideOnce({ ticket, tip, topup }, { reason, by });
    this.#context.outbox.wake();
    this.#context.metrics.moneyMinor.inc({ kind: 'refund' }, row.amountMinor);
    return row.to === 'card' ? orders.send(row) : toRefund(row);
  }

  /** Gives a ticket back by the house's own rule; false when it was given back before. Nobody waits for a card: the sweeper sends it. */
  async returnTicket(ticket: TicketId, reason: string): Promise<boolean> {
    if (await this.#parts.store.findOf({ ticket })) return false;
    try {
      const row = await this.#decideOnce({ ticket }, { reason, by: HOUSE });
      this.#context.metrics.moneyMinor.inc({ kind: 'refund' }, row.amountMinor);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'already_refunded') return false;
      throw error;
    }
  }

  /** Only a refund that failed at the provider can be asked for again. */
  async #orderAgain(earlier: RefundRow): Promise<RefundRow> {
    const round = await this.#parts.store.startRound(earlier.id, this.#leaseEnd());
    if (!round) throw new AppError('already_refunded');
    return round;
  }

  async #decideOnce(
    { ticket, tip, topup }: Pick<RefundInput, 'ticket' | 'tip' | 'topup'>,
    decision: Decision,
  ): Promise<RefundRow> {
    try {
      if (ticket) return await this.#decideTicket(ticket, decision);
      if (tip) return await this.#decideTip(tip, decision);
      return await this.#decideTopup(topup ?? '', decision);
    } catch (error) {
      if (ONE_REFUND.some((constraint) => isUniqueViolation(error, constraint))) throw new AppError('already_refunded');
      throw error;
    }
  }

  async #decideTicket(id: string, decision: Decision): Promise<RefundRow> {
    const { tickets } = this.#parts;
    const { db, rooms, spending, currency } = this.#context;
    const found = await tickets.find(id);
    if (!found) throw new AppError('payment_not_found');
    if (found.status === 'pending' || found.status === 'expired') throw new AppError('not_refundable');
    if (found.status === 'disputed') throw new AppError('not_refundable', DISPUTED);
    const { identity, priceMinor: amountMinor, paidFrom: to } = found;
    const room = found.room as RoomId;
    const wallet = fanWallet(identity, currency);
    const clearing = houseAccount('provider_clearing', currency);
    return db.transaction(async (tx) => {
      // A purchase takes the wallet first and the ticket second; the other way round the two would wait for each other.
      if (to === 'wallet') await spending.lockCredit(tx, identity, currency);
      const ticket = await tickets.markRefunded(tx, id, ['valid']);
      if (!ticket) throw new AppError('already_refunded');
      const row = await this.#insert(tx, { ticket: id, identity, amountMinor, to, ...decision });
      await this.#reverse(tx, {
        row,
        kind: 'ticket',
        source: { type: 'ticket', id },
        payer: to === 'wallet' ? wallet : clearing,
      });
      await rooms.revokeEntitlement(tx, { source: 'ticket', sourceId: id }, 'refunded');
      await this.#tellWallet(tx, row);
      await this.#context.tell(
        tx,
        ['ticket.refunded', { ticket: toTicket(ticket) }, { room, identity }],
        ['earnings.changed', { room }, { room }],
      );
      return row;
    });
  }

  async #decideTip(id: TipId, decision: Decision): Promise<RefundRow> {
    const { tips } = this.#parts;
    const { db, spending, currency } = this.#context;
    const found = await tips.find(id);
    if (!found) throw new AppError('payment_not_found');
    const { identity, amountMinor } = found;
    const room = found.room as RoomId;
    // In a house without wallets tips are paid by card, and go back there.
    const to = (await this.#parts.checkouts.findBySource(id)) ? 'card' : 'wallet';
    const payer = to === 'wallet' ? fanWallet(identity, currency) : houseAccount('provider_clearing', currency);
    return db.transaction(async (tx) => {
      if (to === 'wallet') await spending.lockCredit(tx, identity, currency);
      if (!(await tips.markRefunded(tx, id))) throw new AppError('already_refunded');
      const row = await this.#insert(tx, { tip: id, identity, amountMinor, to, ...decision });
      const source = { type: 'tip', id } as const;
      await this.#reverse(tx, { row, kind: 'tip', source, payer });
      await this.#tellWallet(tx, row);
      await this.#context.tell(
        tx,
        ['tip.refunded', { tip: id, room, identity, amountMinor, currency }, { room, identity }],
        ['earnings.changed', { room }, { room }],
      );
      return row;
    });
  }

  /** Only credit that is still there; what is spent at this moment stays spent. */
  async #decideTopup(id: string, decision: Decision): Promise<RefundRow> {
    const { db, ledger, currency } = this.#context;
    const found = await this.#parts.topups.find(id);
    if (!found) throw new AppError('payment_not_found');
    if (found.status !== 'settled') throw new AppError('not_refundable');
    return db.transaction(async (tx) => {
      const available = await ledger.lockWallet(tx, fanWallet(found.identity, currency));
      const amountMinor = Math.min(found.amountMinor, available);
      if (amountMinor <= 0) throw new AppError('not_refundable', 'The credit of this top-up is spent.');
      return this.#returnTopup(tx, { id, identity: found.identity, amountMinor }, decision);
    });
  }

  async #returnTopup(
    tx: Orm,
    topup: { id: string; identity: string; amountMinor: number },
    decision: Decision,
  ): Promise<RefundRow> {
    const { id, identity, amountMinor } = topup;
    const row = await this.#insert(tx, { topup: id, identity, amountMinor, to: 'card', ...decision });
    const payer = houseAccount('provider_clearing', this.#context.currency);
    await this.#reverse(tx, { row, kind: 'topup', source: { type: 'topup', id }, payer });
    await this.#tellWallet(tx, row);
    return row;
  }

  /** Gives a whole top-up back by the house's own rule, in the transaction that has just credited it. */
  async returnTopup(
    tx: Orm,
    { topup, reason }: { topup: { id: string; identity: string; amountMinor: number }; reason: string },
  ): Promise<void> {
    await this.#returnTopup(tx, topup, { reason, by: HOUSE });
  }

  /** Gives a card payment back that bought nothing, in the transaction that has just booked it as owed to the card. */
  async returnCardPayment(
    tx: Orm,
    payment: { ticket: string; identity: string; amountMinor: number; reason: string },
  ): Promise<void> {
    const row = await this.#insert(tx, { ...payment, to: 'card', by: HOUSE });
    await this.#context.tell(tx, ['refund.changed', { refund: toRefund(row) }, { identity: row.identity }]);
  }

  async #insert(
    tx: Orm,
    refund: Pick<NewRefund, 'ticket' | 'tip' | 'topup' | 'identity' | 'amountMinor' | 'to' | 'reason' | 'by'>,
  ): Promise<RefundRow> {
    const isToCard = refund.to === 'card';
    // By the house's own rule nobody waits for it, and the sweeper orders it; otherwise the one who decides does, at once.
    const isDecidedByHouse = refund.by === HOUSE;
    const checkout = isToCard
      ? await this.#parts.checkouts.findBySource(refund.ticket ?? refund.topup ?? refund.tip ?? '', tx)
      : undefined;
    if (isToCard && !checkout?.providerPayment)
      throw new AppError('not_refundable', 'No card payment is known for it.');
    const now = this.#context.nowIso();
    return this.#parts.store.insert(tx, {
      id: createId('refund'),
      ...refund,
      currency: this.#context.currency,
      status: isToCard ? 'pending' : 'succeeded',
      providerPayment: checkout?.providerPayment ?? null,
      attempts: isToCard && !isDecidedByHouse ? 1 : 0,
      nextAttemptAt: isToCard ? (isDecidedByHouse ? now : this.#leaseEnd()) : null,
      createdAt: now,
      settledAt: isToCard ? null : now,
    });
  }

  /** Books the reversal; what was paid with promotional credit returns there. */
  async #reverse(
    tx: Orm,
    reversal: { row: RefundRow; kind: 'ticket' | 'tip' | 'topup'; source: Source; payer: Account },
  ): Promise<void> {
    const { row, kind, source, payer } = reversal;
    const { ledger, currency } = this.#context;
    const booked = await ledger.findTransaction(tx, { kind, source });
    if (!booked) throw new AppError('internal', 'A payment is not in the books.');
    if (booked.isFrozen) throw new AppError('not_refundable', DISPUTED);
    const { legs: original, earlier } = booked;
    const { amountMinor } = row;
    const legs =
      row.to === 'wallet'
        ? returnLegs({ original, earlier, wallet: payer, amountMinor })
        : reversalLegs({ original, earlier, payer, to: houseAccount('refund_payable', currency), amountMinor });
    const available = await ledger.post(tx, {
      kind: 'refund',
      source: { type: 'refund', id: row.id },
      reversesId: booked.id,
      legs,
      at: row.createdAt,
    });
    if (available === undefined) throw new AppError('not_refundable', 'The credit of this top-up is spent.');
  }

  async #tellWallet(tx: Orm, row: RefundRow): Promise<void> {
    const { identity } = row;
    await this.#context.tell(tx, ['refund.changed', { refund: toRefund(row) }, { identity }]);
    if (row.to === 'card' && !row.topup) return;
    const wallet = await this.#context.readWallet(identity, tx);
    await this.#context.tell(tx, ['wallet.changed', { identity, wallet }, { identity }]);
  }

  #leaseEnd(): string {
    return this.#context.laterIso(ATTEMPT_LEASE_SECONDS * 1000);
  }
}
