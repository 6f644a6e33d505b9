/**
 * The money domain with its real dependencies only: a database, rooms, the outbox, and the Stripe SDK against the
 * emulator, whose signed webhooks arrive over HTTP, shuffled and duplicated.
 */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StripeEmulator } from '@loge/stripe-emulator';
import Stripe from 'stripe';
import { createMoney, createRooms } from '../../../server/domains.ts';
import type { SchemaFile } from '../../../server/money/dac7/dac7-schemas.ts';
import type { Money } from '../../../server/money/money.ts';
import type { PaymentProvider } from '../../../server/money/provider/payment-provider.ts';
import { StripeProvider } from '../../../server/money/provider/stripe-provider.ts';
import { MemoryBus } from '../../../server/platform/bus.ts';
import { type Clock, systemClock } from '../../../server/platform/clock.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createMetrics, type Metrics } from '../../../server/platform/metrics.ts';
import { FACTS_BUS_TOPIC, type Fact, Outbox } from '../../../server/platform/outbox/outbox.ts';
import { AppError } from '../../../server/protocol/errors.ts';
import { createId } from '../../../server/protocol/ids.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import type { Rooms } from '../../../server/rooms/rooms.ts';
import { CARD, payCheckout } from '../people/checkout.ts';
import { eventually } from '../run/eventually.ts';

export const SELLER = { name: 'Loge', address: '1 place de l’Opéra, Paris', vatNumber: 'FR00000000000' };
export const STATEMENT_NAME = 'La maison';
const SECRET_KEY = 'sk_test_of_the_tests';
export const WEBHOOK_SECRET = 'whsec_a_secret_of_the_tests_alone_000000';
/** Short enough to test a provider that hangs, long enough for a loaded machine. */
const API_TIMEOUT_MS = 4_000;

/** A clock that follows the machine's or stands still at `startMs`, and can be advanced. */
export class MovableClock implements Clock {
  readonly #startMs: number | undefined;
  #aheadMs = 0;

  constructor(startMs?: number) {
    this.#startMs = startMs;
  }

  now(): number {
    return (this.#startMs ?? Date.now()) + this.#aheadMs;
  }
  advance(ms: number): void {
    this.#aheadMs += ms;
  }
}

export interface MoneyHouse extends AsyncDisposable {
  db: Database;
  rooms: Rooms;
  money: Money;
  metrics: Metrics;
  emulator: StripeEmulator;
  /** The test's own client of the emulator. */
  stripe: Stripe;
  /** Advances the clocks of the server and the provider; a negative value moves only the server's. */
  advance(ms: number): void;
  /** The time of the server. */
  now(): number;
  /** Every fact that the outbox has dispatched, in order. */
  facts: Fact[];
  createRoom(access?: Room['access'], more?: { capacity?: number; startsAt?: string; creator?: string }): Promise<Room>;
  /** Identity of the creator of the rooms. */
  creator: string;
  /** Another creator; returns the identity. */
  createCreator(): Promise<string>;
  /** A live, after which the room ends. */
  playLive(room: Pick<Room, 'id'>): Promise<void>;
  /** A fan with this credit, topped up by card; returns the identity. */
  createFan(creditMinor?: number): Promise<string>;
  /** Starts the purchase of a ticket by card; returns the checkout page. */
  buyByCard(order: { room: Room; identity: string }): Promise<string>;
  /** Another gateway's money domain on the same database and provider, closed with the fixture. */
  openGateway(): Promise<Money>;
  /** Another process on the same database and provider, as after a crash: the first one is not closed. */
  restartMoney(): Promise<Money>;
}

export interface MoneyHouseOptions {
  db: Database;
  /** False: nothing runs in the background, neither webhooks nor jobs; tests call `sweep`. */
  isRunning?: boolean;
  dataFile?: string;
  walletMode?: 'on' | 'off';
  /** Delay of the emulator's card networks, counted on the clock of `advance`; default: the emulator's own. */
  settleDelayMs?: number;
  promoPays?: 'everything' | 'tickets';
  timeZone?: string;
  dac7Schema?: readonly SchemaFile[];
  /** Default: every live counts. */
  minLiveSeconds?: number;
  /** How many operators the house has. Default: two. */
  countOperators?: () => Promise<number>;
  /** Wraps the provider, to run code while a request is in flight. */
  wrapProvider?: (provider: PaymentProvider) => PaymentProvider;
}

/** Collects the facts of all rooms. */
class FactsBus extends MemoryBus {
  readonly #facts: Fact[];

  constructor(facts: Fact[]) {
    super((error) => {
      throw error;
    });
    this.#facts = facts;
  }

  override publish(topic: string, message: unknown): void {
    if (topic.split('/', 1)[0] === FACTS_BUS_TOPIC) this.#facts.push(structuredClone(message) as Fact);
    super.publish(topic, message);
  }
}

export async function openMoneyHouse({
  db,
  isRunning = true,
  dataFile,
  walletMode = 'on',
  settleDelayMs,
  promoPays = 'everything',
  timeZone = 'UTC',
  dac7Schema,
  minLiveSeconds = 1,
  countOperators = async () => 2,
  wrapProvider = (provider) => provider,
}: MoneyHouseOptions): Promise<MoneyHouse> {
  const log = createLog({ level: process.env.LOGE_TEST_LOG_LEVEL ?? 'silent', pretty: false });
  const clock = new MovableClock();
  const metrics = createMetrics();
  const facts: Fact[] = [];
  const bus = new FactsBus(facts);
  const outbox = new Outbox({ db, bus, log, metrics });
  const platform = { db, outbox, clock, log, metrics };
  const { accounts, rooms } = createRooms(platform, { currency: 'eur' });
  const emulator = await StripeEmulator.create({
    port: 0,
    payoutInterval: 'manual',
    ...(dataFile ? { dataFile } : {}),
    ...(settleDelayMs === undefined ? {} : { settleDelayMs }),
    log: (message, fields) => log.debug(fields ?? {}, message),
  });
  const openMoney = () =>
    createMoney(platform, rooms, {
      provider: wrapProvider(
        StripeProvider.create({
          secretKey: SECRET_KEY,
          statementName: STATEMENT_NAME,
          webhookSecrets: [WEBHOOK_SECRET],
          host: '127.0.0.1',
          port: emulator.port,
          protocol: 'http',
          timeoutMs: API_TIMEOUT_MS,
          maxNetworkRetries: 0,
          // Webhook signatures use the machine's time, whatever the test clock says.
          clock: systemClock,
          log,
        }),
      ),
      currency: 'eur',
      walletMode,
      promoPays,
      timeZone,
      dac7Schema,
      minLiveSeconds,
      countOperators,
      publicUrl: 'http://localhost:3000',
      seller: { ...SELLER, taxNumber: '123456789' },
      isReturnUrlAllowed: (url) => new URL(url).origin === 'https://embedder.example',
    });
  let money = await openMoney();
  const webhooks = await listenForWebhooks(() => money);
  if (isRunning) {
    emulator.setWebhook({ url: `http://127.0.0.1:${portOf(webhooks)}/webhooks/stripe`, secret: WEBHOOK_SECRET });
    money.start();
    outbox.start();
  }
  const opened = [money];
  const createCreator = async () => {
    const identity = `creator-${createId('event')}`;
    await accounts.createCreator({ identity, name: 'Ada', country: 'FR' });
    return identity;
  };
  const creator = await createCreator();

  return {
    db,
    rooms,
    emulator,
    stripe: new Stripe(SECRET_KEY, { host: '127.0.0.1', port: emulator.port, protocol: 'http' }),
    metrics,
    facts,
    advance(ms) {
      clock.advance(ms);
      if (ms > 0) emulator.advanceClock(ms);
    },
    now: () => clock.now(),
    get money() {
      return money;
    },
    creator,
    createCreator,
    createRoom: (access = { kind: 'ticket', priceMinor: 500 }, more = {}) =>
      rooms.createRoom({ creator, title: 'An evening with Ada', access, ...more }),
    async playLive({ id }) {
      await rooms.startLive(id);
      await rooms.endRoom(id);
    },
    async createFan(creditMinor = 0) {
      const identity = `fan-${createId('event')}`;
      if (creditMinor > 0) {
        const { checkoutUrl } = await money.topups.create({ identity, name: 'Fan', amountMinor: creditMinor });
        const session = await pay(checkoutUrl);
        await money.confirmCheckout(session);
      }
      return identity;
    },
    async buyByCard(order) {
      const answer = await money.tickets.buy({ ...order, name: 'Léa', from: 'card' });
      assert.ok('checkoutUrl' in answer);
      return answer.checkoutUrl;
    },
    async openGateway() {
      const gateway = await openMoney();
      opened.push(gateway);
      if (isRunning) gateway.start();
      return gateway;
    },
    async restartMoney() {
      money = await openMoney();
      opened.push(money);
      return money;
    },
    async [Symbol.asyncDispose]() {
      await emulator.close();
      await new Promise((resolve) => webhooks.close(resolve));
      await Promise.all(opened.map((each) => each.close()));
      await outbox.close();
      await bus.close();
    },
  };
}

/** Closes a house and its database once webhooks and jobs are idle; the ledger must balance then. */
export async function closeBalanced({ db, house }: { db: AsyncDisposable; house: MoneyHouse }): Promise<void> {
  house.emulator.clearFaults();
  await eventually(() => house.emulator.listDeliveries('pending').length === 0);
  await house.money.idle();
  assert.deepEqual(await house.money.checkInvariants(), []);
  await house[Symbol.asyncDispose]();
  await db[Symbol.asyncDispose]();
}

/** For `wrapProvider`: while `isRefusing` says so, the provider refuses every refund for good. */
export function refusingRefunds(isRefusing: () => boolean) {
  return (provider: PaymentProvider): PaymentProvider => {
    const refund = provider.refund.bind(provider);
    provider.refund = async (order) => {
      if (isRefusing()) throw new AppError('not_refundable');
      return refund(order);
    };
    return provider;
  };
}

/** Pays a checkout page with a card and a billing country; returns the provider's session id. */
export async function pay(checkoutUrl: string, card: string = CARD.accepted, country = 'FR'): Promise<string> {
  const { status, text } = await payCheckout(checkoutUrl, card, { country });
  if (status !== 303) throw new Error(`The checkout page answered ${status}: ${text.slice(0, 300)}`);
  return sessionOf(checkoutUrl);
}

export function sessionOf(checkoutUrl: string): string {
  return new URL(checkoutUrl).pathname.split('/').at(-1) ?? '';
}

async function listenForWebhooks(money: () => Money): Promise<Server> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    try {
      await money().providerEvents.receive(Buffer.concat(chunks), String(request.headers['stripe-signature'] ?? ''));
      response.writeHead(200).end();
    } catch (error) {
      response.writeHead(error instanceof AppError ? error.status : 500).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
