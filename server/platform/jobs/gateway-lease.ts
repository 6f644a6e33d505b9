/** This gateway's heartbeat in the database, by the database's clock. Others take over what a silent gateway held. */

import type { Database } from '../db/db.ts';
import { sql } from '../db/sql.ts';
import type { Log } from '../log.ts';
import { gateways } from './gateways.schema.ts';
import { PeriodicJob } from './periodic-job.ts';

const BEAT_MS = 5_000;
/** A longer pause between two heartbeats is more than a busy moment. */
const GAP_MS = 2 * BEAT_MS;
/** Returns how long ago the one before was, by the same clock. */
const BEAT = `with previous as (select seen_at from gateways where id = $1)
  insert into gateways (id) values ($1) on conflict (id) do update set seen_at = now(), closed_at = null
  returning (select extract(epoch from now() - previous.seen_at) * 1000 from previous)::float8 as "pauseMs"`;
/** Rows of gateways that were silent for this long are deleted. */
const FORGOTTEN = sql`now() - interval '1 day'`;

export class GatewayLease {
  readonly #db: Database;
  readonly #id: string;
  readonly #job: PeriodicJob;
  readonly #now: () => number;
  #steadySinceMs: number;
  #beatAtMs: number;

  private constructor(options: { db: Database; id: string; log: Log; now?: () => number }) {
    this.#db = options.db;
    this.#id = options.id;
    this.#now = options.now ?? (() => performance.now());
    this.#steadySinceMs = this.#now();
    this.#beatAtMs = this.#now();
    this.#job = new PeriodicJob({
      name: 'gateway lease',
      everyMs: BEAT_MS,
      log: options.log,
      run: () => this.beat(),
    });
  }

  static async create(options: { db: Database; id: string; log: Log; now?: () => number }): Promise<GatewayLease> {
    const lease = new GatewayLease(options);
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
    const [beat] = await this.#db.bulk<{ pauseMs: number | null }>(BEAT, [this.#id]);
    const now = this.#now();
    if (Math.max(now - this.#beatAtMs, beat?.pauseMs ?? 0) > GAP_MS) this.#steadySinceMs = now;
    this.#beatAtMs = now;
  }

  /** Deletes gateways that have been silent for long. Their lives have to be ended before, at their last heartbeats. */
  async forgetSilent(): Promise<void> {
    await this.#db.orm.delete(gateways).where(sql`${gateways.seenAt} < ${FORGOTTEN}`);
  }

  async close(): Promise<void> {
    await this.#job.close();
    await this.#db.orm
      .update(gateways)
      .set({ seenAt: sql`now()`, closedAt: sql`now()` })
      .where(sql`${gateways.id} = ${this.#id}`);
  }
}
