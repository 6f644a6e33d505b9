/**
 * Reads facts of other processes from the outbox' table while the bus is down, so that revoked access ends here within
 * a second also without Redis; and once more after the outage, for facts that fell into the gap.
 */

import type { Bus } from '../bus.ts';
import type { Database } from '../db/db.ts';
import { and, asc, gt, isNull, ne, or, sql } from '../db/sql.ts';
import { PeriodicJob } from '../jobs/periodic-job.ts';
import type { Log } from '../log.ts';
import { outbox } from './outbox.schema.ts';
import { type Fact, toFact } from './outbox.ts';

const LOOK_MS = 500;
/** Facts become visible out of time order: this much is read again. */
const OVERLAP_MS = 3_000;
/** Facts per read. After a longer outage everyone's access is decided again anyway. */
const FACTS_AT_ONCE = 5_000;

export class FactTail {
  readonly #db: Database;
  readonly #bus: Bus;
  readonly #owner: string;
  readonly #job: PeriodicJob;
  readonly #unsubscribe: (() => void)[];
  #listener: (fact: Fact) => void = () => {};
  /** Monotonic time since which facts may be missing here. */
  #sinceMs = performance.now();
  /** To be read although the bus is connected. */
  #mustRead = false;
  /** Ids of delivered facts, with the time of their delivery. */
  readonly #told = new Map<string, number>();

  constructor(options: { db: Database; bus: Bus; owner: string; log: Log }) {
    this.#db = options.db;
    this.#bus = options.bus;
    this.#owner = options.owner;
    this.#job = new PeriodicJob({ name: 'fact tail', everyMs: LOOK_MS, log: options.log, run: () => this.#look() });
    const lookNow = () => {
      // Also after an outage between two reads, or of another process alone.
      this.#mustRead = true;
      this.#job.wake();
    };
    this.#unsubscribe = [options.bus.onRestored(lookNow), options.bus.onMissed(lookNow)];
  }

  onFact(listener: (fact: Fact) => void): void {
    this.#listener = listener;
  }

  start(): void {
    this.#job.start();
  }

  async #look(): Promise<boolean> {
    const isOut = !this.#bus.isConnected;
    const mustRead = this.#mustRead || isOut;
    const sinceMs = this.#sinceMs;
    const nowMs = performance.now();
    // Set before the read, because messages may be lost during it.
    this.#sinceMs = nowMs;
    this.#mustRead = isOut;
    if (!mustRead) return false;
    try {
      await this.#read(nowMs - sinceMs + OVERLAP_MS);
    } catch (error) {
      this.#sinceMs = Math.min(this.#sinceMs, sinceMs);
      this.#mustRead = true;
      throw error;
    }
    for (const [id, atMs] of this.#told) if (atMs < nowMs - 2 * OVERLAP_MS) this.#told.delete(id);
    return false;
  }

  async #read(pastMs: number): Promise<void> {
    const rows = await this.#db.orm
      .select()
      .from(outbox)
      .where(
        and(
          // Uses the primary key, since times have no index.
          gt(outbox.seq, sql`(select coalesce(max(seq), 0) - ${FACTS_AT_ONCE} from outbox)`),
          // By the database's clock alone: this machine's may be off.
          gt(outbox.createdAt, sql`now() - interval '1 millisecond' * ${pastMs}`),
          or(isNull(outbox.claimedBy), ne(outbox.claimedBy, this.#owner)),
        ),
      )
      .orderBy(asc(outbox.seq));
    for (const { seq: _, ...fact } of rows.map(toFact)) {
      if (this.#told.has(fact.id)) continue;
      this.#told.set(fact.id, performance.now());
      this.#listener(fact);
    }
  }

  async close(): Promise<void> {
    for (const end of this.#unsubscribe) end();
    await this.#job.close();
  }
}
