/**
 * How many tips to one creator a second of CPU time books, by the house's ledger and by the textbook's, in turn on the
 * same Postgres with the same number of connections and the same number of tips under way. The CPU time is this
 * process's, which drives both sides alike, and that of every process of Postgres.
 */

import pg from 'pg';
import { createMoney, createRooms } from '../../../../server/domains.ts';
import { LedgerStore } from '../../../../server/money/ledger/ledger.store.ts';
import { fanWallet, houseAccount, transferLegs } from '../../../../server/money/ledger/ledger.ts';
import type { Money } from '../../../../server/money/money.ts';
import { StripeProvider } from '../../../../server/money/provider/stripe-provider.ts';
import { MemoryBus } from '../../../../server/platform/bus.ts';
import { systemClock } from '../../../../server/platform/clock.ts';
import { Database } from '../../../../server/platform/db/db.ts';
import { createLog } from '../../../../server/platform/log.ts';
import { createMetrics } from '../../../../server/platform/metrics.ts';
import { Outbox } from '../../../../server/platform/outbox/outbox.ts';
import { createId } from '../../../../server/protocol/ids.ts';
import type { Room } from '../../../../server/protocol/rooms.ts';
import { ownCpuSeconds, postgresCpuSeconds, postmasterOf } from '../cpu-time.ts';
import { NaiveLedger } from './naive-ledger.ts';

export const CONNECTIONS = 10;
const CREDIT_MINOR = 90_000_000;
const AMOUNT_MINOR = 500;
const MESSAGE = 'Brava, what an evening!';

export interface Round {
  tips: number;
  seconds: number;
  ownCpuSeconds: number;
  postgresCpuSeconds: number;
}

export class TipThroughput implements AsyncDisposable {
  readonly #postmaster: number;
  readonly #db: Database;
  readonly #pool: pg.Pool;
  readonly #outbox: Outbox;
  readonly #money: Money;
  readonly #naive: NaiveLedger;
  readonly #room: Room;
  readonly #fans: string[];
  #nextFan = 0;

  private constructor(parts: {
    postmaster: number;
    db: Database;
    pool: pg.Pool;
    outbox: Outbox;
    money: Money;
    naive: NaiveLedger;
    room: Room;
    fans: string[];
  }) {
    this.#postmaster = parts.postmaster;
    this.#db = parts.db;
    this.#pool = parts.pool;
    this.#outbox = parts.outbox;
    this.#money = parts.money;
    this.#naive = parts.naive;
    this.#room = parts.room;
    this.#fans = parts.fans;
  }

  static async create(url: string, fanCount: number): Promise<TipThroughput> {
    const log = createLog({ level: 'error', pretty: false });
    const metrics = createMetrics();
    const clock = systemClock;
    const currency = 'eur';
    const db = await Database.create({ url, poolSize: CONNECTIONS });
    const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
    // A connection that Postgres ends while the pool is being closed is no failure.
    pool.on('error', () => {});
    const bus = new MemoryBus((error) => log.error({ err: error }, 'bus handler failed'));
    const outbox = new Outbox({ db, bus, log, metrics });
    const platform = { db, outbox, clock, log, metrics };
    const { accounts, rooms } = createRooms(platform, { currency });
    const publicUrl = 'http://localhost:3000';
    // Never asked: tips need no provider, and money is not started.
    const provider = StripeProvider.create({
      secretKey: 'sk_test_of_the_benchmark',
      webhookSecrets: ['whsec_of_the_benchmark'],
      host: '127.0.0.1',
      port: 9,
      protocol: 'http',
      clock,
      log,
    });
    const isReturnUrlAllowed = () => true;
    const money = await createMoney(platform, rooms, {
      provider,
      currency,
      publicUrl,
      isReturnUrlAllowed,
    });
    await accounts.createCreator({ identity: 'hot-creator', name: 'Ada', country: 'FR' });
    const room = await rooms.createRoom({ creator: 'hot-creator', title: 'Benchmark', access: { kind: 'free' } });
    const fans = Array.from({ length: fanCount }, (_, index) => `fan-${index}`);
    await credit(db, fans, currency);
    const naive = await NaiveLedger.create(
      pool,
      fans.map((identity) => ({ identity, creditMinor: CREDIT_MINOR })),
    );
    return new TipThroughput({ postmaster: postmasterOf(url), db, pool, outbox, money, naive, room, fans });
  }

  /**
   * Books tips for some time, so many at once, and says what that took. What the house commits besides is dispatched
   * within it.
   */
  ours(options: { forMs: number; underWay: number }): Promise<Round> {
    return this.#measure(options, async (identity) => {
      const from = { identity, name: 'Léa', role: 'fan' } as const;
      const input = { amountMinor: AMOUNT_MINOR, message: MESSAGE, idempotencyKey: createId('event') };
      await this.#money.tips.send({ room: this.#room, from, input });
    });
  }

  naive(options: { forMs: number; underWay: number }): Promise<Round> {
    return this.#measure(options, async (fan) => {
      const key = { room: this.#room.id, fan, idempotencyKey: createId('event') };
      await this.#naive.tip({ ...key, name: 'Léa', amountMinor: AMOUNT_MINOR, message: MESSAGE });
    });
  }

  async #measure(
    { forMs, underWay }: { forMs: number; underWay: number },
    tip: (identity: string) => Promise<void>,
  ): Promise<Round> {
    const before = { own: ownCpuSeconds(), postgres: postgresCpuSeconds(this.#postmaster), atMs: performance.now() };
    const untilMs = before.atMs + forMs;
    let tips = 0;
    await Promise.all(
      Array.from({ length: underWay }, async () => {
        while (performance.now() < untilMs) {
          this.#nextFan = (this.#nextFan + 1) % this.#fans.length;
          await tip(this.#fans[this.#nextFan] ?? '');
          tips += 1;
        }
      }),
    );
    await this.#outbox.idle();
    return {
      tips,
      seconds: (performance.now() - before.atMs) / 1_000,
      ownCpuSeconds: ownCpuSeconds() - before.own,
      postgresCpuSeconds: postgresCpuSeconds(this.#postmaster) - before.postgres,
    };
  }

  /** Faults of either side's books; empty when all is well. */
  async check(tips: { ours: number; naive: number }): Promise<string[]> {
    const faults = await new LedgerStore(this.#db.orm).findViolations();
    const { tipCount } = await this.#money.earnings.ofRoom(this.#room.id);
    if (tipCount !== tips.ours) faults.push(`${tips.ours} tips were answered, ${tipCount} are in the books`);
    const naive = await this.#naive.check();
    if (naive.sumMinor !== 0 || naive.tips !== tips.naive)
      faults.push(`the textbook's books: ${JSON.stringify(naive)}`);
    return faults;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#money.close();
    await this.#outbox.close();
    await this.#pool.end();
    await this.#db.close();
  }
}

/** Credit as a top-up would book it. */
async function credit(db: Database, fans: string[], currency: string): Promise<void> {
  const ledger = new LedgerStore(db.orm);
  await ledger.ensureAccounts(fans.map((identity) => fanWallet(identity, currency)));
  const clearing = houseAccount('provider_clearing', currency);
  await db.transaction(async (tx) => {
    for (const identity of fans) {
      await ledger.post(tx, {
        kind: 'topup',
        source: { type: 'topup', id: createId('topup') },
        legs: transferLegs(clearing, fanWallet(identity, currency), CREDIT_MINOR),
        at: new Date().toISOString(),
      });
    }
  });
}
