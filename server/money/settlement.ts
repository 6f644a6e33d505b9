/**
 * The side of money that faces creators, banks and the provider's books: holds and payouts, statements, disputes, reconciliation. One part of
 * `Money`, which makes it and runs its jobs.
 */

import type { PeriodicJob } from '../platform/jobs/periodic-job.ts';
import { ReconciliationsStore } from './books/reconciliations.store.ts';
import { Reconciliations } from './books/reconciliations.ts';
import { CardPaymentsStore } from './checkout/card-payments.store.ts';
import { CardPayments } from './checkout/card-payments.ts';
import type { Checkouts } from './checkout/checkouts.ts';
import { DisputesStore } from './disputes/disputes.store.ts';
import { Disputes } from './disputes/disputes.ts';
import type { MembershipStanding } from './memberships/membership-standing.ts';
import type { MoneyContext } from './money-context.ts';
import { CreatorAccountsStore } from './payouts/creator-accounts.store.ts';
import { CreatorAccounts } from './payouts/creator-accounts.ts';
import { EarningsHoldsStore } from './payouts/earnings-holds.store.ts';
import { EarningsHolds } from './payouts/earnings-holds.ts';
import { PayoutsStore } from './payouts/payouts.store.ts';
import { Payouts } from './payouts/payouts.ts';
import { StatementsStore } from './payouts/statements.store.ts';
import { Statements } from './payouts/statements.ts';
import { TransferReversals } from './payouts/transfer-reversals.ts';
import type { CardDebts } from './refunds/card-debts.ts';
import { ProviderRefundsStore } from './refunds/provider-refunds.store.ts';
import { ProviderRefunds } from './refunds/provider-refunds.ts';
import type { RefundsStore } from './refunds/refunds.store.ts';
import type { Refunds } from './refunds/refunds.ts';
import type { TicketsStore } from './sales/tickets.store.ts';
import type { TipsStore } from './tips/tips.store.ts';

const RELEASE_MS = 60_000;
const ACCOUNTS_MS = 10_000;
const PAYOUT_SWEEP_MS = 2_000;
const DISPUTES_MS = 60_000;
const BATCH_MS = 60 * 60_000;
const RECONCILIATION_MS = 60 * 60_000;

type CreateJob = (name: string, everyMs: number, run: () => Promise<boolean>) => PeriodicJob;

export class Settlement {
  readonly accounts: CreatorAccounts;
  readonly holds: EarningsHolds;
  readonly payouts: Payouts;
  readonly transferReversals: TransferReversals;
  readonly statements: Statements;
  readonly disputes: Disputes;
  readonly providerRefunds: ProviderRefunds;
  readonly reconciliations: Reconciliations;

  readonly #context: MoneyContext;

  constructor(
    context: MoneyContext,
    parts: {
      checkouts: Checkouts;
      tickets: TicketsStore;
      tips: TipsStore;
      standing: MembershipStanding;
      settleMembership: (payment: string) => Promise<void>;
      refunds: Refunds;
      refundsStore: RefundsStore;
      debts: CardDebts;
    },
  ) {
    this.#context = context;
    const { db } = context;
    const payments = new CardPayments(new CardPaymentsStore(db), parts);
    this.accounts = new CreatorAccounts(context, new CreatorAccountsStore(db));
    this.holds = new EarningsHolds(context, {
      store: new EarningsHoldsStore(db, context.earningsRules),
      accounts: this.accounts,
    });
    const payoutsStore = new PayoutsStore(db);
    this.payouts = new Payouts(context, { store: payoutsStore, accounts: this.accounts });
    this.transferReversals = new TransferReversals(context, { store: payoutsStore, payouts: this.payouts });
    this.statements = new Statements(context, new StatementsStore(db));
    this.disputes = new Disputes(context, { store: new DisputesStore(db), payments, ...parts });
    this.providerRefunds = new ProviderRefunds(context, { store: new ProviderRefundsStore(), payments, ...parts });
    this.reconciliations = new Reconciliations(context, new ReconciliationsStore(db));
  }

  /** Where the provider pays creators. */
  get payableCountries(): ReadonlySet<string> {
    return this.#context.provider.connect.countries;
  }

  createJobs(job: CreateJob): PeriodicJob[] {
    return [
      job('earnings release', RELEASE_MS, () => this.holds.release()),
      job('creator accounts', ACCOUNTS_MS, async () => {
        await this.accounts.sweep();
        return false;
      }),
      job('payout batch', BATCH_MS, () => this.payouts.createDueBatch()),
      job('payouts', PAYOUT_SWEEP_MS, () => this.payouts.sweep()),
      job('disputes', DISPUTES_MS, () => this.disputes.sweep()),
      job('reconciliation', RECONCILIATION_MS, async () => {
        await this.reconciliations.run();
        return false;
      }),
    ];
  }

  recheckAll(): Promise<void> {
    return this.payouts.recheckAll();
  }

  /** Does now what the jobs do by and by, but for batches and reconciliation, which are asked for. */
  async sweep(): Promise<void> {
    await this.accounts.sweep();
    while (await this.holds.release());
    while (await this.payouts.sweep());
    while (await this.disputes.sweep());
  }
}
