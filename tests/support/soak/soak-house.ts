/**
 * A server whose application can crash at any moment and be reopened on the same database: one Postgres database, the
 * emulator in this process, and a sequence of application objects. Webhooks go to the current one.
 */

import { StripeEmulator } from '@loge/stripe-emulator';
import Stripe from 'stripe';
import type { Accounts } from '../../../server/accounts/accounts.ts';
import { createMoney, createRooms } from '../../../server/domains.ts';
import { listenToFacts } from '../../../server/facts.ts';
import type { Money } from '../../../server/money/money.ts';
import type { Seller } from '../../../server/money/money-context.ts';
import type { MoneyFacts } from '../../../server/money/money-facts.ts';
import type { PaymentProvider } from '../../../server/money/provider/payment-provider.ts';
import { StripeProvider } from '../../../server/money/provider/stripe-provider.ts';
import { MemoryBus } from '../../../server/platform/bus.ts';
import { systemClock } from '../../../server/platform/clock.ts';
import { Database } from '../../../server/platform/db/db.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import { Outbox } from '../../../server/platform/outbox/outbox.ts';
import { AppError } from '../../../server/protocol/errors.ts';
import type { Rooms } from '../../../server/rooms/rooms.ts';
import { MovableClock, WEBHOOK_SECRET } from '../houses/money-house.ts';
import type { Dice } from './dice.ts';
import { Life } from './life.ts';
import { SoakMedia } from './soak-media.ts';

const PROVIDER_TIMEOUT_MS = 120;
/** The maximum number of awaits between two crashes. */
const LIFE_POINTS_MAX = 1_500;
const RETRYING_SHARE = 0.05;
/**
 * The share of restarts with a full start, which recovers all open work and starts the jobs; otherwise the test sweeps
 * explicitly.
 */
const STARTED_SHARE = 0.1;
/** Enough for races, few enough to be opened often. */
const POOL_SIZE = 5;
const PROBE_TIMEOUT_MS = 2_000;
const FAULT_SHARE = 0.04;
/** Faults of a request, and whether it takes effect anyway. */
const FAULTS = [
  ['conflict', false],
  ['conflict', false],
  ['rate_limit', false],
  ['rate_limit', false],
  ['server_error', false],
  ['server_error', true],
  ['reset', false],
  ['reset', true],
  ['reset', true],
  ['hang', true],
] as const;
const UNLIMITED = 1_000_000_000;
const WEEK_MS = 7 * 24 * 60 * 60_000;

export interface SoakApp {
  life: Life;
  money: Money;
  accounts: Accounts;
  rooms: Rooms;
  outbox: Outbox;
  db: Database;
}

interface SoakHouseOptions {
  /**
   * A URL of an empty Postgres database, to which each application object connects anew; or an open database that all
   * share.
   */
  database: { url: string } | Database;
  seed: number;
  dice: Dice;
  /** Who sells, on numbered receipts; default: none, and no numbers. */
  seller?: Seller;
  /** Start of a clock that moves only by `advance`; default: the machine's clock. */
  startMs?: number;
}

/** A webhook that was sent and not delivered yet. */
interface HeldWebhook {
  payload: string;
  signature: string;
}

export class SoakHouse implements AsyncDisposable {
  readonly clock: MovableClock;
  readonly media = new SoakMedia();
  readonly emulator: StripeEmulator;
  /** The test's own client, without faults. */
  readonly stripe: Stripe;
  /** Ids of the tips that were shown. */
  readonly shown = new Set<string>();
  crashes = 0;
  readonly #options: SoakHouseOptions;
  #isQuiet = true;
  #isClosed = false;
  #app: SoakApp | undefined;

  private constructor(options: SoakHouseOptions, emulator: StripeEmulator) {
    this.#options = options;
    this.clock = new MovableClock(options.startMs);
    this.emulator = emulator;
    this.stripe = new Stripe('sk_test_of_the_soak', {
      host: '127.0.0.1',
      port: emulator.port,
      protocol: 'http',
      httpClient: Stripe.createFetchHttpClient(emulator.fetch),
      timeout: PROBE_TIMEOUT_MS,
      maxNetworkRetries: 10,
    });
  }

  static async create(options: SoakHouseOptions): Promise<SoakHouse> {
    let house: SoakHouse | undefined;
    const emulator = await StripeEmulator.create({
      payoutInterval: 'manual',
      port: 0,
      seed: options.seed,
      ...(options.startMs === undefined ? {} : { now: () => options.startMs as number }),
      webhook: { url: 'http://in.process/webhooks/stripe', secret: WEBHOOK_SECRET },
      deliver: (payload, signature) => house?.take(payload, signature) ?? 503,
      log: (message, fields) => house?.note(message, fields as object | undefined),
    });
    // Events of connected accounts have a separate endpoint.
    emulator.setConnectWebhook({ url: 'http://in.process/webhooks/stripe-connect', secret: WEBHOOK_SECRET });
    house = new SoakHouse(options, emulator);
    await house.open();
    return house;
  }

  get app(): SoakApp {
    if (!this.#app) throw new Error('Nothing is open.');
    return this.#app;
  }

  /** Errors that the emulator logs. */
  readonly notes: string[] = [];
  note(message: string, fields?: object): void {
    if (message !== 'a webhook was not accepted') this.notes.push(`${message} ${JSON.stringify(fields)}`);
  }

  /** While set, the provider's webhooks and event lists are held back; `deliver` delivers them. */
  heldWebhooks: HeldWebhook[] | undefined;

  /** The next refund request gets a permanent failure, whether it takes effect or not. */
  isKeySpent = false;

  async take(payload: string, signature: string): Promise<number> {
    if (!this.heldWebhooks) return this.deliver({ payload, signature });
    this.heldWebhooks.push({ payload, signature });
    return 200;
  }

  async deliver({ payload, signature }: HeldWebhook): Promise<number> {
    const app = this.#app;
    if (!app || app.life.isOver || this.#isClosed) return 503;
    try {
      await app.money.providerEvents.receive(Buffer.from(payload), signature);
      return 200;
    } catch (error) {
      return error instanceof AppError ? error.status : 500;
    }
  }

  advance(ms: number): void {
    this.clock.advance(ms);
    this.emulator.advanceClock(ms);
  }

  /** Faults affect only the server's requests, never the test's. */
  #send(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const { dice } = this.#options;
    const path = new URL(input instanceof Request ? input.url : input).pathname;
    if (!this.#isQuiet && dice.chance(FAULT_SHARE)) {
      const [kind, isApplied] = dice.pick(FAULTS) ?? ['reset', true];
      this.emulator.addFault({ path, kind, isApplied });
    }
    return this.emulator.fetch(input, init);
  }

  /** Starts injecting faults and crashes, until {@link calm}. */
  disturb(): void {
    this.#isQuiet = false;
    const { emulator } = this;
    this.#planCrash(this.app.life);
    emulator.addWebhookRule({ action: 'drop', times: UNLIMITED, share: 0.06 });
    emulator.addWebhookRule({ action: 'double', times: UNLIMITED, share: 0.1 });
    emulator.addWebhookRule({ action: 'delay', times: UNLIMITED, share: 0.05, delayMs: WEEK_MS });
  }

  #planCrash(life: Life): void {
    const { dice } = this.#options;
    life.endAfter(dice.between(1, LIFE_POINTS_MAX), dice.chance(0.5));
  }

  /** Stops all faults, and opens an application without background work. */
  async calm(): Promise<void> {
    this.#isQuiet = true;
    this.emulator.clearFaults();
    this.emulator.clearWebhookRules();
    await this.#crash();
    await this.open();
  }

  /** Holds webhooks back while something is checked that must not change. */
  async withWebhooksHeld<T>(look: () => Promise<T>): Promise<T> {
    this.#isClosed = true;
    try {
      await this.app.money.idle();
      return await look();
    } finally {
      this.#isClosed = false;
    }
  }

  /** Crashes the application, and opens another. */
  async reopen(): Promise<void> {
    await this.#crash();
    this.crashes += 1;
    await this.open();
  }

  async open(): Promise<void> {
    const { dice, database } = this.#options;
    const life = new Life();
    const maxNetworkRetries = dice.chance(RETRYING_SHARE) ? 1 : 0;
    const isStarted = !this.#isQuiet && dice.chance(STARTED_SHARE);
    const isShared = database instanceof Database;
    const db = isShared ? database : await Database.create({ url: database.url, poolSize: POOL_SIZE });
    const app = await this.#compose({ db, life, maxNetworkRetries });
    if (!isShared) life.watch(db);
    this.#app = app;
    if (!this.#isQuiet) this.#planCrash(life);
    app.outbox.start();
    if (isStarted) app.money.start();
  }

  async #compose(parts: { db: Database; life: Life; maxNetworkRetries: number }): Promise<SoakApp> {
    const { db, life, maxNetworkRetries } = parts;
    const { clock, emulator } = this;
    const log = createLog({ level: process.env.LOGE_TEST_LOG_LEVEL ?? 'silent', pretty: false });
    const metrics = createMetrics();
    const bus = new MemoryBus(() => {});
    const outbox = new Outbox({ db, bus, log, metrics });
    const platform = { db, outbox, clock, log, metrics };
    const { accounts, rooms } = createRooms(platform, { currency: 'eur' });
    const stripe = StripeProvider.create({
      secretKey: 'sk_test_of_the_tests',
      webhookSecrets: [WEBHOOK_SECRET],
      host: '127.0.0.1',
      port: emulator.port,
      protocol: 'http',
      timeoutMs: PROVIDER_TIMEOUT_MS,
      maxNetworkRetries,
      fetch: life.fetchBy((input, init) => this.#send(input, init)),
      clock: systemClock,
      log,
    });
    const provider = new Proxy<PaymentProvider>(stripe, { get: (_, name) => this.#askProvider(stripe, name) });
    const money = await createMoney(platform, rooms, {
      provider,
      currency: 'eur',
      publicUrl: 'http://localhost:3000',
      seller: this.#options.seller,
      isReturnUrlAllowed: () => false,
    });
    money.privateSessions.watch(this.media);
    listenToFacts(outbox, { blockedBuyers: (facts) => money.blockedBuyers.handleFacts(facts) });
    outbox.onBatch('tips.settled', (facts) => {
      if (life.isOver) return;
      for (const { data } of facts) for (const { id } of (data as MoneyFacts['tips.settled']).tips) this.shown.add(id);
    });
    return { life, money, accounts, rooms, outbox, db };
  }

  /** Wraps the provider: its event list is filtered while webhooks are held, and a refund key may be spent. */
  #askProvider(provider: PaymentProvider, name: string | symbol): unknown {
    if (name === 'refund' && this.isKeySpent) {
      this.isKeySpent = false;
      return async () => 'key_spent';
    }
    if (name === 'fetchEvents' && this.heldWebhooks) return async () => ({ events: [], isWhole: true });
    const value = Reflect.get(provider, name, provider);
    return typeof value === 'function' ? value.bind(provider) : value;
  }

  async #crash(): Promise<void> {
    const app = this.#app;
    this.#app = undefined;
    if (!app) return;
    // With a shared database, the old application would keep dispatching facts.
    if (app.db === this.#options.database) await app.outbox.idle();
    app.life.end();
    // Stops its timers; its pending operations are refused.
    await Promise.allSettled([app.money.close(), app.outbox.close()]);
    // Not awaited: none of its work counts any more.
    if (app.db !== this.#options.database) void app.db.close().catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#crash();
    await this.emulator.close();
  }
}
