/**
 * Reconciliation: reads the provider's books and ours, books and names movements that only the provider knows
 * (`OWN_MOVEMENTS`), compares the rest one by one and as sums, stores the result and updates the
 * metrics.
 */
import { DAY_MS, iso } from '../../platform/clock.ts';
import { isUniqueViolation } from '../../platform/db/db.ts';
import { createId, type Id } from '../../protocol/ids.ts';
import type { Reconciliation } from '../../protocol/money/payouts.ts';
import { houseAccount, transferLegs } from '../ledger/ledger.ts';
import type { MoneyContext } from '../money-context.ts';
import type { ProviderMovement } from '../provider/payment-provider.ts';
import { compareBooks, isOwnMovement, nameOwnMovements, OWN_MOVEMENTS } from './reconciliation.ts';
import type { ReconciliationItem } from './reconciliations.schema.ts';
import { type ReconciliationRow, ReconciliationsStore } from './reconciliations.store.ts';

/** Unique index: a source has one transaction of a kind. */
const ONE_TRANSACTION = 'ledger_transactions_source';
/** The period that the job compares. */
const WINDOW_MS = 35 * DAY_MS;
const SCHEDULE_FAULT =
  "the payment provider pays the house's balance out by itself: set its payout schedule to manual in its dashboard";
/** A payment between the two readings shows as a difference; the next attempt sees both sides. */
const ATTEMPTS = 3;

interface Reading {
  /** Later than what was asked for, where the provider has too many movements. */
  sinceMs: number;
  movements: ProviderMovement[];
  items: ReconciliationItem[];
  ledgerMinor: number;
  providerMinor: number;
  restMinor: number;
}

export class Reconciliations {
  readonly #context: MoneyContext;
  readonly #store: ReconciliationsStore;

  constructor(context: MoneyContext) {
    this.#context = context;
    this.#store = new ReconciliationsStore(context.db);
  }

  /**
   * Compares since a moment, by default the last weeks; 0 compares everything. Where the provider has too many
   * movements, the newest are compared one by one, and the rest by the balance.
   */
  async run(sinceMs = this.#context.clock.now() - WINDOW_MS): Promise<Reconciliation> {
    const startedAt = this.#context.nowIso();
    let reading = await this.#read(sinceMs);
    for (let attempt = 1; attempt < ATTEMPTS && reading.restMinor !== 0; attempt += 1)
      reading = await this.#read(sinceMs);
    const items = [...describeShortened(sinceMs, reading), ...reading.items, ...describeRest(reading.restMinor)];
    const unexplained = items.filter((item) => !item.isExplained);
    const row = {
      id: createId('reconciliation'),
      startedAt,
      finishedAt: this.#context.nowIso(),
      since: iso(reading.sinceMs),
      currency: this.#context.currency,
      movementCount: reading.movements.length,
      ledgerMinor: reading.ledgerMinor,
      providerMinor: reading.providerMinor,
      differenceMinor: unexplained.reduce((sum, item) => sum + item.differenceMinor, 0),
      unexplainedCount: unexplained.length,
      items,
    };
    await this.#store.insert(row);
    if (unexplained.length > 0) {
      const fields = { reconciliation: row.id, differenceMinor: row.differenceMinor, unexplained: unexplained.length };
      this.#context.log.error(fields, 'unexplained difference between the books and the provider');
    }
    await this.updateMetrics();
    return toWire(row);
  }

  /** Newest first. */
  async list(limit: number): Promise<Reconciliation[]> {
    return (await this.#store.list(limit)).map(toWire);
  }

  async findLatest(): Promise<Reconciliation | undefined> {
    const row = await this.#store.findLatest();
    return row && toWire(row);
  }

  /** Sets the metrics from the last reconciliation, so that every gateway reports the same. */
  async updateMetrics(): Promise<void> {
    const row = await this.#store.findLatest();
    if (!row) return;
    const { metrics } = this.#context;
    metrics.reconciliationDifferenceMinor.set(row.differenceMinor);
    metrics.reconciliationItems.set({ explained: 'no' }, row.unexplainedCount);
    metrics.reconciliationItems.set({ explained: 'yes' }, row.items.length - row.unexplainedCount);
  }

  async #read(askedSinceMs: number): Promise<Reading> {
    const { provider, currency, clock } = this.#context;
    const providerMinor = await provider.books.fetchBalanceMinor(currency);
    const { movements, sinceMs } = await provider.books.listMovements(currency, askedSinceMs);
    for (const movement of movements) await this.#bookOwn(movement);
    const sinceIso = iso(Math.max(0, sinceMs - 2 * DAY_MS));
    const known = await this.#store.readKnown(sinceIso);
    const named = movements.flatMap(({ checkout }) => (checkout ? [checkout] : []));
    const unpaidCheckouts = await this.#store.findUnpaidCheckouts([...new Set(named)]);
    const ledgerMinor = await this.#store.sumClearing(currency);
    const compared = movements.filter(({ kind }) => !isOwnMovement(kind));
    const items = [
      ...compareBooks({ movements: compared, known, unpaidCheckouts, nowMs: clock.now(), sinceMs }),
      ...nameOwnMovements(movements),
    ];
    const itemsMinor = items.reduce((sum, item) => sum + item.differenceMinor, 0);
    const restMinor = providerMinor - ledgerMinor - itemsMinor;
    return { sinceMs, movements, items, ledgerMinor, providerMinor, restMinor };
  }

  /** A fresh account pays its whole balance out by itself, also what is owed to fans and creators. */
  async checkPayoutSchedule(): Promise<void> {
    const interval = await this.#context.provider.books.fetchPayoutInterval();
    if (interval !== 'manual') this.#context.log.error({ interval }, SCHEDULE_FAULT);
  }

  /** Handles a provider event about a payout to the house's own bank, which was sent or returned. */
  async handleBankPayoutChanged(payout: string): Promise<void> {
    const { provider, currency, log } = this.#context;
    for (const movement of await provider.books.listMovementsOf(payout, currency)) {
      const isNews = await this.#bookOwn(movement);
      if (isNews && movement.netMinor > 0) {
        log.error({ payout, amountMinor: movement.netMinor }, "payout to the house's bank returned");
      }
    }
  }

  /** Books a movement between the provider and the house that only the provider has recorded. */
  async #bookOwn(movement: ProviderMovement): Promise<boolean> {
    const { kind } = movement;
    if (!isOwnMovement(kind)) return false;
    const { db, ledger, currency } = this.#context;
    const source = { type: 'provider_movement', id: movement.id } as const;
    if (movement.netMinor === 0 || (await ledger.isBooked(db.orm, { kind, source }))) return false;
    const clearing = houseAccount('provider_clearing', currency);
    const other = houseAccount(OWN_MOVEMENTS[kind].account, currency);
    const [from, to] = movement.netMinor < 0 ? [other, clearing] : [clearing, other];
    const legs = transferLegs(from, to, Math.abs(movement.netMinor));
    try {
      await db.transaction((tx) => ledger.post(tx, { kind, source, legs, at: this.#context.nowIso() }));
      return true;
    } catch (error) {
      // The job and a provider event booked it at the same time.
      if (isUniqueViolation(error, ONE_TRANSACTION)) return false;
      throw error;
    }
  }
}

function describeShortened(askedSinceMs: number, { sinceMs, movements }: Reading): ReconciliationItem[] {
  if (sinceMs <= askedSinceMs) return [];
  const text = `The provider has too many movements: only the newest ${movements.length} are compared one by one.`;
  return [{ verdict: 'period_shortened', isExplained: true, reference: 'period', differenceMinor: 0, text }];
}

function describeRest(restMinor: number): ReconciliationItem[] {
  if (restMinor === 0) return [];
  const text = 'The balance at the provider differs from the books by an amount that none of its movements explains.';
  return [{ verdict: 'amount_differs', isExplained: false, reference: 'balance', differenceMinor: restMinor, text }];
}

function toWire(row: Omit<ReconciliationRow, 'finishedAt'>): Reconciliation {
  return {
    id: row.id as Id<'reconciliation'>,
    startedAt: iso(row.startedAt),
    since: iso(row.since),
    currency: row.currency,
    movementCount: row.movementCount,
    ledgerMinor: row.ledgerMinor,
    providerMinor: row.providerMinor,
    differenceMinor: row.differenceMinor,
    unexplainedCount: row.unexplainedCount,
    items: row.items,
  };
}
