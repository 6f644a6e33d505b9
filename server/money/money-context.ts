/**
 * Dependencies shared by the parts of money: services of the server, the ledger, and the current time as an ISO string.
 */
import { type Clock, HOUR_MS, isoIn } from '../platform/clock.ts';
import type { Database, Orm } from '../platform/db/db.ts';
import { GatheredRead } from '../platform/db/gathered-read.ts';
import { DueRows, type DueRowsOptions, type DueTable } from '../platform/jobs/due-rows.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Outbox } from '../platform/outbox/outbox.ts';
import type { Wallet } from '../protocol/money/money.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { AccountsChart } from './books/accounts-chart.ts';
import { CardHolds } from './checkout/card-holds.ts';
import { CheckoutsStore } from './checkout/checkouts.store.ts';
import type { SchemaFile } from './dac7/dac7-schemas.ts';
import { LedgerStore } from './ledger/ledger.store.ts';
import { MembershipsStore } from './memberships/memberships.store.ts';
import type { MoneyFact } from './money-facts.ts';
import { PaymentsStore } from './payments/payments.store.ts';
import type { HoldRules } from './payouts/earnings-holds.store.ts';
import { PrivateSessionsStore } from './private-sessions/private-sessions.store.ts';
import type { PaymentProvider } from './provider/payment-provider.ts';
import { RefundsStore } from './refunds/refunds.store.ts';
import { FeePoliciesStore } from './sales/fee-policies.store.ts';
import { Pricing } from './sales/pricing.ts';
import { EuTaxTable, type VatRates } from './sales/tax-calculator.ts';
import { TicketsStore } from './sales/tickets.store.ts';
import { TipsStore } from './tips/tips.store.ts';
import { PromoExpiry } from './wallet/promo-expiry.ts';
import { PromotionsStore } from './wallet/promotions.store.ts';
import { type Credit, SpendingStore } from './wallet/spending.store.ts';

/** How long an attempt at the provider can take; longer than its client retries. */
export const PROVIDER_LEASE_MS = 40_000;
/** How money asks the provider about rows that are due, unless a part says otherwise. */
const DUE_ROWS = {
  everyMs: 2_000,
  // Only what the provider answers counts.
  waitsForClock: false as const,
  concurrency: 20,
  recheck: { firstMs: PROVIDER_LEASE_MS, factor: 2, maxMs: HOUR_MS },
  retry: { firstMs: 1_000, maxMs: HOUR_MS },
};

export interface MoneyOptions {
  db: Database;
  rooms: Rooms;
  outbox: Outbox;
  provider: PaymentProvider;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** The only currency of the house: ISO 4217, lower case. */
  currency: string;
  /** Base URL for return addresses when a request has none. */
  publicUrl: string;
  isReturnUrlAllowed: (url: string) => boolean;
  /** `off`: fans have no credit and pay everything by card. Absent means `on`. */
  walletMode?: WalletMode;
  /** What promotional credit can pay. `tickets` excludes tips and private sessions. Absent means `everything`. */
  promoPays?: PromoPays;
  /** Where the house is established. Its VAT applies to buyers whose country is unknown. Absent means France. */
  houseCountry?: string;
  /** Who sells, on receipts; absent: receipts get no numbers. */
  seller?: Seller | undefined;
  /** An IANA name: in it the year of a receipt's number begins. Absent means UTC. */
  timeZone?: string;
  /** How many full years after the year of its issue a receipt keeps its buyer. Absent means ten, as in France. */
  invoiceRetentionYears?: number;
  /** Rates of the operator, which override those of the EU table. */
  vatRates?: VatRates | undefined;
  /** Accounts that the house names otherwise in its journal. */
  accountsChart?: Partial<AccountsChart> | undefined;
  /** Hold periods and the smallest payout; each absent rule has a default. */
  earnings?: Partial<EarningsRules>;
  /** What an operator books in a day before a second one has to confirm. Absent means 50000. */
  unconfirmedBookingMinor?: number;
  /** How many full years after the year of the earnings a report keeps a creator's name. Absent means ten. */
  taxReportYears?: number;
  /** The operator's schema for reports under DAC7, its main file first; absent: nothing checks them. */
  dac7Schema?: readonly SchemaFile[] | undefined;
  /** How many operators the house has. Absent: no operator confirms a booking of their own. */
  countOperators?: () => Promise<number>;
  /** What the provider charges for a dispute. Absent means 2,000: 20.00 in euros, as Stripe asks in Europe. */
  disputeFeeMinor?: number | undefined;
  /** Lives of a room that are shorter together count as none. Absent means 300. */
  minLiveSeconds?: number;
  /** Whether this process runs the jobs that only one process may run. Absent means always. */
  isLeader?: () => boolean;
}

/** The house as the seller that receipts name. */
export interface Seller {
  name: string;
  address: string;
  vatNumber: string | null;
  /** Its tax identification number, in France the SIREN; needed for reports to the tax authority. */
  taxNumber: string | null;
}

export interface EarningsRules extends HoldRules {
  /** Smaller amounts wait for more earnings. */
  payoutMinMinor: number;
}

const INVOICE_RETENTION_YEARS = 10;
const TAX_REPORT_YEARS = 10;
const UNCONFIRMED_BOOKING_MINOR = 50_000;
const DISPUTE_FEE_MINOR = 2_000;
const MIN_LIVE_SECONDS = 300;
const EARNINGS_RULES: EarningsRules = {
  holdDays: 7,
  newCreatorHoldDays: 14,
  newCreatorDays: 30,
  payoutMinMinor: 2_500,
  reserve: { shareBps: 0, days: 90 },
};

export type WalletMode = 'on' | 'off';
export type PromoPays = 'everything' | 'tickets';
const HOUSE_COUNTRY = 'FR';

/** The stores that several parts use. A part creates a store that it alone uses. */
function createStores(db: Database) {
  return {
    checkouts: new CheckoutsStore(db),
    memberships: new MembershipsStore(db),
    payments: new PaymentsStore(db),
    privateSessions: new PrivateSessionsStore(db),
    promotions: new PromotionsStore(db),
    refunds: new RefundsStore(db),
    tickets: new TicketsStore(db),
    tips: new TipsStore(db),
  };
}

export class MoneyContext {
  readonly db: Database;
  readonly rooms: Rooms;
  readonly outbox: Outbox;
  readonly provider: PaymentProvider;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly currency: string;
  readonly publicUrl: string;
  readonly seller: Seller | undefined;
  readonly isReturnUrlAllowed: (url: string) => boolean;
  readonly ledger: LedgerStore;
  readonly stores: ReturnType<typeof createStores>;
  readonly fees: FeePoliciesStore;
  readonly taxes: EuTaxTable;
  readonly pricing: Pricing;
  readonly spending: SpendingStore;
  readonly promoExpiry: PromoExpiry;
  readonly cardHolds: CardHolds;
  readonly #credits: GatheredRead<string, Credit>;
  readonly walletMode: WalletMode;
  readonly promoPays: PromoPays;
  readonly earningsRules: EarningsRules;
  readonly timeZone: string;
  readonly accountsChart: Partial<AccountsChart> | undefined;
  readonly dac7Schema: readonly SchemaFile[] | undefined;
  readonly invoiceRetentionYears: number;
  readonly unconfirmedBookingMinor: number;
  readonly taxReportYears: number;
  readonly countOperators: () => Promise<number>;
  readonly minLiveSeconds: number;
  readonly disputeFeeMinor: number;
  readonly isLeader: () => boolean;
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: MoneyOptions) {
    this.db = options.db;
    this.earningsRules = { ...EARNINGS_RULES, ...options.earnings };
    this.minLiveSeconds = options.minLiveSeconds ?? MIN_LIVE_SECONDS;
    this.unconfirmedBookingMinor = options.unconfirmedBookingMinor ?? UNCONFIRMED_BOOKING_MINOR;
    this.taxReportYears = options.taxReportYears ?? TAX_REPORT_YEARS;
    this.countOperators = options.countOperators ?? (async () => Number.POSITIVE_INFINITY);
    this.isLeader = options.isLeader ?? (() => true);
    this.rooms = options.rooms;
    this.outbox = options.outbox;
    this.provider = options.provider;
    this.clock = options.clock;
    this.log = options.log.child({ domain: 'money' });
    this.metrics = options.metrics;
    this.currency = options.currency;
    this.publicUrl = options.publicUrl;
    this.seller = options.seller;
    this.accountsChart = options.accountsChart;
    this.dac7Schema = options.dac7Schema;
    this.timeZone = options.timeZone ?? 'UTC';
    this.disputeFeeMinor = options.disputeFeeMinor ?? DISPUTE_FEE_MINOR;
    this.invoiceRetentionYears = options.invoiceRetentionYears ?? INVOICE_RETENTION_YEARS;
    this.isReturnUrlAllowed = options.isReturnUrlAllowed;
    this.ledger = new LedgerStore(options.db.orm);
    this.stores = createStores(options.db);
    this.fees = new FeePoliciesStore(options.db.orm, options.clock);
    this.spending = new SpendingStore(options.db.orm, this.ledger);
    this.#credits = new GatheredRead((identities) => this.spending.findCredits(identities, this.currency));
    this.walletMode = options.walletMode ?? 'on';
    this.promoPays = options.promoPays ?? 'everything';
    const houseCountry = options.houseCountry ?? HOUSE_COUNTRY;
    const { db, clock, ledger, spending, fees, currency } = this;
    this.promoExpiry = new PromoExpiry({ store: this.stores.promotions, ledger, spending, clock, currency });
    this.taxes = new EuTaxTable(houseCountry, options.vatRates);
    const { taxes } = this;
    this.cardHolds = new CardHolds({ restrictions: this.rooms.restrictions, clock });
    const { payments } = this.stores;
    this.pricing = new Pricing({ db, clock, ledger, fees, payments, taxes, currency, houseCountry });
  }

  nowIso(): string {
    return isoIn(this.clock);
  }

  laterIso(ms: number): string {
    return isoIn(this.clock, ms);
  }

  /** Whether this time has passed, for what cannot be undone: not while the clock is in doubt. */
  hasPassed(atMs: number): boolean {
    return !this.clock.isInDoubt && this.clock.now() >= atMs;
  }

  dueRows<Table extends DueTable>(
    options: Omit<DueRowsOptions<Table>, 'services' | keyof typeof DUE_ROWS> & Partial<DueRowsOptions<Table>>,
  ): DueRows<Table> {
    return new DueRows({ services: this, ...DUE_ROWS, ...options });
  }

  /** The balance contains paid and promotional credit. */
  walletOf(paidMinor: number, promoMinor: number): Wallet {
    return { balanceMinor: paidMinor + promoMinor, currency: this.currency, promoMinor };
  }

  async readWallet(identity: string, tx?: Orm): Promise<Wallet> {
    const { paidMinor, promoMinor } = tx
      ? await this.spending.findCredit(identity, this.currency, tx)
      : await this.#credits.get(identity);
    return this.walletOf(paidMinor, promoMinor);
  }

  /** Adds facts of this domain in the caller's transaction. */
  async addFacts(tx: Orm, ...facts: MoneyFact[]): Promise<void> {
    await this.outbox.add(tx, ...facts.map(([topic, data, about]) => ({ topic, data, ...about })));
  }

  /** Adds a `wallet.changed` fact with the wallet as the caller's transaction sees it. */
  async addWalletFact(tx: Orm, identity: string): Promise<void> {
    const wallet = await this.readWallet(identity, tx);
    await this.addFacts(tx, ['wallet.changed', { identity, wallet }, { identity }]);
  }

  /** Runs work that no caller awaits; `idle` waits for it at shutdown. A failure is logged, and the sweeper retries. */
  runInBackground(what: string, work: () => Promise<unknown>): Promise<void> {
    const task = work()
      .then(() => undefined)
      .catch((error) => this.log.warn({ err: error, what }, 'background work failed, left to the sweeper'))
      .finally(() => this.#underWay.delete(task));
    this.#underWay.add(task);
    return task;
  }

  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }
}
