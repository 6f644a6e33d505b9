/**
 * Money: wallets, top-ups, tickets, tips and refunds on a double-entry ledger. Owns every table of the ledger and of payments; the gateway
 * calls this class and nothing behind it. It knows the provider only as a port, nothing of sockets or media, and tells what happened
 * through the outbox, in the transaction in which it happened.
 */
import { LIMITS } from '../protocol/limits.ts';
import type { Earnings, Refund, RefundInput, TipReceipt, Wallet } from '../protocol/money.ts';
import { CheckoutsStore } from './checkouts.store.ts';
import { Checkouts } from './checkouts.ts';
import { EarningsStore } from './earnings.store.ts';
import { InvariantsStore } from './invariants.store.ts';
import { fanWallet } from './ledger.ts';
import type { CheckoutPurpose, CheckoutStatus } from './money.schema.ts';
import { MoneyContext, type MoneyOptions } from './money-context.ts';
import { PeriodicJob } from './periodic-job.ts';
import { RefundOrders } from './refund-orders.ts';
import { RefundsStore } from './refunds.store.ts';
import { Refunds } from './refunds.ts';
import { TicketsStore } from './tickets.store.ts';
import { type TicketAnswer, type TicketRequest, Tickets } from './tickets.ts';
import { TipsStore } from './tips.store.ts';
import { type TipRequest, Tips } from './tips.ts';
import { TopupsStore } from './topups.store.ts';
import { type TopupRequest, Topups } from './topups.ts';
import { type WalletEntry, WalletsStore } from './wallets.store.ts';
import { WebhookInboxStore } from './webhook-inbox.store.ts';
import { WebhookInbox } from './webhook-inbox.ts';

/** How a checkout stands, for the page that people come back to. */
export interface ConfirmedCheckout {
  status: 'open' | 'paid' | 'expired';
  purpose: CheckoutPurpose;
  /** The top-up or ticket. */
  id: string;
}

const SWEEP_MS = 2_000;
const LISTING_MS = 60_000;
const STATUS_ON_RETURN: Record<CheckoutStatus, ConfirmedCheckout['status']> = {
  opening: 'open',
  open: 'open',
  paid: 'paid',
  expired: 'expired',
};

export class Money {
  readonly #context: MoneyContext;
  readonly #checkouts: Checkouts;
  readonly #topups: Topups;
  readonly #tickets: Tickets;
  readonly #tips: Tips;
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
    this.#context = context;
    this.#checkouts = new Checkouts(context, checkoutsStore);
    this.#refundOrders = new RefundOrders(context, refundsStore);
    this.#refunds = new Refunds(context, {
      store: refundsStore,
      orders: this.#refundOrders,
      checkouts: checkoutsStore,
      topups,
      tickets,
      tips,
    });
    this.#topups = new Topups(context, { store: topups, checkouts: this.#checkouts, refunds: this.#refunds });
    this.#tickets = new Tickets(context, {
      store: tickets,
      checkouts: this.#checkouts,
      checkoutsStore,
      refunds: this.#refunds,
    });
    this.#tips = new Tips(context, tips);
    this.#inbox = new WebhookInbox(context, {
      store: new WebhookInboxStore(db),
      checkouts: this.#checkouts,
      refundOrders: this.#refundOrders,
    });
    this.#wallets = new WalletsStore(db);
    this.#earnings = new EarningsStore(db);
    this.#invariants = new InvariantsStore(db);
    const job = (name: string, everyMs: number, run: () => Promise<boolean>) =>
      new PeriodicJob({ name, everyMs, run, log: context.log });
    this.#inboxJob = job('inbox', SWEEP_MS, () => this.#inbox.process());
    this.#jobs = [
      this.#inboxJob,
      job('checkouts', SWEEP_MS, () => this.#checkouts.sweep()),
      job('refunds', SWEEP_MS, () => this.#refundOrders.sweep()),
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
      await Promise.all([this.#inbox.recheckAll(), this.#checkouts.recheckAll(), this.#refundOrders.recheckAll()]);
      for (const job of this.#jobs) job.start();
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all(this.#jobs.map((job) => job.close()));
    await this.#context.settled();
  }

  async getWallet(identity: string): Promise<Wallet> {
    const { ledger, currency } = this.#context;
    return this.#context.walletOf(await ledger.findAvailable(fanWallet(identity, currency)));
  }

  async getWalletHistory(identity: string, limit: number = LIMITS.listPageItems): Promise<{ entries: WalletEntry[] }> {
    const wallet = fanWallet(identity, this.#context.currency);
    return { entries: await this.#wallets.listEntries(wallet, Math.min(limit, LIMITS.listPageItems)) };
  }

  createTopup(request: TopupRequest) {
    return this.#topups.create(request);
  }

  buyTicket(request: TicketRequest): Promise<TicketAnswer> {
    return this.#tickets.buy(request);
  }

  tip(request: TipRequest): Promise<TipReceipt> {
    return this.#tips.tip(request);
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
    const checkout = await this.#checkouts.confirm(providerSession);
    return { status: STATUS_ON_RETURN[checkout.status], purpose: checkout.purpose, id: checkout.sourceId };
  }

  /** Everything that must hold and does not; empty when all is well. */
  async checkInvariants(): Promise<string[]> {
    const { ledger, currency } = this.#context;
    return [...(await ledger.findViolations()), ...(await this.#invariants.findViolations(currency))];
  }

  /** Does now what the jobs do by and by, and resolves when nothing is under way. */
  async sweep(): Promise<void> {
    await this.#listEvents();
    while (await this.#inbox.process());
    while (await this.#checkouts.sweep());
    while (await this.#refundOrders.sweep());
    await this.settled();
  }

  /** Resolves when nothing that was begun is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#jobs.map((job) => job.idle()));
    await this.#context.settled();
  }

  async #listEvents(): Promise<boolean> {
    if ((await this.#inbox.list()) > 0) this.#inboxJob.wake();
    return false;
  }
}
