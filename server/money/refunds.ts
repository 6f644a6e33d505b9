/**
 * Decides refunds. The books, the payment's status, the entitlement and the facts change in one transaction: access ends with the decision,
 * whatever the provider does afterwards. What was paid from the wallet goes back there, what was paid by card to that card. A payment is given
 * back whole, or a part of it and later the rest; the unspent credit of a top-up in as many parts as there are keys.
 */
import type { Orm } from '../platform/db.ts';
import { AppError } from '../protocol/errors.ts';
import { createId, type TicketId } from '../protocol/ids.ts';
import type { Refund, RefundInput } from '../protocol/money.ts';
import type { UnusablePayment } from './checkouts.ts';
import type { BookedTransaction } from './ledger.store.ts';
import { assertAmount, fanWallet, HOUSE, houseAccount, type Leg, remainderOf, reversalLegs } from './ledger.ts';
import type { InvoiceRow } from './memberships.store.ts';
import type { MoneyContext } from './money-context.ts';
import { returnLegs } from './promo-legs.ts';
import type { RefundOrders } from './refund-orders.ts';
import type { Refundable, Refundables } from './refundables.ts';
import {
  ATTEMPT_LEASE_SECONDS,
  ONE_REFUND,
  ONE_REFUND_OF_KEY,
  type RefundedPayment,
  type RefundRow,
  type RefundsStore,
  toRefund,
} from './refunds.store.ts';
import { isUniqueViolation } from './unique-violation.ts';

interface RefundParts {
  store: RefundsStore;
  orders: RefundOrders;
  refundables: Refundables;
}

export interface Previewed {
  amountMinor: number;
  to: Refund['to'];
  legs: Leg[];
}

/** How much of it, who wants it, and why. */
interface Decision {
  amountMinor?: number | undefined;
  reason: string;
  by: string;
  idempotencyKey?: string | undefined;
}

/** The provider lists so many refunds of one payment, with some to spare for those that are made by hand. */
const TOPUP_REFUNDS_MAX = 50;

/** Ends a transaction that was only meant to show what it would do. */
class RolledBack extends Error {}

const DISPUTED = 'The payer disputes this payment with their bank, which takes the money back itself if it agrees.';
const SPENT = 'The credit of this top-up is spent.';

export class Refunds {
  readonly #context: MoneyContext;
  readonly #parts: RefundParts;

  constructor(context: MoneyContext, parts: RefundParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** The same key of the same person is the same refund, answered as it stands; without one a top-up is given back once. */
  async refund(input: RefundInput, by: string, isRepeated = false): Promise<Refund> {
    const { store, orders, refundables } = this.#parts;
    const { amountMinor, reason, idempotencyKey, ...target } = input;
    if (amountMinor !== undefined) assertAmount(amountMinor);
    const refundable = await refundables.find(target);
    const same = idempotencyKey === undefined ? undefined : await store.findByKey(by, idempotencyKey);
    if (same) return this.#answerAgain(same, refundable, amountMinor);
    // Only a refund that failed at the provider can be asked for again; where there may be many, it is asked for by its own key.
    const isAskedFor = (row: RefundRow) =>
      row.status === 'failed' && (amountMinor === undefined || amountMinor === row.amountMinor);
    const isNew = refundable.isCredit && idempotencyKey !== undefined;
    const failed = isNew ? undefined : (await store.listOf(refundable.payment)).find(isAskedFor);
    if (failed) return orders.send(await this.#orderAgain(failed));
    try {
      const row = await this.#decideOnce(refundable, { amountMinor, reason, by, idempotencyKey });
      return row.to === 'card' ? orders.send(row) : toRefund(row);
    } catch (error) {
      if (isRepeated || !isUniqueViolation(error, ONE_REFUND_OF_KEY)) throw error;
      return this.refund(input, by, true);
    }
  }

  async #answerAgain(same: RefundRow, { payment }: Refundable, amountMinor: number | undefined): Promise<Refund> {
    const isSamePayment = Object.entries(payment).every(([name, id]) => same[name as keyof RefundedPayment] === id);
    if (!isSamePayment || (amountMinor !== undefined && amountMinor !== same.amountMinor)) {
      throw new AppError('idempotency_conflict');
    }
    return same.status === 'failed' ? this.#parts.orders.send(await this.#orderAgain(same)) : toRefund(same);
  }

  /** What a refund would book, by deciding it and rolling that back: what is shown before is what is done after. */
  async preview({ amountMinor, ...target }: Omit<RefundInput, 'reason'>): Promise<Previewed> {
    if (amountMinor !== undefined) assertAmount(amountMinor);
    const refundable = await this.#parts.refundables.find(target);
    let previewed: Previewed | undefined;
    try {
      await this.#context.db.transaction(async (tx) => {
        const decision = { amountMinor, reason: 'preview', by: HOUSE, idempotencyKey: createId('event') };
        const row = await this.#decide(tx, refundable, decision);
        const source = { type: 'refund', id: row.id } as const;
        const booked = await this.#context.ledger.findTransaction(tx, { kind: 'refund', source });
        previewed = { amountMinor: row.amountMinor, to: row.to, legs: booked?.legs ?? [] };
        throw new RolledBack();
      });
    } catch (error) {
      if (!(error instanceof RolledBack)) throw error;
    }
    if (!previewed) throw new AppError('internal');
    return previewed;
  }

  /**
   * Gives a ticket, or what a part has left of it, back by the house's own rule; false when it was given back before. Nobody waits for a card:
   * the sweeper sends it.
   */
  async returnTicket(ticket: TicketId, reason: string): Promise<boolean> {
    const refundable = await this.#parts.refundables.find({ ticket });
    try {
      await this.#decideOnce(refundable, { reason, by: HOUSE });
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'already_refunded') return this.#endEmpty(refundable);
      throw error;
    }
  }

  /** Ends what is still open though nothing is left to give back, as when lost disputes have taken the whole of it; false when it is not. */
  async #endEmpty(refundable: Refundable): Promise<boolean> {
    const { db, ledger, outbox } = this.#context;
    const hasEnded = await db.transaction(async (tx) => {
      const booked = await ledger.findTransaction(tx, refundable);
      if (!booked || remainderOf(booked) > 0) return false;
      const facts = await refundable.end(tx, true);
      if (facts === false) return false;
      await this.#context.tell(tx, ...facts);
      return true;
    });
    if (hasEnded) outbox.wake();
    return hasEnded;
  }

  async #orderAgain(earlier: RefundRow): Promise<RefundRow> {
    const round = await this.#parts.store.startRound(earlier.id, this.#leaseEnd());
    if (!round) throw new AppError('already_refunded');
    return round;
  }

  async #decideOnce(refundable: Refundable, decision: Decision): Promise<RefundRow> {
    try {
      const row = await this.#context.db.transaction((tx) => this.#decide(tx, refundable, decision));
      this.#context.outbox.wake();
      this.#context.metrics.moneyMinor.inc({ kind: 'refund' }, row.amountMinor);
      return row;
    } catch (error) {
      if (ONE_REFUND.some((constraint) => isUniqueViolation(error, constraint))) throw new AppError('already_refunded');
      throw error;
    }
  }

  /** Locks: the payer's credit first, then the payment's transaction, then what it bought; as disputes and purchases do. */
  async #decide(tx: Orm, refundable: Refundable, decision: Decision): Promise<RefundRow> {
    const { ledger, spending, currency } = this.#context;
    const { identity, isCredit, to } = refundable;
    if (to === 'wallet') await spending.lockCredit(tx, identity, currency);
    const available = isCredit ? await ledger.lockWallet(tx, fanWallet(identity, currency)) : 0;
    const booked = await ledger.findTransaction(tx, refundable);
    // A card payment for nothing was booked as such, and is on its way back.
    if (!booked) throw new AppError('already_refunded');
    if (booked.isFrozen) throw new AppError('not_refundable', DISPUTED);
    const earlier = await this.#parts.store.listOf(refundable.payment, tx);
    const leftMinor = remainderOf(booked);
    if (leftMinor <= 0 || isGivenBack(refundable, earlier.length, decision)) throw new AppError('already_refunded');
    if (isCredit && available <= 0) throw new AppError('not_refundable', SPENT);
    if (earlier.length >= TOPUP_REFUNDS_MAX)
      throw new AppError('not_refundable', 'It was given back in too many parts.');
    const amountMinor = decision.amountMinor ?? (isCredit ? Math.min(leftMinor, available) : leftMinor);
    if (amountMinor > leftMinor || (isCredit && amountMinor > available)) throw new AppError('amount_too_large');
    const row = await this.#insert(tx, refundable, { ...decision, amountMinor, part: earlier.length });
    await this.#reverse(tx, { row, booked });
    const facts = await refundable.end(tx, amountMinor === leftMinor);
    if (facts === false) throw new AppError('already_refunded');
    await this.#tellWallet(tx, row);
    await this.#context.tell(tx, ...facts);
    return row;
  }

  /** Gives a payment back by the house's own rule, in the transaction that has just booked it. */
  async returnTopup(
    tx: Orm,
    { topup, reason }: { topup: { id: string; identity: string; amountMinor: number }; reason: string },
  ): Promise<void> {
    const { amountMinor } = topup;
    await this.#decide(tx, this.#parts.refundables.ofTopup(topup), { amountMinor, reason, by: HOUSE });
  }

  async returnInvoice(
    tx: Orm,
    { invoice, identity, reason }: { invoice: InvoiceRow; identity: string; reason: string },
  ): Promise<void> {
    const refundable = this.#parts.refundables.ofInvoice(invoice, identity);
    // It bought nothing, so nothing ends with it.
    await this.#decide(tx, { ...refundable, end: async () => [] }, { reason, by: HOUSE });
  }

  /** Sends a card payment back that bought nothing, in the transaction that has just booked it as owed to the card. */
  async returnUnusable(tx: Orm, unusable: UnusablePayment): Promise<void> {
    const { purpose, sourceId, identity, amountMinor, reason } = unusable;
    const refundable = this.#parts.refundables.ofUnusable({ purpose, sourceId, identity, amountMinor });
    const row = await this.#insert(tx, refundable, { amountMinor, reason, by: HOUSE, part: 0 });
    await this.#context.tell(tx, ['refund.changed', { refund: toRefund(row) }, { identity: row.identity }]);
  }

  async #insert(
    tx: Orm,
    {
      payment,
      identity,
      to,
      findProviderPayment,
    }: Pick<Refundable, 'payment' | 'identity' | 'to' | 'findProviderPayment'>,
    { amountMinor, reason, by, idempotencyKey, part }: Decision & { amountMinor: number; part: number },
  ): Promise<RefundRow> {
    const isToCard = to === 'card';
    // By the house's own rule nobody waits for it, and the sweeper orders it; otherwise the one who decides does, at once.
    const isDecidedByHouse = by === HOUSE;
    const providerPayment = isToCard ? await findProviderPayment(tx) : null;
    if (isToCard && !providerPayment) throw new AppError('not_refundable', 'No card payment is known for it.');
    const now = this.#context.nowIso();
    return this.#parts.store.insert(tx, {
      id: createId('refund'),
      ...payment,
      identity,
      amountMinor,
      currency: this.#context.currency,
      to,
      reason,
      by,
      isRest: part > 0,
      part,
      idempotencyKey: idempotencyKey ?? null,
      status: isToCard ? 'pending' : 'succeeded',
      providerPayment,
      attempts: isToCard && !isDecidedByHouse ? 1 : 0,
      nextAttemptAt: isToCard ? (isDecidedByHouse ? now : this.#leaseEnd()) : null,
      createdAt: now,
      settledAt: isToCard ? null : now,
    });
  }

  /** Books the reversal; what was paid with promotional credit returns there. */
  async #reverse(tx: Orm, { row, booked }: { row: RefundRow; booked: BookedTransaction }): Promise<void> {
    const { ledger, currency } = this.#context;
    const { legs: original, earlier } = booked;
    const { amountMinor } = row;
    const payer = houseAccount('provider_clearing', currency);
    const legs =
      row.to === 'wallet'
        ? returnLegs({ original, earlier, wallet: fanWallet(row.identity, currency), amountMinor })
        : reversalLegs({ original, earlier, payer, to: houseAccount('refund_payable', currency), amountMinor });
    const available = await ledger.post(tx, {
      kind: 'refund',
      source: { type: 'refund', id: row.id },
      reversesId: booked.id,
      legs,
      at: row.createdAt,
    });
    if (available === undefined) throw new AppError('not_refundable', SPENT);
    if (row.to === 'wallet') await this.#context.promoExpiry.expire(tx, row.identity);
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

/** Credit is given back as it is found unspent, as often as another key asks; everything else whole, or in a part and the rest. */
function isGivenBack({ isCredit }: Refundable, times: number, { amountMinor, idempotencyKey }: Decision): boolean {
  if (isCredit) return times > 0 && idempotencyKey === undefined;
  return times > 1 || (times === 1 && amountMinor !== undefined);
}
