/**
 * Disputes: a payer asks their bank for the money back. While the bank only asks (an inquiry), creators' earnings from
 * the payment are held. While a dispute is open, unspent credit from the payment is held too, what it bought is
 * suspended (`disputed-sales.ts`), and the payment cannot be refunded. What the bank withdraws or reinstates is booked
 * as it happens, and the sum decides (`dispute-decisions.ts`), also when the bank changes its mind later. The house
 * bears the fee.
 */
import { DAY_MS, iso, isoOrNull } from '../../platform/clock.ts';
import type { Orm } from '../../platform/db/db.ts';
import { type DueRows, NOT_DUE } from '../../platform/jobs/due-rows.ts';
import type { Fact } from '../../platform/outbox/outbox.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type Id } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Dispute } from '../../protocol/money/payouts.ts';
import type { CardPayments } from '../checkout/card-payments.ts';
import type { BookedTransaction } from '../ledger/ledger.store.ts';
import { accountId, fanWallet, moneyLeftOf, remainderOf } from '../ledger/ledger.ts';
import type { MembershipStanding } from '../memberships/membership-standing.ts';
import type { MoneyContext } from '../money-context.ts';
import type { MoneyFacts } from '../money-facts.ts';
import { saleOf } from '../payments/payments.store.ts';
import type { ProviderDispute } from '../provider/payment-provider.ts';
import type { CardDebts } from '../refunds/card-debts.ts';
import type { Refunds } from '../refunds/refunds.ts';
import { DisputeDecisions, outcomeOf } from './dispute-decisions.ts';
import { gatherEvidence } from './dispute-evidence.ts';
import { disputeFundsLegs } from './dispute-legs.ts';
import type { DisputedSale } from './disputed-sales.store.ts';
import { DisputedSales } from './disputed-sales.ts';
import { type DisputeStatus, disputes, type Evidence } from './disputes.schema.ts';
import { type DisputeRow, DisputesStore } from './disputes.store.ts';

/** Attempts to book a dispute that another process keeps changing; then the event is retried later. */
const REFRESH_ATTEMPTS = 5;
/** Events can get lost, and the provider lists them for 30 days only: an open dispute is fetched again once a day. */
const CHECK_EVERY_MS = DAY_MS;

export class Disputes {
  /** Open disputes, each fetched again once a day. */
  readonly due: DueRows<typeof disputes>;
  readonly #context: MoneyContext;
  readonly #store: DisputesStore;
  readonly #payments: CardPayments;
  readonly #standing: MembershipStanding;
  readonly #debts: CardDebts;
  readonly #sales: DisputedSales;
  readonly #decisions: DisputeDecisions;

  constructor(
    context: MoneyContext,
    parts: {
      payments: CardPayments;
      standing: MembershipStanding;
      debts: CardDebts;
      refunds: Refunds;
    },
  ) {
    this.#context = context;
    this.#store = new DisputesStore(context.db);
    this.#payments = parts.payments;
    this.#standing = parts.standing;
    this.#debts = parts.debts;
    this.#sales = new DisputedSales(context, parts.refunds);
    this.#decisions = new DisputeDecisions(context, { ...parts, store: this.#store, sales: this.#sales });
    this.due = context.dueRows({
      name: 'disputes',
      table: disputes,
      key: [disputes.id],
      recheck: { firstMs: CHECK_EVERY_MS, factor: 1, maxMs: CHECK_EVERY_MS },
      attempt: ({ providerDispute }) => this.handleDisputeChanged(providerDispute),
    });
  }

  async list(status?: DisputeStatus): Promise<Dispute[]> {
    return (await this.#store.list({ status, limit: LIMITS.listPageItems })).map(toWire);
  }

  async find(id: string): Promise<Dispute | undefined> {
    const row = await this.#store.find(id);
    return row && toWire(row);
  }

  async findOfSource(source: string): Promise<Dispute | undefined> {
    const row = await this.#store.findOfSource(source);
    return row && toWire(row);
  }

  /** Handles an event about a dispute: fetches it, and books what has changed. */
  async handleDisputeChanged(providerDispute: string): Promise<void> {
    for (let attempt = 1; attempt <= REFRESH_ATTEMPTS; attempt += 1) {
      const known = await this.#store.findByProvider(providerDispute);
      const found = await this.#context.provider.disputes.fetchDispute(providerDispute);
      if (!found || (await this.#apply(found, known))) return;
    }
    throw new AppError('unavailable');
  }

  /** A private session that has just ended for a dispute was paid with its credit, or has freed some. */
  async handleFacts(facts: Fact[]): Promise<void> {
    for (const { data } of facts) {
      const { dispute } = data as MoneyFacts['dispute.changed'];
      if (dispute.status === 'open' && dispute.sourceType === 'topup') await this.#freezeMore(dispute);
    }
  }

  async #freezeMore({ id, identity }: Dispute): Promise<void> {
    const { db, spending, currency, outbox } = this.#context;
    await db.transaction(async (tx) => {
      await spending.lockCredit(tx, identity, currency);
      const row = await this.#store.lock(tx, id);
      if (row.isFrozen && row.closedAt === null) await this.#freeze(tx, row);
    });
    outbox.wake();
  }

  /** Submits evidence from our records, with the operator's note. */
  async submitEvidence(
    id: string,
    input: { note?: string | undefined; by: string },
  ): Promise<{ dispute: Dispute; evidence: Evidence }> {
    const row = await this.#store.find(id);
    if (!row) throw new AppError('dispute_not_found');
    if (row.status !== 'open' && row.status !== 'inquiry') throw new AppError('dispute_closed');
    const evidence = gatherEvidence(row, await this.#store.readRecords(row), input.note);
    const submission = { evidence, submittedBy: input.by };
    // Kept before it is sent: the answer may be lost.
    await this.#store.noteSending(id, submission);
    const found = await this.#context.provider.disputes.submitEvidence(row.providerDispute, evidence);
    await this.#store.noteSubmitted(id, { ...submission, submittedAt: this.#context.nowIso() });
    if (!(await this.#apply(found, row))) await this.handleDisputeChanged(row.providerDispute);
    return { dispute: toWire((await this.#store.find(id)) ?? row), evidence };
  }

  /**
   * Returns false if the dispute was changed since `known` was read: `found` may then be stale, and must be fetched
   * again.
   */
  async #apply(found: ProviderDispute, known: DisputeRow | undefined): Promise<boolean> {
    const row = (await this.#store.findByProvider(found.dispute)) ?? (await this.#insert(found));
    if (!row) return true;
    const { db, ledger, spending, currency, outbox } = this.#context;
    await ledger.ensureAccounts([fanWallet(row.identity, currency)]);
    const isApplied = await db.transaction(async (tx) => {
      // Rooms and then the credit first, as everywhere; then the dispute, which serialises concurrent deliveries.
      if (found.status === 'won' || found.status === 'lost') await this.#sales.lockRooms(tx, row.id);
      await spending.lockCredit(tx, row.identity, currency);
      const before = await this.#store.lock(tx, row.id);
      if (!isUnchanged(known, before)) return false;
      await this.#settle(tx, await this.#bookMovements(tx, before, found), found);
      return true;
    });
    outbox.wake();
    return isApplied;
  }

  async #insert(found: ProviderDispute): Promise<DisputeRow | undefined> {
    const { currency, log } = this.#context;
    const paid = found.payment ? await this.#payments.findByProvider(found.payment) : undefined;
    if (!paid || found.currency !== currency) {
      this.#payments.assertOld(found.openedAtMs);
      log.error({ providerDispute: found.dispute }, 'dispute of an unknown payment');
      return undefined;
    }
    await this.#context.db.transaction(async (tx) => {
      const kept = await this.#store.keep(tx, {
        id: createId('dispute'),
        providerDispute: found.dispute,
        providerPayment: found.payment ?? '',
        sourceType: paid.kind,
        sourceId: paid.id,
        identity: paid.identity,
        amountMinor: found.amountMinor,
        currency,
        reason: found.reason,
        status: 'inquiry',
        openedAt: iso(found.openedAtMs),
        dueAt: this.#context.laterIso(CHECK_EVERY_MS),
      });
      // The fact is added with the first withdrawal; an inquiry withdraws nothing.
      if (!kept || found.status !== 'inquiry') return;
      const dispute = { ...toWire(kept), evidenceDueAt: isoOrNull(found.evidenceDueAtMs) };
      await this.#context.addFacts(tx, ['dispute.changed', { dispute }, { identity: kept.identity }]);
    });
    log.warn({ providerDispute: found.dispute, source: paid.id, reason: found.reason }, 'payment disputed');
    return this.#store.findByProvider(found.dispute);
  }

  /**
   * Books each movement of money that is not booked yet, once. The sums only grow by new movements: an older fetch that
   * is applied last must not overwrite them.
   */
  async #bookMovements(tx: Orm, row: DisputeRow, found: ProviderDispute): Promise<DisputeRow> {
    const { ledger, currency } = this.#context;
    let { feeMinor, withdrawnMinor } = row;
    for (const movement of found.movements) {
      const key = { kind: 'dispute_funds', source: { type: 'dispute_movement', id: movement.id } } as const;
      if (await ledger.isBooked(tx, key)) continue;
      await ledger.post(tx, { ...key, legs: disputeFundsLegs(movement, currency), at: this.#context.nowIso() });
      feeMinor += movement.feeMinor;
      withdrawnMinor += movement.feeMinor - movement.amountMinor;
    }
    const evidenceDueAt = isoOrNull(found.evidenceDueAtMs);
    return this.#store.update(tx, row.id, { feeMinor, withdrawnMinor, evidenceDueAt });
  }

  /** Freezes what is left of the disputed money, and what of it has moved since. */
  async #freeze(tx: Orm, row: DisputeRow): Promise<DisputeRow> {
    const isOfTopup = row.sourceType === 'topup';
    if (row.isFrozen && !isOfTopup) return row;
    const booked = await this.#findBooked(tx, row);
    const addedMinor = booked ? await this.#freezeBooked(tx, row, booked) : 0;
    await this.#sales.suspend(tx, row.id);
    if (row.sourceType === 'membership') await this.#standing.suspend(tx, row.sourceId);
    const frozenCreditMinor = row.frozenCreditMinor + addedMinor;
    const frozen = await this.#store.update(tx, row.id, { isFrozen: true, frozenCreditMinor });
    if (addedMinor > 0) await this.#context.addWalletFact(tx, frozen.identity);
    return frozen;
  }

  /** What creators earned by a payment about which the bank asks is not released before the answer. */
  async #holdEarnings(tx: Orm, row: DisputeRow): Promise<void> {
    const booked = await this.#findBooked(tx, row);
    if (booked) await this.#freezeBooked(tx, row, booked, { isInquiry: true });
  }

  #findBooked(tx: Orm, { sourceType, sourceId }: DisputeRow): Promise<BookedTransaction | undefined> {
    return this.#context.ledger.findTransaction(tx, saleOf({ kind: sourceType, id: sourceId }));
  }

  /** Returns how much credit it holds now in addition: none while the bank only asks. */
  async #freezeBooked(
    tx: Orm,
    row: DisputeRow,
    booked: BookedTransaction,
    { isInquiry } = { isInquiry: false },
  ): Promise<number> {
    // Refunds have moved money while the bank only asked.
    if (!row.isFrozen) await this.#sales.unfreeze(tx, row.id);
    if (row.sourceType !== 'topup') {
      const amountMinor = Math.max(0, Math.min(row.amountMinor, remainderOf(booked), moneyLeftOf(booked)));
      await this.#sales.freeze(tx, row.id, [{ sale: booked.id, amountMinor }]);
      return 0;
    }
    const wallet = fanWallet(row.identity, this.#context.currency);
    const available = await this.#context.ledger.findAvailable(wallet, tx);
    const frozen = await this.#sales.listFrozen(tx, row.id);
    // A lost dispute settles the debt to the card first.
    let missingMinor = row.amountMinor - (await this.#debts.findOwed(tx, row.sourceId)) - row.frozenCreditMinor;
    for (const { amountMinor } of frozen) missingMinor -= amountMinor;
    if (missingMinor <= 0) return 0;
    const { unspentMinor, sales } = await this.#sales.findSpent(tx, accountId(wallet), booked.id);
    const ownMinor = Math.max(0, Math.min(missingMinor, available, unspentMinor - row.frozenCreditMinor));
    missingMinor -= ownMinor;
    const more: DisputedSale[] = [];
    for (const { sale, amountMinor } of sales) {
      if (missingMinor <= 0) break;
      const disputedMinor = Math.min(missingMinor, amountMinor);
      more.push({ sale, amountMinor: disputedMinor });
      missingMinor -= disputedMinor;
    }
    await this.#sales.freeze(tx, row.id, more);
    if (isInquiry) return 0;
    // What it bought cannot cover is owed by its payer.
    const creditMinor = ownMinor + Math.max(0, Math.min(missingMinor, available - ownMinor));
    if (creditMinor > 0) await this.#store.holdCredit(tx, accountId(wallet), creditMinor);
    return creditMinor;
  }

  /** Brings what is held and booked in line with the money that the bank has, whatever was decided before. */
  async #settle(tx: Orm, row: DisputeRow, found: ProviderDispute): Promise<void> {
    const keptMinor = row.withdrawnMinor - row.feeMinor;
    const status = outcomeOf(found, keptMinor);
    if (status === 'won' || status === 'lost') return this.#close(tx, row, { status, keptMinor });
    // After a decision only money counts that the bank takes again or gives back.
    if (isClosed(row) && row.lostMinor === keptMinor) return;
    if (row.status === 'lost') await this.#decisions.undo(tx, row);
    if (status === 'inquiry') await this.#holdEarnings(tx, row);
    else await this.#freeze(tx, row);
    if (row.status === status) return;
    const dueAt = this.#context.laterIso(CHECK_EVERY_MS);
    const undecided = { closedAt: null, lostMinor: 0, lossMinor: null, borneMinor: 0, settledMinor: 0, dueAt };
    await this.#addChanged(tx, await this.#store.update(tx, row.id, { status, ...undecided }));
  }

  async #close(
    tx: Orm,
    row: DisputeRow,
    { status, keptMinor }: { status: 'won' | 'lost'; keptMinor: number },
  ): Promise<void> {
    if (isClosed(row) && row.lostMinor === keptMinor) return;
    if (row.status === 'lost') await this.#decisions.undo(tx, row);
    const held = status === 'lost' ? await this.#freeze(tx, row) : row;
    const closed = { status, closedAt: this.#context.nowIso(), lostMinor: keptMinor, decisions: row.decisions + 1 };
    const none = { frozenCreditMinor: 0, isFrozen: false, lossMinor: 0, borneMinor: 0, settledMinor: 0 };
    await this.#store.update(tx, row.id, { ...closed, ...none, ...NOT_DUE });
    if (status === 'lost') await this.#store.update(tx, row.id, await this.#decisions.bookLost(tx, held, keptMinor));
    else await this.#decisions.bookWon(tx, held);
    await this.#addChanged(tx, await this.#store.lock(tx, row.id));
  }

  #addChanged(tx: Orm, row: DisputeRow): Promise<void> {
    return this.#context.addFacts(tx, ['dispute.changed', { dispute: toWire(row) }, { identity: row.identity }]);
  }
}

function isClosed({ status }: DisputeRow): boolean {
  return status === 'won' || status === 'lost';
}

/** Whether a dispute is as it was when `known` was read; a new one is inserted as an inquiry. */
function isUnchanged(known: DisputeRow | undefined, before: DisputeRow): boolean {
  return before.status === (known?.status ?? 'inquiry') && before.evidenceDueAt === (known?.evidenceDueAt ?? null);
}

function toWire(row: DisputeRow): Dispute {
  return {
    id: row.id as Id<'dispute'>,
    source: row.sourceId,
    sourceType: row.sourceType,
    identity: row.identity,
    amountMinor: row.amountMinor,
    feeMinor: row.feeMinor,
    currency: row.currency,
    reason: row.reason,
    status: row.status,
    frozenCreditMinor: row.frozenCreditMinor,
    lossMinor: row.lossMinor === null ? null : row.lossMinor + row.borneMinor,
    evidenceDueAt: isoOrNull(row.evidenceDueAt),
    submittedAt: isoOrNull(row.submittedAt),
    openedAt: iso(row.openedAt),
    closedAt: isoOrNull(row.closedAt),
  };
}
