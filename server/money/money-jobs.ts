/**
 * The periodic jobs of money. Some need one process only; the others claim their work row by row and run in every
 * process.
 */
import { type Clock, HOUR_MS, MINUTE_MS } from '../platform/clock.ts';
import type { DueWork } from '../platform/jobs/due-rows.ts';
import { PeriodicJob } from '../platform/jobs/periodic-job.ts';
import type { Reconciliations } from './books/reconciliations.ts';
import type { Checkouts } from './checkout/checkouts.ts';
import type { CreatorBusinesses } from './creator-papers/creator-businesses.ts';
import type { SelfBilling } from './creator-papers/self-billing.ts';
import type { Dac7Filings } from './dac7/filings.ts';
import type { Disputes } from './disputes/disputes.ts';
import type { Invoices } from './invoices/invoices.ts';
import type { Memberships } from './memberships/memberships.ts';
import type { MoneyContext } from './money-context.ts';
import type { ProviderFees } from './payments/provider-fees.ts';
import type { CreatorAccounts } from './payouts/creator-accounts.ts';
import type { Earnings } from './payouts/earnings.ts';
import type { Payouts } from './payouts/payouts.ts';
import type { PrivateSessions } from './private-sessions/private-sessions.ts';
import type { ProviderEvents } from './provider/provider-events.ts';
import type { RefundOrders } from './refunds/refund-orders.ts';
import type { Cancellations } from './sales/cancellations.ts';
import type { Promotions } from './wallet/promotions.ts';

interface JobParts {
  providerEvents: ProviderEvents;
  checkouts: Checkouts;
  memberships: Memberships;
  refundOrders: RefundOrders;
  cancellations: Cancellations;
  invoices: Invoices;
  fees: ProviderFees;
  promotions: Promotions;
  earnings: Earnings;
  creatorAccounts: CreatorAccounts;
  payouts: Payouts;
  creatorBusinesses: CreatorBusinesses;
  dac7Filings: Dac7Filings;
  selfBilling: SelfBilling;
  disputes: Disputes;
  reconciliations: Reconciliations;
  privateSessions: PrivateSessions;
}

const SECOND_MS = 1_000;

export class MoneyJobs {
  /** All rows of money that are work. */
  readonly dueRows: DueWork[];
  readonly #context: MoneyContext;
  readonly #parts: JobParts;
  readonly #jobs: PeriodicJob[];

  constructor(context: MoneyContext, parts: JobParts) {
    this.#context = context;
    this.#parts = parts;
    const { providerEvents, checkouts, fees, memberships, refundOrders, creatorAccounts, payouts, disputes } = parts;
    const { log, isLeader, clock } = context;
    // In the order in which one causes the next.
    this.dueRows = [
      providerEvents.due,
      checkouts.due,
      memberships.due,
      fees.due,
      refundOrders.due,
      creatorAccounts.due,
      payouts.due,
      disputes.due,
    ];
    const irreversible = clock;
    const harmless = false;
    const job = (name: string, everyMs: number, waitsForClock: Clock | false, run: () => Promise<unknown>) =>
      new PeriodicJob({ name, everyMs, run, log, waitsForClock });
    const leaderJob = (name: string, everyMs: number, waitsForClock: Clock | false, run: () => Promise<unknown>) =>
      new PeriodicJob({ name, everyMs, run, log, waitsForClock, mayRun: isLeader });
    this.#jobs = [
      leaderJob('cancellations', 2 * SECOND_MS, irreversible, () => parts.cancellations.sweep()),
      leaderJob('invoices', 2 * SECOND_MS, irreversible, () => parts.invoices.sweep()),
      leaderJob('self-billing', HOUR_MS, irreversible, () => parts.selfBilling.sweep()),
      leaderJob('invoice retention', HOUR_MS, irreversible, () => parts.invoices.eraseBuyers()),
      leaderJob('tax report retention', HOUR_MS, irreversible, () =>
        Promise.all([parts.creatorBusinesses.eraseOld(), parts.dac7Filings.eraseOld()]),
      ),
      leaderJob('promotions', MINUTE_MS, irreversible, () => parts.promotions.sweep()),
      leaderJob('earnings release', MINUTE_MS, irreversible, () => parts.earnings.release()),
      leaderJob('payout batch', HOUR_MS, irreversible, () => parts.payouts.createDueBatch()),
      leaderJob('reconciliation', HOUR_MS, harmless, () => parts.reconciliations.run()),
      leaderJob('payout schedule', HOUR_MS, harmless, () => parts.reconciliations.checkPayoutSchedule()),
      job('reconciliation metrics', MINUTE_MS, harmless, () => parts.reconciliations.updateMetrics()),
      // Not awaited: a media node that does not answer would delay the samples of all other sessions.
      job('private sessions', SECOND_MS, harmless, async () => void parts.privateSessions.tick()),
      job('private requests', 2 * SECOND_MS, harmless, () => parts.privateSessions.sweepOpen()),
      leaderJob('event listing', MINUTE_MS, harmless, () => parts.providerEvents.list()),
    ];
  }

  /**
   * A crash may have left claims behind: makes what is open due at once, then starts the jobs. Where that fails, the
   * claims end by themselves. Memberships are left out: there are many, and most are not open.
   */
  start(): void {
    const { providerEvents, checkouts, refundOrders, payouts } = this.#parts;
    const open = [providerEvents, checkouts, refundOrders, payouts];
    const recheck = () => Promise.all(open.map(({ due }) => due.recheck()));
    void this.#context.runInBackground('recheck everything open', recheck).then(() => {
      for (const job of [...this.dueRows, ...this.#jobs]) job.start();
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.dueRows, ...this.#jobs].map((job) => job.close()));
  }

  async idle(): Promise<void> {
    await Promise.all([...this.dueRows, ...this.#jobs].map((job) => job.idle()));
  }

  /**
   * Runs everything that is due, except payout batches, reconciliation and private sessions, which callers run
   * themselves.
   */
  async sweep(): Promise<void> {
    const parts = this.#parts;
    await parts.providerEvents.list();
    await parts.providerEvents.due.drain();
    await parts.checkouts.due.drain();
    await parts.memberships.due.drain();
    await parts.fees.due.drain();
    while (await parts.cancellations.sweep());
    while (await parts.promotions.sweep());
    await parts.refundOrders.due.drain();
    while (await parts.invoices.sweep());
    while (await parts.invoices.eraseBuyers());
    await parts.selfBilling.sweep();
    await parts.creatorBusinesses.eraseOld();
    await parts.dac7Filings.eraseOld();
    await parts.creatorAccounts.due.drain();
    while (await parts.earnings.release());
    await parts.payouts.due.drain();
    await parts.disputes.due.drain();
  }
}
