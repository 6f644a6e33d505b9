/**
 * Money: wallets, sales, refunds and payouts on a double-entry ledger. This class builds the parts and their jobs;
 * callers use the parts. Money owns every table of the ledger and of payments. It knows the payment provider only as a
 * port and nothing of sockets or media, and writes its facts to the outbox in the transaction that makes them true.
 */

import type { DueWork } from '../platform/jobs/due-rows.ts';
import type { RoomId } from '../protocol/ids.ts';
import { Journal } from './books/journal.ts';
import { Reconciliations } from './books/reconciliations.ts';
import { VatReport } from './books/vat-report.ts';
import { CardPayments } from './checkout/card-payments.ts';
import type { CheckoutPurpose, CheckoutStatus } from './checkout/checkouts.schema.ts';
import { Checkouts } from './checkout/checkouts.ts';
import { CreatorBusinesses } from './creator-papers/creator-businesses.ts';
import { SelfBilling } from './creator-papers/self-billing.ts';
import { Dac7Filings } from './dac7/filings.ts';
import { Bookings } from './desk/bookings.ts';
import { Desk } from './desk/desk.ts';
import { Disputes } from './disputes/disputes.ts';
import { FraudWarnings } from './disputes/fraud-warnings.ts';
import { Invoices } from './invoices/invoices.ts';
import { Receipts } from './invoices/receipts.ts';
import { InvariantsStore } from './ledger/invariants.store.ts';
import { MembershipStanding } from './memberships/membership-standing.ts';
import { Memberships } from './memberships/memberships.ts';
import { MoneyContext, type MoneyOptions } from './money-context.ts';
import { MoneyFiguresStore } from './money-figures.store.ts';
import { MoneyJobs } from './money-jobs.ts';
import { findOpenMatters, findTicketsToCome } from './open-matters.store.ts';
import { createPaymentRules } from './payments/payment-kinds.ts';
import { ProviderFees } from './payments/provider-fees.ts';
import { CreatorAccounts } from './payouts/creator-accounts.ts';
import { Earnings } from './payouts/earnings.ts';
import { Payouts } from './payouts/payouts.ts';
import { Statements } from './payouts/statements.ts';
import { TransferReversals } from './payouts/transfer-reversals.ts';
import { PrivateSessions } from './private-sessions/private-sessions.ts';
import { ProviderEvents } from './provider/provider-events.ts';
import { CardDebts } from './refunds/card-debts.ts';
import { ProviderRefunds } from './refunds/provider-refunds.ts';
import { RefundOrders } from './refunds/refund-orders.ts';
import { Refundables } from './refunds/refundables.ts';
import { Refunds } from './refunds/refunds.ts';
import { BlockedBuyers } from './sales/blocked-buyers.ts';
import { Cancellations } from './sales/cancellations.ts';
import type { Pricing } from './sales/pricing.ts';
import { Quotes } from './sales/quotes.ts';
import { Summaries } from './sales/summaries.ts';
import { Tickets } from './sales/tickets.ts';
import { Withdrawals } from './sales/withdrawals.ts';
import { CardTips } from './tips/card-tips.ts';
import { TipBatches } from './tips/tip-batches.ts';
import { TipRequests } from './tips/tip-requests.ts';
import { Tipping } from './tips/tipping.ts';
import { Tips } from './tips/tips.ts';
import { Cards } from './wallet/cards.ts';
import { OwnPayments } from './wallet/own-payments.ts';
import { Promotions } from './wallet/promotions.ts';
import { Topups } from './wallet/topups.ts';
import { Wallets } from './wallet/wallets.ts';

/** The status of a checkout, for the return page. */
export interface ConfirmedCheckout {
  status: 'open' | 'paid' | 'returned' | 'expired';
  purpose: CheckoutPurpose | 'membership';
  /** The top-up, ticket or tip. */
  id: string;
}

const STATUS_ON_RETURN: Record<CheckoutStatus, ConfirmedCheckout['status']> = {
  opening: 'open',
  open: 'open',
  paid: 'paid',
  expired: 'expired',
};

export class Money {
  /** A fan's credit and its history. */
  readonly wallets: Wallets;
  readonly topups: Topups;
  /** Saved cards. */
  readonly cards: Cards;
  /** What a person has paid by card. */
  readonly ownPayments: OwnPayments;
  readonly promotions: Promotions;

  /** Terms, fee policies, associations and pledges. */
  readonly pricing: Pricing;
  readonly quotes: Quotes;
  readonly tickets: Tickets;
  /** A buyer's right of withdrawal, of every kind. */
  readonly withdrawals: Withdrawals;
  readonly blockedBuyers: BlockedBuyers;
  readonly receipts: Receipts;
  /** Numbers of receipts, and the names on them. */
  readonly invoices: Invoices;
  /** What a room came to, for its creator and for a fan. */
  readonly summaries: Summaries;

  /** Tips from the wallet. */
  readonly tips: Tips;
  /** Tips by card, where a fan has no credit. */
  readonly cardTips: CardTips;
  /** Goals, tip menus and leaderboards. */
  readonly tipping: Tipping;
  /** What tips ask the creator to do. */
  readonly tipRequests: TipRequests;
  readonly memberships: Memberships;
  readonly privateSessions: PrivateSessions;

  readonly refunds: Refunds;
  /** Refunds executed by the provider, including those ordered there manually. */
  readonly providerRefunds: ProviderRefunds;
  readonly disputes: Disputes;

  /** What rooms and creators have earned, and what of it is held. */
  readonly earnings: Earnings;
  readonly creatorAccounts: CreatorAccounts;
  readonly payouts: Payouts;
  readonly transferReversals: TransferReversals;
  readonly statements: Statements;
  /** Creators' tax details, also those that reports need after an account was closed. */
  readonly dac7Filings: Dac7Filings;
  readonly selfBilling: SelfBilling;
  readonly creatorBusinesses: CreatorBusinesses;

  readonly reconciliations: Reconciliations;
  /** The whole ledger of a period, for an accountant. */
  readonly journal: Journal;
  /** For the VAT returns of the house. */
  readonly vatReport: VatReport;
  /** The operators' desk. */
  readonly desk: Desk;
  readonly figures: MoneyFiguresStore;
  readonly providerEvents: ProviderEvents;

  readonly #context: MoneyContext;
  readonly #checkouts: Checkouts;
  readonly #tipBatches: TipBatches;
  readonly #invariants: InvariantsStore;
  readonly #jobs: MoneyJobs;
  readonly #cancellations: Cancellations;
  #closed = false;

  private constructor(context: MoneyContext) {
    this.#context = context;
    this.#invariants = new InvariantsStore(context.db);
    this.figures = new MoneyFiguresStore(context.db);
    const standing = new MembershipStanding(context);
    const debts = new CardDebts(context);

    // A payment, its refund and its membership call each other: the later ones are reached through `this`.
    const fees = new ProviderFees(context);
    const checkouts = new Checkouts(context, {
      fees,
      returnToCard: (tx, unusable, reason) => this.refunds.returnUnusable(tx, unusable, reason),
    });
    const payments = new CardPayments(context, {
      checkouts,
      settleMembership: (payment) => this.memberships.sync.settlePayment(payment),
    });
    const rules = createPaymentRules(context, { standing, findObstacle: (row) => this.withdrawals.findObstacle(row) });
    const refundables = new Refundables(context, {
      rules,
      refreshMembership: (id) => this.memberships.sync.refresh(id),
    });
    const providerRefunds = new ProviderRefunds(context, { debts, payments, refundables });
    const refundOrders = new RefundOrders(context, { debts, providerRefunds });
    const refunds = new Refunds(context, { orders: refundOrders, refundables, debts });
    this.#checkouts = checkouts;
    this.providerRefunds = providerRefunds;
    this.refunds = refunds;
    this.memberships = new Memberships(context, {
      ...{ standing, checkouts, refunds },
      attemptPayout: (creator) => this.payouts.attemptNow(creator),
    });
    this.disputes = new Disputes(context, { payments, standing, debts, refunds });
    const fraudWarnings = new FraudWarnings(context, { payments, refundables, refunds });

    this.wallets = new Wallets(context);
    this.cards = new Cards(context);
    this.topups = new Topups(context, { checkouts, cards: this.cards, refunds });
    this.promotions = new Promotions(context);

    this.pricing = context.pricing;
    this.tickets = new Tickets(context, checkouts);
    this.quotes = new Quotes(context, this.tickets);
    this.withdrawals = new Withdrawals(context, { refunds, closures: this.memberships.closures });
    this.blockedBuyers = new BlockedBuyers(context, { refunds, memberships: this.memberships });
    this.invoices = new Invoices(context);
    this.receipts = new Receipts(context, { rules, invoices: this.invoices });

    this.tipping = new Tipping(context);
    this.#tipBatches = new TipBatches(context);
    this.tips = new Tips(context, { batches: this.#tipBatches });
    this.cardTips = new CardTips(context, { checkouts, tipping: this.tipping });
    this.tipRequests = new TipRequests(context, refunds);
    this.privateSessions = new PrivateSessions(context);

    this.creatorAccounts = new CreatorAccounts(context);
    this.earnings = new Earnings(context, this.creatorAccounts);
    this.summaries = new Summaries(context, this);
    this.payouts = new Payouts(context, this.creatorAccounts);
    this.transferReversals = new TransferReversals(context, this.payouts);
    this.statements = new Statements(context);
    this.creatorBusinesses = new CreatorBusinesses(context);
    this.selfBilling = new SelfBilling(context, this.creatorBusinesses);
    const sellers = { statements: this.statements, businesses: this.creatorBusinesses };
    this.dac7Filings = new Dac7Filings(context, sellers);

    this.journal = new Journal(context);
    this.reconciliations = new Reconciliations(context);
    this.vatReport = new VatReport(context);
    this.desk = new Desk(context, { ...this, bookings: new Bookings(context, { ...this, debts }) });
    this.ownPayments = new OwnPayments(context);
    this.providerEvents = new ProviderEvents(context, {
      ...this,
      checkouts,
      fees,
      fraudWarnings,
      memberships: this.memberships.sync,
      refundOrders,
    });
    this.#cancellations = new Cancellations(context, refunds);
    const cancellations = this.#cancellations;
    this.#jobs = new MoneyJobs(context, { ...this, checkouts, fees, refundOrders, cancellations });
  }

  static async create(options: MoneyOptions): Promise<Money> {
    const context = new MoneyContext(options);
    await context.ledger.createHouseAccounts(context.currency);
    return new Money(context);
  }

  /** Starts the jobs, after everything that a crash may have left open is made due. */
  start(): void {
    this.#jobs.start();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#jobs.close();
    await this.privateSessions.close();
    await this.#tipBatches.idle();
    await this.#context.idle();
  }

  /** For the return page: settles the payment if its event has not arrived yet. The redirect itself proves nothing. */
  async confirmCheckout(providerSession: string): Promise<ConfirmedCheckout> {
    const membership = await this.memberships.confirm(providerSession);
    if (membership) return { ...membership, purpose: 'membership' };
    const checkout = await this.#checkouts.confirm(providerSession);
    const status = checkout.unusableBecause === null ? STATUS_ON_RETURN[checkout.status] : 'returned';
    return { status, purpose: checkout.purpose, id: checkout.sourceId };
  }

  /** Ends a room and pays all of its tickets back. Idempotent; a crash half-way is resumed. */
  refundRoom(room: RoomId): Promise<void> {
    return this.#cancellations.refundRoom(room);
  }

  /** Kinds of open money matters of a person. Their records cannot be erased while there is one. */
  findOpenMatters(identity: string): Promise<string[]> {
    return findOpenMatters(this.#context.db, identity);
  }

  /** Tickets of a person for rooms that are not over. */
  findTicketsToCome(identity: string): Promise<{ room: string; title: string; startsAt: string | null }[]> {
    return findTicketsToCome(this.#context.db, identity);
  }

  /** Rows of money that are work. */
  get dueRows(): DueWork[] {
    return this.#jobs.dueRows;
  }

  /** Violations of the rules of the books; empty when all is well. */
  async checkInvariants(): Promise<string[]> {
    const { ledger, currency } = this.#context;
    return [...(await ledger.findViolations()), ...(await this.#invariants.findViolations(currency))];
  }

  /** Does at once what the jobs would do over time, and resolves when nothing is under way. */
  async sweep(): Promise<void> {
    await this.#jobs.sweep();
    await this.idle();
  }

  /** Resolves when nothing that was begun is under way. */
  async idle(): Promise<void> {
    await this.#jobs.idle();
    await this.#tipBatches.idle();
    await this.#context.idle();
  }
}
