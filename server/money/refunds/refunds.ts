/**
 * Decides refunds. The books, the payment's status, the entitlement and the facts change in one transaction: access
 * ends with the decision, whatever the provider does afterwards. A payment from the wallet is refunded to the wallet,
 * one by card to that card. A payment is refunded whole, or in a part and the rest; unspent credit of a top-up in as
 * many parts as there are keys. A part that failed is still owed, and does not block others.
 */
import { isUniqueViolation, type Orm } from '../../platform/db/db.ts';
import { AppError, assertWithin } from '../../protocol/errors.ts';
import { createId, type TicketId } from '../../protocol/ids.ts';
import { idOfNamed, type Refund, type RefundInput } from '../../protocol/money/money.ts';
import type { BookedTransaction } from '../ledger/ledger.store.ts';
import {
  assertAmount,
  fanWallet,
  HOUSE,
  houseAccount,
  type Leg,
  mergeLegs,
  remainderOf,
  reversalLegs,
  type Share,
  shareOf,
  sumOf,
} from '../ledger/ledger.ts';
import { type MoneyContext, PROVIDER_LEASE_MS } from '../money-context.ts';
import { DISPUTED } from '../payments/payment-kinds.ts';
import { type PaymentRow, saleOf } from '../payments/payments.store.ts';
import { returnLegs } from '../wallet/promo-legs.ts';
import { type CardDebts, owedMinor } from './card-debts.ts';
import type { RefundOrders } from './refund-orders.ts';
import type { Refundables } from './refundables.ts';
import { ONE_REFUND, ONE_REFUND_OF_KEY, type RefundRow, toRefund } from './refunds.store.ts';

interface RefundParts {
  orders: RefundOrders;
  refundables: Refundables;
  debts: CardDebts;
}

export interface Previewed {
  amountMinor: number;
  to: Refund['to'];
  legs: Leg[];
}

/** How much is refunded, by whom, and why. */
interface Decision {
  amountMinor?: number | undefined;
  reason: string;
  by: string;
  /** Instead of an amount: a part of what is left. */
  share?: Share | undefined;
  idempotencyKey?: string | undefined;
  assertAllowed?: AssertAllowed | undefined;
  /** The creator earns nothing more: what their balance does not cover is a loss of the house. */
  isCreatorGone?: boolean;
  /** It was booked and gave nothing, so nothing ends with its refund. */
  boughtNothing?: boolean;
  /** It was refunded before, and some of it has come back since. */
  hasEnded?: boolean;
}

/** Throws where this person may not refund the payment now; called with its sale locked. */
export type AssertAllowed = (tx: Orm, booked: BookedTransaction) => Promise<void>;

/** The provider lists 100 refunds of a payment; this leaves room for manual ones. */
const TOPUP_REFUNDS_MAX = 50;

/** Rolls back the transaction of a preview. */
class RolledBack extends Error {}

const SPENT = 'The credit of this top-up is spent.';

export class Refunds {
  readonly #context: MoneyContext;
  readonly #parts: RefundParts;

  constructor(context: MoneyContext, parts: RefundParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /**
   * Idempotent by person and key. Without an amount, refunds all that is left and orders failed refunds again; with
   * one, orders a failed refund of that amount again, or refunds a new part.
   */
  async refund(
    input: RefundInput,
    by: string,
    { assertAllowed, isRepeated = false }: { assertAllowed?: AssertAllowed; isRepeated?: boolean } = {},
  ): Promise<Refund> {
    const { refundables } = this.#parts;
    const store = this.#context.stores.refunds;
    const { amountMinor, reason, idempotencyKey, ...named } = input;
    if (amountMinor !== undefined) assertAmount(amountMinor);
    const id = idOfNamed(named);
    if (id === undefined) throw new AppError('invalid_request');
    const payment = await refundables.find(id);
    const same = idempotencyKey === undefined ? undefined : await store.findByKey(by, idempotencyKey);
    if (same) return this.#answerAgain(same, payment, amountMinor);
    // A top-up has many parts; a failed one is ordered again by its own key.
    const isNew = refundables.isCredit(payment) && idempotencyKey !== undefined;
    const failed = isNew ? [] : (await store.listOf(payment.id)).filter(({ status }) => status === 'failed');
    const asked = failed.find((row) => amountMinor === row.amountMinor || amountMinor === owedMinor(row));
    if (asked) return this.#orderAgain(asked);
    try {
      const decided = await this.#decideOnce(payment, { amountMinor, reason, by, idempotencyKey, assertAllowed });
      if (amountMinor === undefined) await this.#orderAllAgain(failed);
      return this.#send(decided);
    } catch (error) {
      if (!isRepeated && isUniqueViolation(error, ONE_REFUND_OF_KEY))
        return this.refund(input, by, { isRepeated: true });
      const isNothingLeft = error instanceof AppError && error.code === 'already_refunded';
      const [latest] = isNothingLeft && amountMinor === undefined ? await this.#orderAllAgain(failed) : [];
      if (!latest) throw error;
      return latest;
    }
  }

  async #answerAgain(same: RefundRow, { id }: PaymentRow, amountMinor: number | undefined): Promise<Refund> {
    if (same.payment !== id || (amountMinor !== undefined && amountMinor !== same.amountMinor)) {
      throw new AppError('idempotency_conflict');
    }
    return same.status === 'failed' ? this.#orderAgain(same) : toRefund(same);
  }

  /** The latest first, without those that a concurrent request has ordered. */
  async #orderAllAgain(failed: RefundRow[]): Promise<Refund[]> {
    const rounds: RefundRow[] = [];
    for (const row of failed.toReversed()) rounds.push(...(await this.#startRound(row)));
    return Promise.all(rounds.map((row) => this.#send(row)));
  }

  async #orderAgain(earlier: RefundRow): Promise<Refund> {
    const [round] = await this.#startRound(earlier);
    if (!round) throw new AppError('already_refunded');
    return this.#send(round);
  }

  #startRound(earlier: RefundRow): Promise<RefundRow[]> {
    const { debts } = this.#parts;
    const store = this.#context.stores.refunds;
    return this.#context.db.transaction(async (tx) => {
      const isDisputed = await debts.isDisputed(tx, earlier.payment, ['open', 'under_review']);
      if (isDisputed) throw new AppError('not_refundable', DISPUTED);
      return store.startRound(tx, earlier.id, this.#leaseEnd());
    });
  }

  #send(row: RefundRow): Promise<Refund> {
    return row.status === 'pending' ? this.#parts.orders.send(row) : Promise.resolve(toRefund(row));
  }

  /** What a refund would book: decides it and rolls back, so that a preview cannot differ from the refund. */
  async preview(id: string, amountMinor?: number): Promise<Previewed> {
    if (amountMinor !== undefined) assertAmount(amountMinor);
    const payment = await this.#parts.refundables.find(id);
    let previewed: Previewed | undefined;
    try {
      await this.#context.db.transaction(async (tx) => {
        const decision = { amountMinor, reason: 'preview', by: HOUSE, idempotencyKey: createId('event') };
        const row = await this.#decide(tx, payment, decision);
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
   * Refunds what is left of a ticket by the house's own rule; false if it was refunded before. The sweeper sends it to
   * the card.
   */
  async returnTicket(ticket: TicketId, reason: string): Promise<boolean> {
    const payment = await this.#parts.refundables.find(ticket);
    try {
      await this.#decideOnce(payment, { reason, by: HOUSE });
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'already_refunded') return this.#endEmpty(payment);
      throw error;
    }
  }

  /**
   * Refunds what is left of a ticket that its holder cannot use, in the transaction in which its dispute ends. The
   * caller holds the locks of a dispute.
   */
  async refundDisputedTicket(tx: Orm, ticket: TicketId, reason: string): Promise<void> {
    const payment = await this.#context.stores.payments.find(ticket, tx);
    const booked = payment && (await this.#context.ledger.findTransaction(tx, saleOf(payment)));
    if (!booked) return;
    if (remainderOf(booked) > 0) {
      await this.#decide(tx, payment, { reason, by: HOUSE });
      return;
    }
    await this.#context.addFacts(tx, ...((await this.#parts.refundables.end(tx, payment, { isWhole: true })) || []));
  }

  /**
   * Ends a payment with nothing left to refund, for example after lost disputes; false if something is left or it has
   * ended.
   */
  async #endEmpty(payment: PaymentRow): Promise<boolean> {
    const { db, ledger, outbox } = this.#context;
    const hasEnded = await db.transaction(async (tx) => {
      const booked = await ledger.findTransaction(tx, saleOf(payment));
      if (!booked || remainderOf(booked) > 0) return false;
      const facts = await this.#parts.refundables.end(tx, payment, { isWhole: true });
      if (facts === false) return false;
      await this.#context.addFacts(tx, ...facts);
      return true;
    });
    if (hasEnded) outbox.wake();
    return hasEnded;
  }

  async #decideOnce(payment: PaymentRow, decision: Decision): Promise<RefundRow> {
    const { db, ledger, outbox, metrics, currency } = this.#context;
    const isToCard = payment.paidFrom === 'card';
    const wallet = fanWallet(payment.identity, currency);
    if (isToCard) await ledger.ensureAccounts([wallet]);
    try {
      const row = await db.transaction(async (tx) => {
        if (!isToCard) return this.#decide(tx, payment, decision);
        await ledger.lockWallet(tx, wallet);
        const decided = await this.#decide(tx, payment, decision);
        return this.#parts.debts.absorbLosses(tx, decided);
      });
      outbox.wake();
      metrics.moneyMinor.inc({ kind: 'refund' }, row.amountMinor);
      return row;
    } catch (error) {
      if (isUniqueViolation(error, ONE_REFUND)) throw new AppError('already_refunded');
      throw error;
    }
  }

  /**
   * Locks the payer's credit, then the payment's transaction, then what it bought: the same order as disputes and
   * purchases.
   */
  async #decide(tx: Orm, payment: PaymentRow, decision: Decision): Promise<RefundRow> {
    const { ledger, spending, currency } = this.#context;
    const { refundables, debts } = this.#parts;
    const { identity, paidFrom } = payment;
    const isCredit = refundables.isCredit(payment);
    if (paidFrom === 'wallet') await spending.lockCredit(tx, identity, currency);
    const available = isCredit ? await ledger.lockWallet(tx, fanWallet(identity, currency)) : 0;
    const booked = await ledger.findTransaction(tx, saleOf(payment));
    // An unusable card payment was never a sale, and its refund is under way.
    if (!booked) throw new AppError('already_refunded');
    const leftMinor = remainderOf(booked);
    if (leftMinor <= 0) throw new AppError('already_refunded');
    const isDisputed = booked.isFrozen || (await debts.isDisputed(tx, payment.id, ['open', 'under_review', 'lost']));
    if (isDisputed) throw new AppError('not_refundable', DISPUTED);
    const earlier = await this.#context.stores.refunds.listOf(payment.id, tx);
    if (isRefunded({ isCredit, earlier, leftMinor, decision })) throw new AppError('already_refunded');
    await decision.assertAllowed?.(tx, booked);
    if (isCredit && available <= 0) throw new AppError('not_refundable', SPENT);
    if (earlier.length >= TOPUP_REFUNDS_MAX) throw new AppError('not_refundable', 'It was refunded in too many parts.');
    const { share } = decision;
    const wholeMinor = isCredit ? Math.min(leftMinor, available) : leftMinor;
    const amountMinor = decision.amountMinor ?? (share ? shareOf(leftMinor, share) : wholeMinor);
    assertWithin(amountMinor, { maxMinor: wholeMinor });
    const row = await this.#insert(tx, payment, { ...decision, amountMinor, part: earlier.length });
    const { boughtNothing, hasEnded, isCreatorGone = false } = decision;
    await this.#reverse(tx, { row, booked, isCreatorGone });
    const isWhole = amountMinor === leftMinor;
    const facts = hasEnded ? [] : await refundables.end(tx, payment, { isWhole, boughtNothing });
    if (facts === false) throw new AppError('already_refunded');
    if (row.to === 'wallet') await this.#sendOn(tx, identity);
    await this.#addWalletFact(tx, row, isCredit);
    await this.#context.addFacts(tx, ...facts);
    return row;
  }

  /** The account of a person is closed: from now on their credit goes on to the cards that paid it. */
  async closeWallet(tx: Orm, identity: string): Promise<void> {
    const { ledger, currency } = this.#context;
    const wallet = fanWallet(identity, currency);
    await ledger.lockWallet(tx, wallet);
    await ledger.closeWallet(tx, wallet, this.#context.nowIso());
    await this.#sendOn(tx, identity);
  }

  /** What no card takes stays in the closed wallet, which the desk shows as work. */
  async #sendOn(tx: Orm, identity: string): Promise<void> {
    const { ledger, currency, stores } = this.#context;
    const wallet = fanWallet(identity, currency);
    if (!(await ledger.isClosed(tx, wallet))) return;
    const creditMinor = await ledger.lockWallet(tx, wallet);
    for (const { topup, unspentMinor: amountMinor } of await stores.payments.listUnspent(identity, creditMinor, tx)) {
      try {
        const idempotencyKey = `closed:${topup.id}:${topup.refundedMinor}`;
        const decision = { amountMinor, reason: 'account_closed', by: HOUSE, idempotencyKey };
        await this.#parts.debts.absorbLosses(tx, await this.#decide(tx, topup, decision));
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'not_refundable') throw error;
        this.#context.log.warn({ err: error, topup: topup.id }, 'credit of a closed account not sent on');
      }
    }
  }

  /** Refunds a payment by the house's own rule, in the transaction that has just booked it. */
  async returnPayment(tx: Orm, id: string, reason: string): Promise<void> {
    const payment = await this.#context.stores.payments.find(id, tx);
    if (!payment) throw new AppError('payment_not_found');
    await this.#decide(tx, payment, { reason, by: HOUSE, boughtNothing: true });
  }

  /**
   * Refunds the unused part of a card payment by the house's own rule, once, and returns it. The caller holds the
   * payer's wallet, and has made sure of the creator's account.
   */
  async returnUnused(
    tx: Orm,
    id: string,
    decision: Pick<Decision, 'reason' | 'share' | 'isCreatorGone'>,
  ): Promise<number> {
    const { payments, refunds } = this.#context.stores;
    const [payment, idempotencyKey] = [await payments.find(id, tx), `unused:${id}`];
    if (!payment) throw new AppError('payment_not_found');
    if (await refunds.findByKey(HOUSE, idempotencyKey, tx)) return 0;
    try {
      const row = await this.#decide(tx, payment, { ...decision, by: HOUSE, idempotencyKey });
      await this.#parts.debts.absorbLosses(tx, row);
      return row.amountMinor;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'already_refunded') throw error;
      return 0;
    }
  }

  /**
   * Refunds what has come back of a payment that was refunded before; nothing while a dispute holds it. The caller
   * holds the locks of a dispute.
   */
  async returnRest(tx: Orm, id: string, reason: string): Promise<void> {
    const payment = await this.#context.stores.payments.find(id, tx);
    if (!payment) throw new AppError('payment_not_found');
    try {
      await this.#decide(tx, payment, { reason, by: HOUSE, hasEnded: true });
    } catch (error) {
      // Nothing is written before it is known to be disputed.
      if (!(error instanceof AppError) || error.code !== 'not_refundable') throw error;
    }
  }

  /** Refunds a card payment that bought nothing, in the transaction that has just booked it as owed to the card. */
  async returnUnusable(tx: Orm, payment: PaymentRow, reason: string): Promise<void> {
    const { amountMinor } = payment;
    const row = await this.#insert(tx, payment, { amountMinor, reason, by: HOUSE, part: 0 });
    await this.#context.addFacts(tx, ['refund.changed', { refund: toRefund(row) }, { identity: row.identity }]);
  }

  async #insert(
    tx: Orm,
    { id: payment, identity, paidFrom: to, providerPayment }: PaymentRow,
    { amountMinor, reason, by, idempotencyKey, part }: Decision & { amountMinor: number; part: number },
  ): Promise<RefundRow> {
    const isToCard = to === 'card';
    // The sweeper orders what the house decides; a person's refund is ordered at once by the caller.
    const isDecidedByHouse = by === HOUSE;
    if (isToCard && !providerPayment) throw new AppError('not_refundable', 'Its card payment is unknown.');
    const now = this.#context.nowIso();
    return this.#context.stores.refunds.insert(tx, {
      id: createId('refund'),
      payment,
      identity,
      amountMinor,
      settledMinor: isToCard ? 0 : amountMinor,
      currency: this.#context.currency,
      to,
      reason,
      by,
      part,
      idempotencyKey: idempotencyKey ?? null,
      status: isToCard ? 'pending' : 'succeeded',
      providerPayment,
      attempts: isToCard && !isDecidedByHouse ? 1 : 0,
      dueAt: isToCard ? (isDecidedByHouse ? now : this.#leaseEnd()) : null,
      createdAt: now,
      settledAt: isToCard ? null : now,
    });
  }

  /** Books the reversal; promotional credit returns as such. */
  async #reverse(
    tx: Orm,
    { row, booked, isCreatorGone }: { row: RefundRow; booked: BookedTransaction; isCreatorGone: boolean },
  ): Promise<void> {
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
      legs: isCreatorGone ? await this.#bearUncovered(tx, legs) : legs,
      at: row.createdAt,
    });
    if (available === undefined) throw new AppError('not_refundable', SPENT);
    if (row.to === 'wallet') await this.#context.promoExpiry.expire(tx, row.identity);
  }

  /** What neither available nor held earnings of the creator cover is a loss of the house. */
  async #bearUncovered(tx: Orm, legs: Leg[]): Promise<Leg[]> {
    const leg = legs.find(({ account }) => account.kind === 'creator_available');
    if (!leg) return legs;
    const { owner, currency } = leg.account;
    // The reserve of this sale goes back too, and covers nothing else.
    const reserveMinor = -sumOf(legs.filter(({ account }) => account.kind === 'creator_pending'));
    const coveredMinor = (await this.#context.ledger.lockEarnings(tx, owner, currency)) - reserveMinor;
    const lossMinor = Math.min(-leg.amountMinor, Math.max(0, -leg.amountMinor - coveredMinor));
    return mergeLegs([
      ...legs,
      { account: leg.account, amountMinor: lossMinor },
      { account: houseAccount('chargeback_loss', currency), amountMinor: -lossMinor },
    ]);
  }

  async #addWalletFact(tx: Orm, row: RefundRow, isCredit: boolean): Promise<void> {
    const { identity } = row;
    await this.#context.addFacts(tx, ['refund.changed', { refund: toRefund(row) }, { identity }]);
    if (row.to === 'card' && !isCredit) return;
    await this.#context.addWalletFact(tx, identity);
  }

  #leaseEnd(): string {
    return this.#context.laterIso(PROVIDER_LEASE_MS);
  }
}

/**
 * Credit is refunded once per key; everything else whole, or in a part and the rest. A second part of the same amount
 * without a key may be a retry of the first.
 */
function isRefunded(state: {
  isCredit: boolean;
  earlier: RefundRow[];
  leftMinor: number;
  decision: Decision;
}): boolean {
  const { isCredit, earlier, leftMinor, decision } = state;
  const { amountMinor, idempotencyKey, share } = decision;
  // The caller's key says which part it is.
  if (share) return false;
  if (isCredit) return earlier.length > 0 && idempotencyKey === undefined;
  // Refunds that the bank returned were not decided by a person.
  const parts = earlier.filter(({ by }) => by !== HOUSE);
  if (amountMinor === undefined || parts.length === 0) return false;
  return (
    amountMinor !== leftMinor || (idempotencyKey === undefined && parts.some((row) => row.amountMinor === amountMinor))
  );
}
