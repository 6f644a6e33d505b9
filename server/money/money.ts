/**
 * Money: wallets, top-ups, tickets, tips and refunds on a double-entry ledger. Owns every table of the ledger and of payments; the gateway
 * calls this class and nothing behind it. It knows the provider only as a port, nothing of sockets or media, and tells what happened
 * through the outbox, in the transaction in which it happened.
 */

import { PeriodicJob } from '../platform/jobs/periodic-job.ts';
import type { RoomId } from '../protocol/ids.ts';
import { LIMITS } from '../protocol/limits.ts';
import type {
  CardTopup,
  Earnings,
  Refund,
  RefundInput,
  TipReceipt,
  TopupAnswer,
  Wallet,
} from '../protocol/money/money.ts';
import type { Promotion, PromotionInput, Quote, Receipt } from '../protocol/money/pricing.ts';
import type { Goal, GoalInput, Leaderboard, TipMenu, TipMenuItem, TippingState } from '../protocol/money/tipping.ts';
import { CheckoutsStore } from './checkout/checkouts.store.ts';
import { Checkouts } from './checkout/checkouts.ts';
import { WaiversStore } from './checkout/waivers.store.ts';
import { DeskStore } from './desk/desk.store.ts';
import { Desk } from './desk/desk.ts';
import { DeskPaymentsStore } from './desk/desk-payments.store.ts';
import { InvariantsStore } from './ledger/invariants.store.ts';
import { fanWallet } from './ledger/ledger.ts';
import { MembershipStanding } from './memberships/membership-standing.ts';
import { MembershipsStore } from './memberships/memberships.store.ts';
import { Memberships } from './memberships/memberships.ts';
import type { CheckoutPurpose, CheckoutStatus } from './money.schema.ts';
import { MoneyContext, type MoneyOptions, type WalletMode } from './money-context.ts';
import { findOpenMatters } from './open-matters.store.ts';
import { EarningsStore } from './payouts/earnings.store.ts';
import { PrivateDesk } from './private-sessions/private-desk.ts';
import { PrivateSessionsStore } from './private-sessions/private-sessions.store.ts';
import { WebhookInboxStore } from './provider/webhook-inbox.store.ts';
import { WebhookInbox } from './provider/webhook-inbox.ts';
import { CardDebtsStore } from './refunds/card-debts.store.ts';
import { CardDebts } from './refunds/card-debts.ts';
import { RefundOrders } from './refunds/refund-orders.ts';
import { Refundables } from './refunds/refundables.ts';
import { RefundsStore } from './refunds/refunds.store.ts';
import { Refunds } from './refunds/refunds.ts';
import { CancellationsStore } from './sales/cancellations.store.ts';
import { Cancellations } from './sales/cancellations.ts';
import type { Pricing } from './sales/pricing.ts';
import { type QuoteRequest, Quotes } from './sales/quotes.ts';
import { ReceiptsStore } from './sales/receipts.store.ts';
import { Receipts } from './sales/receipts.ts';
import { TicketsStore } from './sales/tickets.store.ts';
import { type TicketAnswer, type TicketRequest, Tickets } from './sales/tickets.ts';
import { Withdrawals } from './sales/withdrawals.ts';
import { Settlement } from './settlement.ts';
import { CardTipsStore } from './tips/card-tips.store.ts';
import { type CardTipRequest, CardTips } from './tips/card-tips.ts';
import { Goals } from './tips/goals.ts';
import { TipBatchesStore } from './tips/tip-batches.store.ts';
import { TipBatches } from './tips/tip-batches.ts';
import { TipMenus } from './tips/tip-menus.ts';
import { TippingStore } from './tips/tipping.store.ts';
import { TipsStore } from './tips/tips.store.ts';
import { type TipRequest, Tips } from './tips/tips.ts';
import { Cards } from './wallet/cards.ts';
import { OwnPayments } from './wallet/own-payments.ts';
import { PromotionsStore } from './wallet/promotions.store.ts';
import { Promotions } from './wallet/promotions.ts';
import { TopupsStore } from './wallet/topups.store.ts';
import { type CardTopupRequest, type TopupRequest, Topups } from './wallet/topups.ts';
import { type HistoryPage, type WalletEntry, WalletsStore } from './wallet/wallets.store.ts';

/** How a checkout stands, for the page that people come back to. */
export interface ConfirmedCheckout {
  status: 'open' | 'paid' | 'expired';
  purpose: CheckoutPurpose | 'membership';
  /** The top-up, ticket or tip. */
  id: string;
}

const SWEEP_MS = 2_000;
const LISTING_MS = 60_000;
/** Jobs of which one process is enough; the others take what they do item by item, whatever number there are. */
const JOBS_OF_ONE = new Set([
  'cancellations',
  'promotions',
  'event listing',
  'creator accounts',
  'earnings release',
  'payout batch',
  'reconciliation',
]);
const STATUS_ON_RETURN: Record<CheckoutStatus, ConfirmedCheckout['status']> = {
  opening: 'open',
  open: 'open',
  paid: 'paid',
  expired: 'expired',
};

export class Money {
  /** Earnings, payouts, statements, disputes and reconciliation. */
  readonly settlement: Settlement;
  /** What people of the house see and do. */
  readonly desk: Desk;
  /** What a person paid, and what of it they may have back by themselves. */
  readonly ownPayments: OwnPayments;
  /** Private sessions by the minute. */
  readonly privateSessions: PrivateDesk;
  /** Memberships of creators' clubs. */
  readonly memberships: Memberships;
  /** Saved cards. */
  readonly cards: Cards;
  readonly #context: MoneyContext;
  readonly #checkouts: Checkouts;
  readonly #topups: Topups;
  readonly #tickets: Tickets;
  readonly #tips: Tips;
  readonly #tipBatches: TipBatches;
  readonly #cardTips: CardTips;
  readonly #cancellations: Cancellations;
  readonly #withdrawals: Withdrawals;
  readonly #promotions: Promotions;
  readonly #quotes: Quotes;
  readonly #receipts: Receipts;
  readonly #tipMenus: TipMenus;
  readonly #goals: Goals;
  readonly #tipping: TippingStore;
  readonly #refunds: Refunds;
  readonly #refundOrders: RefundOrders;
  readonly #inbox: WebhookInbox;
  readonly #wallets: WalletsStore;
  readonly #earnings: EarningsStore;
  readonly #invariants: InvariantsStore;
  readonly #inboxJob: PeriodicJob;
  readonly #jobs: PeriodicJob[];
  #closed = false;

  private constructor(context: MoneyContext) {
    const { db } = context;
    const checkoutsStore = new CheckoutsStore(db);
    const refundsStore = new RefundsStore(db);
    const topups = new TopupsStore(db);
    const tickets = new TicketsStore(db);
    const tips = new TipsStore(db);
    const waivers = new WaiversStore(db);
    const promotions = new PromotionsStore(db);
    const membershipsStore = new MembershipsStore(db);
    this.#context = context;
    this.cards = new Cards(context, checkoutsStore);
    this.#checkouts = new Checkouts(context, checkoutsStore, (tx, unusable) =>
      this.#refunds.returnUnusable(tx, unusable),
    );
    const privateSessions = new PrivateSessionsStore(db);
    const standing = new MembershipStanding(context, membershipsStore);
    const refundables = new Refundables(context, {
      checkouts: checkoutsStore,
      topups,
      tickets,
      tips,
      memberships: membershipsStore,
      standing,
      privateSessions,
      refreshMembership: (id) => this.memberships.sync.refresh(id),
    });
    const debts = new CardDebts(context, new CardDebtsStore());
    this.#refundOrders = new RefundOrders(context, {
      store: refundsStore,
      debts,
      providerRefunds: () => this.settlement.providerRefunds,
    });
    this.#refunds = new Refunds(context, { store: refundsStore, orders: this.#refundOrders, refundables, debts });
    this.#topups = new Topups(context, {
      store: topups,
      checkouts: this.#checkouts,
      checkoutsStore,
      cards: this.cards,
      refunds: this.#refunds,
    });
    this.#tickets = new Tickets(context, {
      store: tickets,
      checkouts: this.#checkouts,
      checkoutsStore,
      waivers,
    });
    this.#tipping = new TippingStore(db);
    this.#tipMenus = new TipMenus(context, this.#tipping);
    this.#cardTips = new CardTips(context, {
      store: new CardTipsStore(db),
      checkouts: this.#checkouts,
      checkoutsStore,
      menus: this.#tipMenus,
    });
    this.#cancellations = new Cancellations(context, {
      store: new CancellationsStore(db),
      tickets,
      refunds: this.#refunds,
    });
    this.#withdrawals = new Withdrawals(context, { tickets, waivers, refunds: this.#refunds });
    this.#promotions = new Promotions(context, promotions);
    this.#quotes = new Quotes(context, tickets);
    this.#receipts = new Receipts(context, {
      store: new ReceiptsStore(db),
      topups,
      tickets,
      refunds: refundsStore,
      promotions,
      waivers,
      memberships: membershipsStore,
      privateSessions,
      withdrawals: this.#withdrawals,
    });
    this.#goals = new Goals(context, this.#tipping);
    this.#tipBatches = new TipBatches(context, new TipBatchesStore(db, context.outbox));
    this.#tips = new Tips(context, { batches: this.#tipBatches, menus: this.#tipMenus });
    this.settlement = new Settlement(context, {
      checkouts: this.#checkouts,
      tickets,
      tips,
      standing,
      settleMembership: (payment) => this.memberships.sync.settlePayment(payment),
      refunds: this.#refunds,
      refundsStore,
      debts,
    });
    this.desk = new Desk(context, {
      store: new DeskStore(db),
      paymentsStore: new DeskPaymentsStore(db),
      refunds: this.#refunds,
      refundsStore,
      receipts: this.#receipts,
      settlement: this.settlement,
    });
    this.ownPayments = new OwnPayments(context, {
      search: (query) => this.desk.searchPayments(query),
      refund: (input, by) => this.#refunds.refund(input, by),
    });
    this.privateSessions = new PrivateDesk(context);
    this.memberships = new Memberships(context, {
      store: membershipsStore,
      standing,
      checkouts: this.#checkouts,
      checkoutsStore,
      refunds: this.#refunds,
    });
    this.#inbox = new WebhookInbox(context, {
      memberships: this.memberships.sync,
      store: new WebhookInboxStore(db),
      disputes: this.settlement.disputes,
      creatorAccounts: this.settlement.accounts,
      transferReversals: this.settlement.transferReversals,
      reconciliations: this.settlement.reconciliations,
      checkouts: this.#checkouts,
      refundOrders: this.#refundOrders,
    });
    this.#wallets = new WalletsStore(db);
    this.#earnings = new EarningsStore(db);
    this.#invariants = new InvariantsStore(db);
    const job = (name: string, everyMs: number, run: () => Promise<boolean>) =>
      new PeriodicJob({
        name,
        everyMs,
        run,
        log: context.log,
        ...(JOBS_OF_ONE.has(name) ? { mayRun: context.isLeader } : {}),
      });
    this.#inboxJob = job('inbox', SWEEP_MS, () => this.#inbox.process());
    this.#jobs = [
      this.#inboxJob,
      job('checkouts', SWEEP_MS, () => this.#checkouts.sweep()),
      job('memberships', SWEEP_MS, () => this.memberships.sweep()),
      job('refunds', SWEEP_MS, () => this.#refundOrders.sweep()),
      job('cancellations', SWEEP_MS, () => this.#cancellations.sweep()),
      job('promotions', LISTING_MS, () => this.#promotions.sweep()),
      ...this.settlement.createJobs(job),
      ...this.privateSessions.createJobs(job),
      job('event listing', LISTING_MS, () => this.#listEvents()),
    ];
  }

  static async create(options: MoneyOptions): Promise<Money> {
    const context = new MoneyContext(options);
    await context.ledger.createHouseAccounts(context.currency);
    return new Money(context);
  }

  /** Begins to process what the provider tells, and to look after what it does not. Everything left open by a crash is looked at first. */
  start(): void {
    void this.#context.runInBackground('look at everything left open', async () => {
      await Promise.all([
        this.#inbox.recheckAll(),
        this.#checkouts.recheckAll(),
        this.memberships.recheckAll(),
        this.#refundOrders.recheckAll(),
        this.settlement.recheckAll(),
      ]);
      for (const job of this.#jobs) job.start();
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all(this.#jobs.map((job) => job.close()));
    await this.privateSessions.close();
    await this.#tipBatches.settled();
    await this.#context.settled();
  }

  async getWallet(identity: string): Promise<Wallet> {
    return this.#context.readWallet(identity);
  }

  /** What moved a wallet, the newest first, page by page. */
  async getWalletHistory(
    identity: string,
    { after, limit = LIMITS.listPageItems }: Partial<HistoryPage> = {},
  ): Promise<{ entries: WalletEntry[]; next: string | null }> {
    const wallet = fanWallet(identity, this.#context.currency);
    return this.#wallets.listEntries(wallet, { after, limit: Math.min(limit, LIMITS.listPageItems) });
  }

  /** On the payment page, or by a saved card at once. */
  topUp({ card, idempotencyKey, ...request }: TopupRequest & Partial<CardTopupRequest>): Promise<TopupAnswer> {
    // The schema has them together or not at all.
    if (card === undefined || idempotencyKey === undefined) return this.createTopup(request);
    return this.topupByCard({ ...request, card, idempotencyKey });
  }

  createTopup(request: TopupRequest) {
    return this.#topups.create(request);
  }

  topupByCard(request: CardTopupRequest): Promise<CardTopup> {
    return this.#topups.createByCard(request);
  }

  buyTicket(request: TicketRequest): Promise<TicketAnswer> {
    return this.#tickets.buy(request);
  }

  tip(request: TipRequest): Promise<TipReceipt> {
    return this.#tips.tip(request);
  }

  /** Terms, fee policies, associations and pledges. */
  get pricing(): Pricing {
    return this.#context.pricing;
  }

  get walletMode(): WalletMode {
    return this.#context.walletMode;
  }

  /** In a house without wallets: a tip is a card payment of its own. */
  tipByCard(request: CardTipRequest): Promise<{ checkoutUrl: string }> {
    return this.#cardTips.open(request);
  }

  quote(request: QuoteRequest): Promise<Quote> {
    return this.#quotes.quote(request);
  }

  /** `identity` absent: asked for by the house. */
  getReceipt(id: string, identity?: string): Promise<Receipt> {
    return this.#receipts.get(id, identity);
  }

  /** A buyer gives their ticket back, where they have not waived that and no live has begun. */
  withdraw(ticket: string, identity: string): Promise<Refund> {
    return this.#withdrawals.withdraw(ticket, identity);
  }

  grantPromotion(input: PromotionInput, by: string): Promise<Promotion> {
    return this.#promotions.grant(input, by);
  }

  getTipMenu(room: RoomId): Promise<TipMenu> {
    return this.#tipMenus.get(room);
  }

  setTipMenu(room: RoomId, items: TipMenuItem[]): Promise<TipMenu> {
    return this.#tipMenus.set(room, items);
  }

  getGoal(room: RoomId): Promise<Goal | null> {
    return this.#goals.get(room);
  }

  setGoal(room: RoomId, input: GoalInput): Promise<Goal> {
    return this.#goals.set(room, input);
  }

  clearGoal(room: RoomId): Promise<void> {
    return this.#goals.clear(room);
  }

  async getTipping(room: RoomId): Promise<TippingState> {
    const [goal, menu] = await Promise.all([this.getGoal(room), this.getTipMenu(room)]);
    return { goal, menu };
  }

  async getLeaderboard(room: RoomId, limit: number): Promise<Leaderboard> {
    return { entries: await this.#tipping.sumByFan(room, limit), currency: this.#context.currency };
  }

  refund(input: RefundInput, by: string): Promise<Refund> {
    return this.#refunds.refund(input, by);
  }

  async getEarnings(room: string): Promise<Earnings> {
    return { ...(await this.#earnings.sumOfRoom(room)), currency: this.#context.currency };
  }

  /** Keeps a webhook; answer the provider when this resolves. Throws `signature_invalid`. */
  async handleWebhook(rawBody: Buffer, signature: string | undefined): Promise<void> {
    await this.#inbox.receive(rawBody, signature);
    this.#inboxJob.wake();
  }

  /** For the page that people come back to: settles what was paid before the webhook comes. The redirect itself proves nothing. */
  async confirmCheckout(providerSession: string): Promise<ConfirmedCheckout> {
    const membership = await this.memberships.confirm(providerSession);
    if (membership) return { ...membership, purpose: 'membership' };
    const checkout = await this.#checkouts.confirm(providerSession);
    return { status: STATUS_ON_RETURN[checkout.status], purpose: checkout.purpose, id: checkout.sourceId };
  }

  /** What of a person's money is still open, by kind; none of it may be forgotten by erasing them. */
  findOpenMatters(identity: string): Promise<string[]> {
    return findOpenMatters(this.#context.db, identity, this.#context.laterIso(0));
  }

  /** Everything that must hold and does not; empty when all is well. */
  async checkInvariants(): Promise<string[]> {
    const { ledger, currency } = this.#context;
    return [...(await ledger.findViolations()), ...(await this.#invariants.findViolations(currency))];
  }

  /** Does now what the jobs do by and by, and resolves when nothing is under way. */
  async sweep(): Promise<void> {
    await this.#listEvents();
    // What was listed has woken the job, which may have taken some of it.
    await this.#inboxJob.idle();
    while (await this.#inbox.process());
    while (await this.#checkouts.sweep());
    while (await this.memberships.sweep());
    while (await this.#cancellations.sweep());
    while (await this.#promotions.sweep());
    while (await this.#refundOrders.sweep());
    await this.settlement.sweep();
    await this.settled();
  }

  /** Resolves when nothing that was begun is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#jobs.map((job) => job.idle()));
    await this.#tipBatches.settled();
    await this.#context.settled();
  }

  async #listEvents(): Promise<boolean> {
    if ((await this.#inbox.list()) > 0) this.#inboxJob.wake();
    return false;
  }
}
