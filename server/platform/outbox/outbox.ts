/**
 * The durable outbox: a domain commits a fact in the transaction that makes it true, and the dispatcher hands it to every listener at
 * least once, in order, also after a crash. Listeners are therefore idempotent by the fact's id. Afterwards the fact goes on the bus, so
 * that every gateway can look again at what it shows. Of several processes the one that committed a fact dispatches it; what it has not
 * done in time, because it died, another takes over.
 */
import { and, asc, count, eq, gte, isNull, sql } from 'drizzle-orm';
import { createId } from '../../protocol/ids.ts';
import { type Bus, roomTopic } from '../bus.ts';
import type { Database, Orm, Run } from '../db/db.ts';
import { PeriodicJob } from '../jobs/periodic-job.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { outbox } from './outbox.schema.ts';

export interface Fact {
  id: string;
  topic: string;
  room: string | null;
  identity: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: each topic has its own shape; the app, which wires them, names it.
  data: any;
  /** ISO 8601. */
  createdAt: string;
}

export type NewFact = Pick<Fact, 'topic' | 'data'> & { room?: string; identity?: string };

type Listener = (fact: Fact) => Promise<void> | void;
type BatchListener = (facts: Fact[]) => Promise<void> | void;

/** A fact that is committed, and where it stands in the table. */
export interface CommittedFact extends Fact {
  seq: number;
}

/** The bus topic of facts; those that belong to a room go to the topic of that room. */
export const FACTS_BUS_TOPIC = 'facts';
/** Each may tell of a hundred things. */
const BATCH_FACTS = 200;
/** Facts handed over and not yet dispatched; what is beyond is found in the table. */
const HANDED_OVER_FACTS = 2_000;
/** How often to look for facts that another process committed, or whose listener failed. */
const SWEEP_MS = 1_000;
/** Facts name people and quote them. Done ones are kept this long, for gateways that were cut off from the bus. */
const KEPT_SECONDS = 3_600;
const PRUNE_MS = 60_000;
const PRUNED_AT_ONCE = 5_000;
/** How long after a fact was added within an open transaction that transaction is taken to be over. */
const OPEN_TRANSACTION_MS = 1_000;

/** How long a fact is its own process' to dispatch. */
const CLAIM_SECONDS = 5;
const CLAIM_END = sql.raw(`now() + interval '${CLAIM_SECONDS} seconds'`);

const INSERT = `insert into outbox (id, topic, room, identity, data, claimed_by, claimed_until)
    select fact.id, fact.topic, fact.room, fact.identity, fact.data::jsonb, $6, now() + interval '${CLAIM_SECONDS} seconds'
    from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) with ordinality
      as fact (id, topic, room, identity, data, n) order by fact.n
    returning seq, created_at::text as created_at`;

/** Not waited for to be on disk: should it be lost, the facts are dispatched again, and whatever they caused is in the log before it. */
const MARK_DISPATCHED = `with relaxed as (select set_config('synchronous_commit', 'off', true))
  update outbox set dispatched_at = now() from relaxed where seq = any($1::bigint[])`;

/** Facts that the process which committed them has not dispatched in time, or that it left behind when it ended. */
const takeOver = (lapsed: string) => `with due as (
      select seq from outbox where dispatched_at is null and ${lapsed} order by seq limit ${BATCH_FACTS} for update skip locked
    )
    update outbox set claimed_by = $1, claimed_until = now() + interval '${CLAIM_SECONDS} seconds' from due where outbox.seq = due.seq`;
const TAKE_OVER = takeOver('(claimed_until is null or claimed_until < now())');
const TAKE_OVER_ALONE = takeOver('(claimed_by is distinct from $1 or claimed_until < now())');

/** The oldest come first in the key's order, so that only rows which are due are read. */
const PRUNE = `delete from outbox where seq in (
    select seq from outbox where seq < (select coalesce(min(seq), 0) + ${PRUNED_AT_ONCE} from outbox)
      and dispatched_at < now() - interval '${KEPT_SECONDS} seconds' and published_at is not null)
  returning seq`;

export interface OutboxOptions {
  db: Database;
  bus: Bus;
  log: Log;
  metrics: Metrics;
  /** Names this process among those of the database; no two that run, or ran a moment ago, have the same. */
  owner?: string;
  /** No other process works on this database: whatever is claimed was left behind. */
  isAlone?: boolean;
}

export class Outbox {
  readonly #owner: string;
  readonly #isAlone: boolean;
  readonly #db: Database;
  readonly #bus: Bus;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #listeners = new Map<string, BatchListener[]>();
  #handedOver: CommittedFact[] = [];
  /** Dispatched, and being marked so in the table. */
  readonly #marking = new Set<number>();
  #lastMark: Promise<void> = Promise.resolve();
  /** Whether the table may hold facts that were not handed over. */
  #mustLook = false;
  /** Whether to look for facts that other processes left behind as well. */
  #mustTakeOver = false;
  #lastAddAtMs = Number.NEGATIVE_INFINITY;
  readonly #pruneJob: PeriodicJob;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(options: OutboxOptions) {
    this.#owner = options.owner ?? createId('event');
    this.#isAlone = options.isAlone ?? true;
    this.#db = options.db;
    this.#bus = options.bus;
    this.#log = options.log;
    this.#metrics = options.metrics;
    this.#pruneJob = new PeriodicJob({
      name: 'outbox retention',
      everyMs: PRUNE_MS,
      run: () => this.prune(),
      log: options.log,
    });
  }

  on(topic: string, listener: Listener): void {
    this.onBatch(topic, async (facts) => {
      for (const fact of facts) await listener(fact);
    });
  }

  /** Facts of one topic that follow each other are handed to the listener together; when it fails, all of them come again. */
  onBatch(topic: string, listener: BatchListener): void {
    this.#listeners.set(topic, [...(this.#listeners.get(topic) ?? []), listener]);
  }

  /** Adds facts within the caller's transaction; call {@link wake} once it has committed. */
  async add(tx: Orm, ...facts: NewFact[]): Promise<void> {
    if (facts.length === 0) return;
    this.#lastAddAtMs = performance.now();
    await tx.insert(outbox).values(
      facts.map((fact) => ({
        id: createId('event'),
        topic: fact.topic,
        room: fact.room ?? null,
        identity: fact.identity ?? null,
        data: fact.data,
        claimedBy: this.#owner,
        claimedUntil: CLAIM_END,
      })),
    );
  }

  /** The same for many facts at once, in a transaction of bulk statements; {@link handOver} the answer once it has committed. */
  async addAll(run: Run, facts: NewFact[]): Promise<CommittedFact[]> {
    if (facts.length === 0) return [];
    const kept = facts.map(({ topic, data, room = null, identity = null }) => ({
      id: createId('event'),
      topic,
      room,
      identity,
      data,
    }));
    const rows = await run<{ seq: string | number; created_at: string }>(INSERT, [
      kept.map((fact) => fact.id),
      kept.map((fact) => fact.topic),
      kept.map((fact) => fact.room),
      kept.map((fact) => fact.identity),
      kept.map((fact) => JSON.stringify(fact.data)),
      this.#owner,
    ]);
    // One transaction, one time.
    const createdAt = new Date(rows[0]?.created_at ?? 0).toISOString();
    return kept.map((fact, index) => ({ ...fact, seq: Number(rows[index]?.seq), createdAt }));
  }

  /**
   * Takes committed facts as they are, so that they need not be read back. The table stays the truth: while other transactions of this
   * process may have added facts, it is read instead, in its order, and whatever is lost here is found in it.
   */
  handOver(facts: CommittedFact[]): void {
    const mayOvertake = performance.now() - this.#lastAddAtMs < OPEN_TRANSACTION_MS;
    if (mayOvertake || this.#mustLook || this.#handedOver.length + facts.length > HANDED_OVER_FACTS) {
      this.wake();
      return;
    }
    this.#handedOver.push(...facts);
    this.#run();
  }

  start(): void {
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#sweep();
    this.#pruneJob.start();
  }

  #sweep(): void {
    this.#mustTakeOver = true;
    this.wake();
  }

  /** Dispatches what is pending, soon; calls while it runs are gathered into one further run. */
  wake(): void {
    this.#mustLook = true;
    this.#run();
  }

  #run(): void {
    if (this.#closed) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = this.#dispatchAll()
      .catch((error) => this.#log.error({ err: error }, 'outbox dispatch failed, trying again shortly'))
      .finally(() => {
        this.#running = undefined;
        if (this.#again) {
          this.#again = false;
          this.#run();
        }
      });
  }

  async #dispatchAll(): Promise<void> {
    while (this.#mustLook || this.#handedOver.length > 0) {
      const facts = this.#mustLook ? await this.#readPending() : this.#handedOver.splice(0, BATCH_FACTS);
      const { done, failure } = await this.#dispatch(facts);
      this.#mark(done.map((fact) => fact.seq));
      if (failure) {
        // What comes later must not overtake what failed: the table is where to go on from.
        this.#mustLook = true;
        throw failure;
      }
    }
  }

  /** What comes next need not wait for it. Facts that could not be marked are found and dispatched again. */
  #mark(seqs: number[]): void {
    if (seqs.length === 0) return;
    for (const seq of seqs) this.#marking.add(seq);
    const mark = this.#db
      .bulk(MARK_DISPATCHED, [seqs])
      .then(() => undefined)
      .catch((error) => this.#log.warn({ err: error }, 'dispatched facts were not marked'))
      .finally(() => {
        for (const seq of seqs) this.#marking.delete(seq);
      });
    this.#lastMark = Promise.all([this.#lastMark, mark]).then(() => undefined);
  }

  async #readPending(): Promise<CommittedFact[]> {
    this.#mustLook = false;
    // Whatever was handed over until now is in the table as well, and is read from there.
    this.#handedOver = [];
    const marking = new Set(this.#marking);
    if (this.#mustTakeOver) {
      this.#mustTakeOver = false;
      await this.#db.bulk(this.#isAlone ? TAKE_OVER_ALONE : TAKE_OVER, [this.#owner]);
    }
    const rows = await this.#db.orm
      .select()
      .from(outbox)
      .where(and(isNull(outbox.dispatchedAt), eq(outbox.claimedBy, this.#owner), gte(outbox.claimedUntil, sql`now()`)))
      .orderBy(asc(outbox.seq))
      .limit(BATCH_FACTS);
    this.#metrics.outboxPending.set(rows.length);
    if (rows.length === BATCH_FACTS) this.#mustLook = true;
    const fresh = rows.filter((row) => !marking.has(row.seq));
    // What was handed over while the table was read may be among what it gave.
    const read = new Set(rows.map((row) => row.seq));
    this.#handedOver = this.#handedOver.filter((fact) => !read.has(fact.seq));
    return fresh.map(toFact);
  }

  /** In order, and no further than the first failure. */
  async #dispatch(facts: CommittedFact[]): Promise<{ done: CommittedFact[]; failure?: unknown }> {
    const done: CommittedFact[] = [];
    for (let start = 0; start < facts.length; ) {
      const topic = facts[start]?.topic ?? '';
      let end = start + 1;
      while (facts[end]?.topic === topic) end += 1;
      const group = facts.slice(start, end);
      try {
        for (const listener of this.#listeners.get(topic) ?? []) await listener(group);
      } catch (failure) {
        return { done, failure };
      }
      for (const { seq: _, ...fact } of group) this.#bus.publish(factsTopic(fact.room), fact);
      done.push(...group);
      start = end;
    }
    return { done };
  }

  /** Resolves when nothing is being dispatched. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
    await this.#lastMark;
  }

  async pending(): Promise<number> {
    const [row] = await this.#db.orm.select({ n: count() }).from(outbox).where(isNull(outbox.dispatchedAt));
    return row?.n ?? 0;
  }

  /** Deletes old facts that every listener has taken; true when there may be more. */
  async prune(): Promise<boolean> {
    return (await this.#db.bulk(PRUNE, [])).length > 0;
  }

  /** Empties the outbox as far as it goes, then stops. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#pruneJob.close();
    await this.#running;
    this.#mustLook = true;
    this.#mustTakeOver = this.#isAlone;
    await this.#dispatchAll().catch((error) => this.#log.error({ err: error }, 'outbox not emptied at close'));
    await this.#lastMark;
  }
}

/** Where on the bus a fact is told: to the gateways with people in its room, or to all. */
export function factsTopic(room: string | null): string {
  return room === null ? FACTS_BUS_TOPIC : roomTopic(FACTS_BUS_TOPIC, room);
}

export function toFact(row: typeof outbox.$inferSelect): CommittedFact {
  const { id, seq, topic, room, identity, data } = row;
  return { id, seq, topic, room, identity, data, createdAt: new Date(row.createdAt).toISOString() };
}
