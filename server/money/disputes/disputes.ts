/**
 * Disputes: a payer asks their bank for the money back. While a dispute is open, unspent credit from the payment is
 * held, pending earnings from it are frozen, its ticket gives no access, and the payment cannot be refunded. What the
 * bank withdraws or reinstates is booked as it happens. Won: everything is restored. Lost: it settles the debt to the
 * card, then takes the held credit and the frozen earnings; the house bears the rest and the fee.
 */
import { DAY_MS, iso, isoOrNull } from '../../platform/clock.ts';
import type { Orm } from '../../platform/db/db.ts';
import { type DueRows, NOT_DUE } from '../../platform/jobs/due-rows.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type Id, type RoomId, type TicketId } from '../../protocol/ids.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Dispute } from '../../protocol/money/payouts.ts';
import type { CardPayments } from '../checkout/card-payments.ts';
import { accountId, fanWallet, houseAccount, moneyLeftOf, remainderOf, transferLegs } from '../ledger/ledger.ts';
import type { MembershipStanding } from '../memberships/membership-standing.ts';
import type { MoneyContext } from '../money-context.ts';
import type { ProviderDispute } from '../provider/payment-provider.ts';
import type { CardDebts } from '../refunds/card-debts.ts';
import type { Refunds } from '../refunds/refunds.ts';
import { sawNoLive } from '../sales/withdrawals.ts';
import { gatherEvidence } from './dispute-evidence.ts';
import { disputeFundsLegs, lostSaleLegs } from './dispute-legs.ts';
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
  readonly #refunds: Refunds;

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
    this.#refunds = parts.refunds;
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
    const { db, ledger, currency, outbox } = this.#context;
    const wallet = fanWallet(row.identity, currency);
    await ledger.ensureAccounts([wallet]);
    const isApplied = await db.transaction(async (tx) => {
      // The wallet first, as everywhere; then the dispute, which serialises concurrent deliveries.
      await ledger.lockWallet(tx, wallet);
      const before = await this.#store.lock(tx, row.id);
      if (!isUnchanged(known, before)) return false;
      const funded = await this.#bookMovements(tx, before, found);
      const isClosed = before.status === 'won' || before.status === 'lost';
      // An inquiry withdraws no money.
      const isHarmless = found.status === 'inquiry' || (found.status === 'won' && !before.isFrozen);
      const frozen = isClosed || isHarmless ? funded : await this.#freeze(tx, funded);
      await this.#changeStatus(tx, frozen, found);
      return true;
    });
    outbox.wake();
    return isApplied;
  }

  async #insert(found: ProviderDispute): Promise<DisputeRow | undefined> {
    const { currency, log } = this.#context;
    const paid = found.payment ? await this.#payments.findByPayment(found.payment) : undefined;
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
        ...paid,
        amountMinor: found.amountMinor,
        currency,
        reason: found.reason,
        status: 'inquiry',
        openedAt: iso(found.openedAtMs),
        dueAt: this.#context.laterIso(CHECK_EVERY_MS),
      });
      // The fact is added with the first withdrawal; an inquiry withdraws nothing.
      if (!kept || found.status !== 'inquiry') return;
      await this.#context.addFacts(tx, ['dispute.changed', { dispute: toWire(kept) }, { identity: kept.identity }]);
    });
    log.warn({ providerDispute: found.dispute, source: paid.sourceId, reason: found.reason }, 'payment disputed');
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

  /** Freezes what is left of the disputed money; once. */
  async #freeze(tx: Orm, row: DisputeRow): Promise<DisputeRow> {
    if (row.isFrozen) return row;
    const { ledger, currency } = this.#context;
    const booked = await ledger.findTransaction(tx, await this.#payments.bookedAs(tx, row));
    const transactions = booked ? [booked.id] : [];
    let frozenCreditMinor = 0;
    if (row.sourceType === 'topup' && booked) {
      const wallet = fanWallet(row.identity, currency);
      const available = await ledger.findAvailable(wallet, tx);
      // A lost dispute settles the debt to the card first.
      let missingMinor = Math.max(0, row.amountMinor - (await this.#debts.findOwed(tx, row.sourceId)));
      frozenCreditMinor = Math.max(0, Math.min(available, missingMinor));
      if (frozenCreditMinor > 0) await this.#store.holdCredit(tx, accountId(wallet), frozenCreditMinor);
      missingMinor -= frozenCreditMinor;
      for (const { sale, amountMinor } of await this.#store.findHeldSpending(tx, accountId(wallet), booked.id)) {
        if (missingMinor <= 0) break;
        transactions.push(sale);
        missingMinor -= amountMinor;
      }
    }
    await this.#store.freeze(tx, row.id, transactions, this.#context.nowIso());
    if (row.sourceType === 'ticket') await this.#closeTicket(tx, row);
    if (row.sourceType === 'membership') await this.#standing.suspend(tx, row.sourceId);
    const frozen = await this.#store.update(tx, row.id, { isFrozen: true, frozenCreditMinor });
    if (frozenCreditMinor > 0) await this.#context.addWalletFact(tx, frozen.identity);
    return frozen;
  }

  async #closeTicket(tx: Orm, row: DisputeRow): Promise<void> {
    const ticket = await this.#store.markTicket(tx, row.sourceId, { from: 'valid', to: 'disputed' });
    if (!ticket) return;
    await this.#context.rooms.entitlements.revoke(tx, { source: 'ticket', sourceId: ticket.id }, 'disputed');
    const room = ticket.room as RoomId;
    await this.#context.addFacts(tx, ['earnings.changed', { room }, { room }]);
  }

  async #changeStatus(tx: Orm, row: DisputeRow, found: ProviderDispute): Promise<void> {
    if (row.status === found.status || row.status === 'won' || row.status === 'lost') return;
    const at = this.#context.nowIso();
    const closed = found.status === 'won' || found.status === 'lost';
    const closing = closed ? { closedAt: at, frozenCreditMinor: 0, ...NOT_DUE } : { closedAt: null };
    let after = await this.#store.update(tx, row.id, { status: found.status, ...closing });
    if (found.status === 'won') {
      await this.#reinstate(tx, row, at);
      after = await this.#store.update(tx, row.id, { lossMinor: 0 });
    }
    if (found.status === 'lost') after = await this.#store.update(tx, row.id, await this.#bookLost(tx, row, at));
    await this.#context.addFacts(tx, ['dispute.changed', { dispute: toWire(after) }, { identity: row.identity }]);
  }

  async #reinstate(tx: Orm, row: DisputeRow, at: string): Promise<void> {
    const wallet = accountId(fanWallet(row.identity, this.#context.currency));
    if (row.frozenCreditMinor > 0) await this.#store.holdCredit(tx, wallet, -row.frozenCreditMinor);
    await this.#store.liftFreezes(tx, row.id, at);
    if (row.frozenCreditMinor > 0) await this.#context.addWalletFact(tx, row.identity);
    // Another open dispute keeps it closed until that one is decided; a lost one closes a ticket for good.
    const isMembership = row.sourceType === 'membership';
    const standing: DisputeStatus[] = ['open', 'under_review', ...(isMembership ? [] : (['lost'] as const))];
    if (await this.#store.hasOtherDispute(tx, row, standing)) return;
    if (isMembership) await this.#standing.restore(tx, row.sourceId);
    if (row.sourceType === 'ticket') await this.#restoreTicket(tx, row.sourceId as TicketId);
  }

  /** Makes the ticket valid again, or refunds it if its holder cannot use it. */
  async #restoreTicket(tx: Orm, id: TicketId): Promise<void> {
    const reason = await this.#refundReasonOf(tx, id);
    if (reason) return this.#refunds.refundDisputedTicket(tx, id, reason);
    const ticket = await this.#store.markTicket(tx, id, { from: 'disputed', to: 'valid' });
    if (!ticket) return;
    const room = ticket.room as RoomId;
    const entry = { room, identity: ticket.identity, source: 'ticket', sourceId: ticket.id } as const;
    await this.#context.rooms.entitlements.restore(tx, entry);
    await this.#context.addFacts(tx, ['earnings.changed', { room }, { room }]);
  }

  /**
   * Why the ticket is refunded instead of made valid: its holder bought another one, or was blocked before seeing a
   * live.
   */
  async #refundReasonOf(tx: Orm, id: TicketId): Promise<'ticket_held_already' | 'blocked' | undefined> {
    if (await this.#store.hasOtherTicket(tx, id)) return 'ticket_held_already';
    const { rooms, stores } = this.#context;
    const ticket = await stores.tickets.find(id, tx);
    if (!ticket) return undefined;
    const room = await rooms.getRoom(ticket.room, tx);
    if (!sawNoLive(room, ticket.boughtAt ?? ticket.createdAt)) return undefined;
    return (await rooms.removals.isBlocked(room.creator.identity, ticket.identity, tx)) ? 'blocked' : undefined;
  }

  /** Settles the debt to the card, takes what is frozen, and books the rest as a loss of the house. */
  async #bookLost(tx: Orm, row: DisputeRow, at: string): Promise<Pick<DisputeRow, 'lossMinor' | 'settledMinor'>> {
    const { ledger, currency } = this.#context;
    const from = houseAccount('disputes_open', currency);
    const source = { type: 'dispute', id: row.id } as const;
    const { sourceId: payment, amountMinor } = row;
    const settledMinor = await this.#debts.settle(tx, { payment, amountMinor, from, source });
    let leftMinor = amountMinor - settledMinor;
    leftMinor -= await this.#takeCredit(tx, { row, upToMinor: leftMinor, at });
    const booked = await ledger.findTransaction(tx, await this.#payments.bookedAs(tx, row));
    const sales =
      row.sourceType === 'topup'
        ? await this.#store.listFrozenSales(tx, row.id, booked?.id ?? '')
        : booked
          ? [booked.id]
          : [];
    for (const sale of sales) leftMinor -= await this.#takeSale(tx, { row, sale, upToMinor: leftMinor, at });
    await this.#store.liftFreezes(tx, row.id, at);
    if (row.sourceType === 'membership') {
      const isDisputedOtherwise = await this.#store.hasOtherDispute(tx, row, ['open', 'under_review']);
      await this.#standing.handleLost(tx, row.sourceId, { isDisputedOtherwise });
    }
    if (leftMinor > 0) {
      const legs = transferLegs(houseAccount('chargeback_loss', currency), from, leftMinor);
      await ledger.post(tx, { kind: 'dispute_loss', source, legs, at });
    }
    return { lossMinor: leftMinor, settledMinor };
  }

  /** Takes held credit up to the loss, and releases the rest. */
  async #takeCredit(
    tx: Orm,
    { row, upToMinor, at }: { row: DisputeRow; upToMinor: number; at: string },
  ): Promise<number> {
    const { frozenCreditMinor } = row;
    if (frozenCreditMinor === 0) return 0;
    const { ledger, currency } = this.#context;
    const wallet = fanWallet(row.identity, currency);
    await this.#store.holdCredit(tx, accountId(wallet), -frozenCreditMinor);
    const takenMinor = Math.min(frozenCreditMinor, upToMinor);
    if (takenMinor > 0) {
      const legs = transferLegs(wallet, houseAccount('disputes_open', currency), takenMinor);
      const source = { type: 'dispute', id: `${row.id}:credit` } as const;
      const left = await ledger.post(tx, { kind: 'dispute_loss', source, legs, at });
      if (left === undefined) throw new AppError('internal', 'The held credit is missing.');
    }
    if (takenMinor < frozenCreditMinor) await this.#context.addWalletFact(tx, row.identity);
    return takenMinor;
  }

  /** Reverses a sale up to the loss; the house bears a creator's part that was released already. */
  async #takeSale(
    tx: Orm,
    { row, sale, upToMinor, at }: { row: DisputeRow; sale: string; upToMinor: number; at: string },
  ): Promise<number> {
    const { ledger, currency } = this.#context;
    const booked = await ledger.getTransaction(tx, sale);
    const amountMinor = Math.min(upToMinor, remainderOf(booked), moneyLeftOf(booked));
    if (amountMinor <= 0) return 0;
    await ledger.post(tx, {
      kind: 'dispute_reversal',
      source: { type: 'dispute', id: `${row.id}:${sale}` },
      reversesId: sale,
      legs: lostSaleLegs(booked, amountMinor, currency),
      at,
    });
    return amountMinor;
  }
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
    lossMinor: row.lossMinor,
    evidenceDueAt: isoOrNull(row.evidenceDueAt),
    submittedAt: isoOrNull(row.submittedAt),
    openedAt: iso(row.openedAt),
    closedAt: isoOrNull(row.closedAt),
  };
}
