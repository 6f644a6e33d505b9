/**
 * The operators' desk: all details of every payment, and what operators may do. Each act is recorded with its operator
 * and reason. The desk contains no rules of its own: the parts decide refunds, disputes, payouts and reconciliations.
 */

import { iso, isoOrNull, MINUTE_MS } from '../../platform/clock.ts';
import { runIn } from '../../platform/db/db.ts';
import { isPersonId } from '../../protocol/accounts/people.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type Id } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Booking, BookingInput, BookingList } from '../../protocol/money/bookings.ts';
import type {
  CardHold,
  CardHoldInput,
  CreatorFreeze,
  CreatorFreezeInput,
  CreatorReserve,
  CreatorReserveInput,
  DeskActView,
  DeskOverview,
  DeskPayouts,
  RefundPreview,
} from '../../protocol/money/desk.ts';
import { idOfNamed, type Refund, type RefundInput } from '../../protocol/money/money.ts';
import type { Dispute, PayoutBatch, Reconciliation } from '../../protocol/money/payouts.ts';
import type { FeePolicyInput, FeePolicyView } from '../../protocol/money/pricing.ts';
import type { Reconciliations } from '../books/reconciliations.ts';
import type { SelfBilling } from '../creator-papers/self-billing.ts';
import type { DisputeStatus } from '../disputes/disputes.schema.ts';
import type { Disputes } from '../disputes/disputes.ts';
import type { MoneyContext } from '../money-context.ts';
import type { Earnings } from '../payouts/earnings.ts';
import type { Payouts } from '../payouts/payouts.ts';
import type { Refunds } from '../refunds/refunds.ts';
import type { Bookings } from './bookings.ts';
import type { DeskAct } from './desk.schema.ts';
import { type DeskActRow, DeskStore } from './desk.store.ts';
import { DeskPayments, type DeskPaymentsParts, type Seen } from './desk-payments.ts';

interface DeskParts extends DeskPaymentsParts {
  refunds: Refunds;
  payouts: Payouts;
  reconciliations: Reconciliations;
  bookings: Bookings;
  earnings: Earnings;
  selfBilling: SelfBilling;
}

/** An act without an outcome after this time was interrupted; far longer than the provider's client retries. */
const ACT_CUT_OFF_MS = 15 * 60_000;

/** A refund that the provider refuses for this long needs an operator. */
const REFUSED_MS = 45 * MINUTE_MS;

export class Desk {
  readonly payments: DeskPayments;
  readonly #context: MoneyContext;
  readonly #parts: DeskParts;
  readonly #store: DeskStore;

  constructor(context: MoneyContext, parts: DeskParts) {
    this.#context = context;
    this.#parts = parts;
    this.#store = new DeskStore(context.db);
    this.payments = new DeskPayments(context, parts);
  }

  /** Sums and counts are of the whole house, also for an API key, which keeps its books. */
  async overview({ ofEmbedders }: Seen = {}): Promise<DeskOverview> {
    const { ledger, currency, provider } = this.#context;
    const { payouts, reconciliations } = this.#parts;
    const cutOffBefore = this.#context.laterIso(-ACT_CUT_OFF_MS);
    const [sums, providerMinor, payoutInterval, latest, trouble, due, cutOff, waitingBookings, waiting] =
      await Promise.all([
        ledger.sumByKind(currency),
        provider.books.fetchBalanceMinor(currency).catch(ignoreUnavailable),
        provider.books.fetchPayoutInterval().catch(ignoreUnavailable),
        reconciliations.findLatest(),
        this.#store.countTrouble(this.#context.laterIso(-REFUSED_MS)),
        payouts.listDue(),
        this.#store.listCutOff(cutOffBefore, { ofEmbedders, limit: LIMITS.listPageItems }),
        this.#parts.bookings.countWaiting(),
        this.#parts.selfBilling.listWaiting(),
      ]);
    const [oldest] = cutOff;
    const of = (kind: Parameters<typeof sums.get>[0]) => sums.get(kind) ?? 0;
    return {
      currency,
      clearing: { ledgerMinor: -of('provider_clearing'), providerMinor, payoutInterval },
      lastReconciliation: latest ?? null,
      isClockInDoubt: trouble.clock_in_doubt,
      owed: {
        fansMinor: of('fan_wallet'),
        promoMinor: of('fan_promo'),
        creatorsPendingMinor: of('creator_pending'),
        creatorsAvailableMinor: of('creator_available'),
        associationsMinor: of('charity'),
        vatMinor: of('vat_payable'),
        cardsMinor: of('refund_payable'),
      },
      revenueMinor:
        of('platform_revenue') + of('provider_fees') + of('promotion_cost') + of('chargeback_loss') + of('written_off'),
      disputes: {
        openCount: Number(trouble.open),
        openMinor: Number(trouble.open_minor),
        evidenceDueAt: isoOrNull(trouble.due_at),
      },
      payouts: {
        dueCount: due.length,
        dueMinor: due.reduce((sum, each) => sum + each.amountMinor, 0),
        pendingCount: Number(trouble.pending),
        pendingMinor: Number(trouble.pending_minor),
      },
      frozenCreators: Number(trouble.frozen),
      waitingBookings,
      waitingSelfBills: { count: waiting.length, first: waiting[0] ?? null },
      failures: {
        refunds: Number(trouble.refunds),
        payouts: Number(trouble.payouts),
        providerEvents: Number(trouble.events),
        payments: Number(trouble.payments),
      },
      closedWallets: {
        count: Number(trouble.closed),
        amountMinor: Number(trouble.closed_minor),
        oldest: trouble.closed_first,
      },
      cutOffActs: { count: cutOff.length, oldest: oldest ? toAct(oldest) : null },
    };
  }

  /** Why payouts to a creator are stopped, for the creator. It does not say by whom. */
  async findFreeze(creator: string): Promise<Pick<CreatorFreeze, 'reason' | 'frozenAt'> | undefined> {
    const [row] = await this.#listFrozen({ creator, limit: 1 });
    return row && { reason: row.reason, frozenAt: row.frozenAt };
  }

  /** Previews what a refund would take from each part of a payment. Nothing is booked. */
  async previewRefund(
    payment: string,
    amountMinor: number | undefined,
    { ofEmbedders }: Seen = {},
  ): Promise<RefundPreview> {
    if (ofEmbedders) await this.payments.assertEmbedders(payment);
    const { legs, ...preview } = await this.#parts.refunds.preview(payment, amountMinor);
    const takes = legs.filter((leg) => leg.amountMinor < 0);
    return {
      ...preview,
      legs: takes.map((leg) => ({ part: leg.account.kind, amountMinor: -leg.amountMinor })),
    };
  }

  async refund(input: RefundInput, by: string, { ofEmbedders }: Seen = {}): Promise<Refund> {
    const subject = idOfNamed(input) ?? 'none';
    if (ofEmbedders) await this.payments.assertEmbedders(subject);
    const act = { act: 'refund', subject, by, reason: input.reason } as const;
    return this.record(act, () => this.#parts.refunds.refund(input, by), idOfNamed);
  }

  /** The newest disputes. */
  async listDisputes(status: DisputeStatus | undefined, { ofEmbedders }: Seen = {}): Promise<Dispute[]> {
    const disputes = await this.#parts.disputes.list(status);
    if (!ofEmbedders || disputes.length === 0) return disputes;
    const hidden = await this.payments.findOfHouse(disputes.map(({ source }) => source));
    return disputes.filter(({ source }) => !hidden.has(source));
  }

  async submitEvidence(
    dispute: string,
    { note, by, ofEmbedders }: Seen & { note?: string | undefined; by: string },
  ): ReturnType<Disputes['submitEvidence']> {
    const found = ofEmbedders ? await this.#parts.disputes.find(dispute) : undefined;
    if (found && (await this.payments.findOfHouse([found.source])).size > 0) throw new AppError('dispute_not_found');
    const act = { act: 'evidence', subject: dispute, by, reason: note ?? null } as const;
    return this.record(act, () => this.#parts.disputes.submitEvidence(dispute, { note, by }));
  }

  async listPayouts({ ofEmbedders }: Seen = {}): Promise<DeskPayouts> {
    const isSeen = ({ creator }: { creator: string }) => !(ofEmbedders && isPersonId(creator));
    const [due, payouts, frozen, reserves] = await Promise.all([
      this.#parts.payouts.listDue(),
      this.#parts.payouts.listLatest(),
      this.#listFrozen({ limit: LIMITS.listPageItems }),
      this.#parts.earnings.listReserves(),
    ]);
    return {
      reserves: reserves.filter(isSeen),
      due: due.filter(isSeen),
      payouts: payouts.filter(isSeen),
      frozen: frozen.filter(isSeen),
    };
  }

  async runPayouts(
    input: Seen & {
      creators?: string[] | undefined;
      withoutMinimum?: boolean | undefined;
      reason?: string | undefined;
      by: string;
    },
  ): Promise<PayoutBatch> {
    const { creators, by, reason = null } = input;
    const subject = creators?.length === 1 ? String(creators[0]) : 'all';
    const { payouts } = this.#parts;
    return this.record({ act: 'payouts', subject, by, reason }, () => payouts.createBatch(input), idOf);
  }

  setReserve(
    creator: string,
    { reserve, reason, by }: CreatorReserveInput & { by: string },
  ): Promise<CreatorReserve | null> {
    const act = { act: 'reserve', subject: creator, by, reason } as const;
    return this.record(act, () => this.#parts.earnings.setReserve(creator, reserve, { by, reason }));
  }

  listBookings(operator: string): Promise<BookingList> {
    return this.#parts.bookings.list(operator);
  }

  book(input: BookingInput, by: string): Promise<Booking> {
    const subject = 'subject' in input ? input.subject : 'vat';
    const act = { act: 'booking', subject, by, reason: input.reason } as const;
    return this.record(
      act,
      () => this.#parts.bookings.create(input, by),
      ({ subject }) => subject,
    );
  }

  async decideBooking(
    id: string,
    { by, isConfirmed, reason }: { by: string; isConfirmed: boolean; reason: string | null },
  ): Promise<Booking> {
    const { bookings } = this.#parts;
    const subject = await bookings.subjectOf(id);
    const act = { act: isConfirmed ? 'booking_confirmed' : 'booking_declined', subject, by, reason } as const;
    return this.record(act, () => (isConfirmed ? bookings.confirm(id, by) : bookings.decline(id, by)));
  }

  /**
   * Stops or resumes payouts to a creator; idempotent. A freeze of a decision lasts until that is undone, whatever
   * operators do. Returns a standing freeze.
   */
  async setFreeze(
    creator: string,
    { frozen, reason, by, decision = null }: CreatorFreezeInput & { by: string; decision?: string | null },
  ): Promise<CreatorFreeze | null> {
    const { store } = this.#context.rooms.restrictions;
    const freeze = { kind: 'freeze', identity: creator, decision } as const;
    await this.#parts.payouts.lockCreator(creator, async (tx) => {
      const run = runIn(tx);
      const isFrozen = () => store.has(run, { kind: 'freeze', identity: creator, liftedAt: null });
      const wasFrozen = await isFrozen();
      const at = this.#context.nowIso();
      const said = { id: createId('creatorFreeze'), reason, by, byRole: 'house', createdAt: at } as const;
      const isChanged = frozen
        ? await store.insert(run, { ...freeze, ...said })
        : (await store.lift(run, freeze, at)).length > 0;
      if (!isChanged) return;
      const act = createId('deskAct');
      const what = frozen ? 'freeze' : 'unfreeze';
      await this.#store.insertAct({ id: act, act: what, subject: creator, by, reason, at }, tx);
      await this.#store.insertOutcome({ act, outcome: 'done', at }, tx);
      // Beside another freeze nothing changes for the creator.
      if (wasFrozen === (await isFrozen())) return;
      const told = { creator, frozen, reason, isByDecision: decision !== null };
      await this.#context.addFacts(tx, ['creator.payouts_changed', told, { identity: creator }]);
    });
    this.#context.outbox.wake();
    const [standing] = await this.#listFrozen({ creator, limit: 1 });
    return standing ?? null;
  }

  /** Standing freezes of one creator or of all, newest first. */
  async #listFrozen({ creator, limit }: { creator?: string; limit: number }): Promise<CreatorFreeze[]> {
    const which = { kind: 'freeze', liftedAt: null, ...(creator !== undefined && { identity: creator }) } as const;
    const rows = await this.#context.rooms.restrictions.store.list(which, { limit });
    return rows.map((row) => ({
      id: row.id as Id<'creatorFreeze'>,
      creator: row.identity ?? '',
      reason: row.reason,
      by: row.by,
      frozenAt: iso(row.createdAt),
    }));
  }

  async listCardHolds({ ofEmbedders }: Seen = {}): Promise<CardHold[]> {
    const holds = await this.#context.cardHolds.list();
    return holds.filter(({ identity }) => !(ofEmbedders && isPersonId(identity)));
  }

  /** Idempotent. Returns a standing hold. */
  async setCardHold(
    identity: string,
    { held, reason, by, ofEmbedders }: CardHoldInput & Seen & { by: string },
  ): Promise<CardHold | null> {
    const { cardHolds, db } = this.#context;
    if (ofEmbedders && isPersonId(identity)) throw new AppError('not_found');
    await db.transaction(async (tx) => {
      if (!(await cardHolds.set(tx, identity, { held, reason, by }))) return;
      const [act, at] = [createId('deskAct'), this.#context.nowIso()];
      const what = held ? 'card_hold' : 'card_release';
      await this.#store.insertAct({ id: act, act: what, subject: identity, by, reason, at }, tx);
      await this.#store.insertOutcome({ act, outcome: 'done', at }, tx);
    });
    return (await cardHolds.list(identity))[0] ?? null;
  }

  reconcile(by: string, sinceMs?: number): Promise<Reconciliation> {
    const act = { act: 'reconciliation', subject: 'all', by, reason: null } as const;
    return this.record(act, () => this.#parts.reconciliations.run(sinceMs), idOf);
  }

  addFeePolicy(input: FeePolicyInput, by: string): Promise<FeePolicyView> {
    const act = { act: 'fee_policy', subject: 'all', by, reason: null } as const;
    return this.record(act, () => this.#context.pricing.addFeePolicy(input), idOf);
  }

  async listActs(subject?: string, { ofEmbedders }: Seen = {}): Promise<DeskActView[]> {
    const rows = await this.#store.listActs({ subject, ofEmbedders, limit: LIMITS.listPageItems });
    return rows.map(toAct);
  }

  /**
   * Records the act, carries it out, and records the outcome. A crash in between leaves a record in state `begun`, so
   * every act is attributable. The subject may be known only afterwards.
   */
  async record<T>(
    act: { act: DeskAct; subject: string; by: string; reason: string | null },
    work: () => Promise<T>,
    subjectOf: (done: T) => string | undefined = () => undefined,
  ): Promise<T> {
    const store = this.#store;
    const id = createId('deskAct');
    await store.insertAct({ id, at: this.#context.nowIso(), ...act });
    let done: T;
    try {
      done = await work();
    } catch (error) {
      const failure = error instanceof AppError ? error.code : 'internal';
      // After an unexpected error it is unknown how far the act went: it stays `begun`.
      if (failure !== 'internal' && failure !== 'provider_unavailable') {
        await store.insertOutcome({ act: id, outcome: 'failed', failure, at: this.#context.nowIso() });
      }
      throw error;
    }
    await store.insertOutcome({ act: id, outcome: 'done', subject: subjectOf(done), at: this.#context.nowIso() });
    return done;
  }
}

const idOf = ({ id }: { id: string }) => id;

function toAct(row: DeskActRow): DeskActView {
  return { ...row, id: row.id as Id<'deskAct'>, at: iso(row.at) };
}

function ignoreUnavailable(error: unknown): null {
  if (error instanceof AppError && error.code === 'provider_unavailable') return null;
  throw error;
}
