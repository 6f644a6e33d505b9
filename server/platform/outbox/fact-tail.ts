/**
 * Reads facts of other processes from the outbox' table while the bus is down, so that revoked access ends here within
 * a second also without Redis; and once more after the outage, or after one of another process alone, for facts that
 * fell into the gap.
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
/** Facts per read. After an outage everyone's access is decided again anyway. */
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
    const { bus, log } = options;
    const run = () => this.#look();
    this.#job = new PeriodicJob({ name: 'fact tail', everyMs: LOOK_MS, log, waitsForClock: false, run });
    this.#unsubscribe = [bus.onRestored(() => this.#readBack(0)), bus.onMissed((agoMs) => this.#readBack(agoMs))];
  }

  onFact(listener: (fact: Fact) => void): void {
    this.#listener = listener;
  }

  start(): void {
    this.#job.start();
  }

  /** Also after an outage between two looks, or of another process alone, which began `agoMs` ago. */
  #readBack(agoMs: number): void {
    this.#sinceMs = Math.min(this.#sinceMs, performance.now() - agoMs);
    this.#mustRead = true;
    this.#job.wake();
  }

  async #look(): Promise<void> {
    const isOut = !this.#bus.isConnected;
    const mustRead = this.#mustRead || isOut;
    const sinceMs = this.#sinceMs;
    const nowMs = performance.now();
    // Set before the read, because messages may be lost during it.
    this.#sinceMs = nowMs;
    this.#mustRead = isOut;
    if (!mustRead) return;
    for (const fact of await this.#read({ sinceMs, nowMs, isOut })) {
      if (isOut && this.#told.has(fact.id)) continue;
      this.#told.set(fact.id, nowMs);
      this.#listener(fact);
    }
    for (const [id, atMs] of this.#told) if (atMs < nowMs - 2 * OVERLAP_MS) this.#told.delete(id);
  }

  /**
   * During an outage, the facts of others. After it all facts in order, so that an older state of another process does
   * not stay after a newer one of this process.
   */
  async #read({ sinceMs, nowMs, isOut }: { sinceMs: number; nowMs: number; isOut: boolean }): Promise<Fact[]> {
    const isOfOthers = or(isNull(outbox.claimedBy), ne(outbox.claimedBy, this.#owner));
    const pastMs = nowMs - sinceMs + OVERLAP_MS;
    try {
      const rows = await this.#db.orm
        .select()
        .from(outbox)
        .where(
          and(
            // Uses the primary key, since times have no index.
            gt(outbox.seq, sql`(select coalesce(max(seq), 0) - ${FACTS_AT_ONCE} from outbox)`),
            // By the database's clock alone: this machine's may be off.
            sql`coalesce(${outbox.dispatchedAt}, ${outbox.createdAt}) > now() - interval '1 millisecond' * ${pastMs}`,
            isOut ? isOfOthers : undefined,
          ),
        )
        .orderBy(asc(outbox.seq));
      return rows.map(toFact).map(({ seq: _, ...fact }) => fact);
    } catch (error) {
      // The next look reads this time too.
      this.#sinceMs = Math.min(this.#sinceMs, sinceMs);
      this.#mustRead = true;
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const end of this.#unsubscribe) end();
    await this.#job.close();
  }
}
