/** This gateway's heartbeat in the database, by the database's clock. Others take over what a silent gateway held. */

import type { Database } from '../db/db.ts';
import { sql } from '../db/sql.ts';
import type { Log } from '../log.ts';
import type { WatchedClock } from '../watched-clock.ts';
import { gateways } from './gateways.schema.ts';
import { PeriodicJob } from './periodic-job.ts';

const BEAT_MS = 5_000;
/** A longer pause between two heartbeats is more than a busy moment. */
const GAP_MS = 2 * BEAT_MS;
/** Returns the database's time, and how long ago the one before was by it. */
const BEAT = `with previous as (select seen_at from gateways where id = $1)
  insert into gateways (id, clock_in_doubt) values ($1, $2)
  on conflict (id) do update set seen_at = now(), clock_in_doubt = $2, closed_at = null
  returning (extract(epoch from now()) * 1000)::float8 as "databaseMs",
    (select extract(epoch from now() - previous.seen_at) * 1000 from previous)::float8 as "pauseMs"`;
/** The last heartbeat of the house. */
const LAST_BEAT = `select (extract(epoch from now() - seen_at) * 1000)::float8 as "agoMs", clock_in_doubt as "inDoubt"
  from gateways order by seen_at desc limit 1`;
/** Gateways that beat before the clock was put back would seem alive until that time comes again. */
const FORGET_FUTURE = 'update gateways set seen_at = now() where seen_at > now()';
/** Rows of gateways that were silent for this long are deleted. */
const FORGOTTEN = sql`now() - interval '1 day'`;

interface Beat {
  databaseMs: number;
  pauseMs: number | null;
}

interface LeaseOptions {
  db: Database;
  id: string;
  log: Log;
  clock: WatchedClock;
  now?: () => number;
}

export class GatewayLease {
  readonly #db: Database;
  readonly #id: string;
  readonly #job: PeriodicJob;
  readonly #now: () => number;
  readonly #clock: WatchedClock;
  #steadySinceMs: number;
  #beatAtMs: number;

  private constructor(options: LeaseOptions) {
    this.#db = options.db;
    this.#id = options.id;
    this.#clock = options.clock;
    this.#now = options.now ?? (() => performance.now());
    this.#steadySinceMs = this.#now();
    this.#beatAtMs = this.#now();
    this.#job = new PeriodicJob({
      name: 'gateway lease',
      everyMs: BEAT_MS,
      log: options.log,
      waitsForClock: false,
      run: () => this.beat(),
    });
  }

  static async create(options: LeaseOptions): Promise<GatewayLease> {
    const lease = new GatewayLease(options);
    await lease.#compareWithLast();
    await lease.beat();
    lease.#job.start();
    return lease;
  }

  /**
   * How long this gateway's own heartbeats have come without a gap. After an outage of the database, or a jump of its
   * clock, every gateway looks silent: the sweep waits until the others could send a heartbeat again.
   */
  get steadyForMs(): number {
    const now = this.#now();
    // During a gap nothing is known of other gateways.
    return now - this.#beatAtMs > GAP_MS ? 0 : now - this.#steadySinceMs;
  }

  /** Sends a heartbeat now. */
  async beat(): Promise<void> {
    const sentAtMs = this.#clock.now();
    const [beat] = await this.#db.bulk<Beat>(BEAT, [this.#id, this.#clock.isInDoubt]);
    const now = this.#now();
    const pauseMs = beat?.pauseMs ?? 0;
    if (Math.max(now - this.#beatAtMs, Math.abs(pauseMs)) > GAP_MS) this.#steadySinceMs = now;
    this.#beatAtMs = now;
    if (beat) this.#clock.noteDatabase(beat.databaseMs, sentAtMs);
    if (pauseMs < -GAP_MS) await this.#db.bulk(FORGET_FUTURE, []);
  }

  /** A jump of the clock and a downtime of the same length look alike. */
  async #compareWithLast(): Promise<void> {
    const [last] = await this.#db.bulk<{ agoMs: number; inDoubt: boolean }>(LAST_BEAT, []);
    if (!last) return;
    this.#clock.note('last heartbeat', last.agoMs);
    if (last.inDoubt) this.#clock.doubt('doubt before the start');
    await this.#db.bulk(FORGET_FUTURE, []);
  }

  /** Deletes gateways that have been silent for long. Their lives have to be ended before, at their last heartbeats. */
  async forgetSilent(): Promise<void> {
    await this.#db.orm.delete(gateways).where(sql`${gateways.seenAt} < ${FORGOTTEN}`);
  }

  async close(): Promise<void> {
    await this.#job.close();
    await this.#db.orm
      .update(gateways)
      .set({ seenAt: sql`now()`, closedAt: sql`now()`, clockInDoubt: this.#clock.isInDoubt })
      .where(sql`${gateways.id} = ${this.#id}`);
  }
}
