/**
 * The transactional outbox: a domain commits a fact together with the change that it reports, and the dispatcher hands
 * it to every listener at least once, in order, also after a crash. Listeners are idempotent by the fact's id.
 * Dispatched facts are then published on the bus to all gateways. The process that committed a fact dispatches it; if
 * it dies, another takes over once the claim has expired. `facts.ts` lists the listeners.
 */

import { createId } from '../../protocol/ids.ts';
import { type Bus, roomTopic } from '../bus.ts';
import { type Clock, iso, systemClock } from '../clock.ts';
import { type Database, isFirstFree, type Orm, type Run, runIn } from '../db/db.ts';
import { and, asc, count, eq, gte, isNull, lt, notInArray, or, sql } from '../db/sql.ts';
import { PeriodicJob } from '../jobs/periodic-job.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { FailedFacts } from './failed-facts.ts';
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

type BatchListener = (facts: Fact[]) => Promise<void> | void;

/** A committed fact and its position in the table. */
export interface CommittedFact extends Fact {
  seq: number;
}

/** The bus topic of facts without a room; a room's facts go to its own topic. */
export const FACTS_BUS_TOPIC = 'facts';
/** Facts per read; each may report a hundred changes. */
const BATCH_FACTS = 200;
/** Limit of facts in memory that await dispatch; the rest is read from the table. */
const HANDED_OVER_FACTS = 2_000;
/** How often to look for facts of dead processes, and for those whose listener failed. */
const SWEEP_MS = 1_000;
/** Facts contain personal data. Dispatched ones are kept this long for gateways that were cut off from the bus. */
const KEPT_SECONDS = 3_600;
const PRUNE_MS = 60_000;
const PRUNED_AT_ONCE = 5_000;
/** A transaction that added a fact is assumed to have ended after this time. */
const OPEN_TRANSACTION_MS = 1_000;

/** How long a fact is claimed by its own process. */
const CLAIM_SECONDS = 5;

/** Facts with the same key are dispatched in order. */
const orderKeyOf = ({ room, identity, id }: Fact): string => room ?? identity ?? id;
const ORDER_KEY = sql`coalesce(${outbox.room}, ${outbox.identity}, ${outbox.id})`;

const INSERT = `insert into outbox (id, topic, room, identity, data, claimed_by, claimed_until)
    select fact.id, fact.topic, fact.room, fact.identity, fact.data::jsonb, $6, now() + interval '${CLAIM_SECONDS} seconds'
    from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) with ordinality
      as fact (id, topic, room, identity, data, n) order by fact.n
    returning seq, created_at::text as created_at`;

/**
 * Without waiting for the disk: if the mark is lost, the facts are dispatched again, and the log has everything that
 * they caused.
 */
const MARK_DISPATCHED = `with relaxed as (select set_config('synchronous_commit', 'off', true))
  update outbox set dispatched_at = now() from relaxed where seq = any($1::bigint[])`;

/** Ordered by key, so that only expired rows are read. */
const PRUNE = `delete from outbox where seq in (
    select seq from outbox where seq < ${PRUNED_AT_ONCE} + (
        select seq from outbox where dispatched_at is not null and published_at is not null order by seq limit 1)
      and dispatched_at < now() - interval '${KEPT_SECONDS} seconds' and published_at is not null)
  returning seq`;

export interface OutboxOptions {
  db: Database;
  bus: Bus;
  log: Log;
  metrics: Metrics;
  /** Identifies this process among all of the database, unique also over recent ones. */
  owner?: string;
  /** No other process uses this database: every claim of others is left over. */
  isAlone?: boolean;
  /** What is pruned is old by the database's clock; this one says whether time can be trusted. */
  clock?: Clock;
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
  /** Dispatched, and being marked in the table. */
  readonly #marking = new Set<number>();
  readonly #failed = new FailedFacts();
  #lastMark: Promise<void> = Promise.resolve();
  /** Whether the table may hold facts that were not handed over. */
  #mustLook = false;
  /** Whether to also take over facts that other processes left. */
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
      waitsForClock: options.clock ?? systemClock,
    });
  }

  /** Consecutive facts of one topic are handed over together; after a failure they are repeated, one at a time. */
  onBatch(topic: string, listener: BatchListener): void {
    this.#listeners.set(topic, [...(this.#listeners.get(topic) ?? []), listener]);
  }

  /** Adds facts in the caller's transaction. Call {@link wake} after the commit. */
  async add(tx: Orm, ...facts: NewFact[]): Promise<void> {
    if (facts.length > 0) this.#lastAddAtMs = performance.now();
    await this.addAll(runIn(tx), facts);
  }

  /** Adds many facts in a transaction of bulk statements. Pass the result to {@link handOver} after the commit. */
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
    // All rows of one transaction have one time.
    const createdAt = iso(rows[0]?.created_at ?? 0);
    return kept.map((fact, index) => ({ ...fact, seq: Number(rows[index]?.seq), createdAt }));
  }

  /**
   * Takes committed facts without reading them back. The table is authoritative: while other transactions of this
   * process may have added facts, it is read instead, to keep the order.
   */
  handOver(facts: CommittedFact[]): void {
    const mayOvertake = performance.now() - this.#lastAddAtMs < OPEN_TRANSACTION_MS;
    const mustRead = mayOvertake || this.#mustLook || this.#failed.size > 0;
    if (mustRead || this.#handedOver.length + facts.length > HANDED_OVER_FACTS) {
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

  /** Dispatches pending facts soon. Calls during a run cause one further run. */
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
      .catch((error) => this.#log.error({ err: error }, 'outbox not read, will retry'))
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
      const done = await this.#dispatch(facts);
      this.#mark(done.map((fact) => fact.seq));
      if (done.length < facts.length) {
        // Later facts of its room must not overtake a failed one: the next run continues from the table.
        this.#mustLook = true;
        return;
      }
    }
  }

  /** Not awaited. Facts that could not be marked are dispatched again. */
  #mark(seqs: number[]): void {
    if (seqs.length === 0) return;
    for (const seq of seqs) this.#marking.add(seq);
    const mark = this.#db
      .bulk(MARK_DISPATCHED, [seqs])
      .then(() => undefined)
      .catch((error) => this.#log.warn({ err: error }, 'dispatched facts not marked'))
      .finally(() => {
        for (const seq of seqs) this.#marking.delete(seq);
      });
    this.#lastMark = Promise.all([this.#lastMark, mark]).then(() => undefined);
  }

  async #readPending(): Promise<CommittedFact[]> {
    this.#mustLook = false;
    // Facts that were handed over so far are in the table too.
    this.#handedOver = [];
    const marking = new Set(this.#marking);
    if (this.#mustTakeOver) {
      this.#mustTakeOver = false;
      await this.#takeOver();
    }
    const waiting = this.#failed.waiting();
    const rows = await this.#db.orm
      .select()
      .from(outbox)
      .where(
        and(
          isNull(outbox.dispatchedAt),
          eq(outbox.claimedBy, this.#owner),
          gte(outbox.claimedUntil, sql`now()`),
          notInArray(ORDER_KEY, waiting.orderKeys),
          notInArray(outbox.seq, waiting.seqs),
        ),
      )
      .orderBy(asc(outbox.seq))
      .limit(BATCH_FACTS);
    this.#metrics.outboxPending.set(rows.length);
    if (rows.length === BATCH_FACTS) {
      this.#mustLook = true;
      // Its claims may lapse while it is behind. Lapsed facts are not read, and younger ones must not overtake them.
      this.#mustTakeOver = this.#isAlone || !this.#closed;
    }
    const fresh = rows.filter((row) => !marking.has(row.seq));
    // Facts that were handed over during the read may be in its result.
    const read = new Set(rows.map((row) => row.seq));
    this.#handedOver = this.#handedOver.filter((fact) => !read.has(fact.seq));
    return fresh.map(toFact);
  }

  /** Claims facts whose claim has expired, or that an earlier run of this process left. */
  async #takeOver(): Promise<void> {
    const isLapsed = or(
      lt(outbox.claimedUntil, sql`now()`),
      this.#isAlone ? sql`${outbox.claimedBy} is distinct from ${this.#owner}` : isNull(outbox.claimedUntil),
    );
    const where = and(isNull(outbox.dispatchedAt), isLapsed);
    await this.#db.orm
      .update(outbox)
      .set({ claimedBy: this.#owner, claimedUntil: sql`now() + ${CLAIM_SECONDS} * interval '1 second'` })
      .where(isFirstFree(outbox, { where, orderBy: outbox.seq, limit: BATCH_FACTS }));
  }

  /** In order. Facts that must not overtake a failed one are left. */
  async #dispatch(facts: CommittedFact[]): Promise<CommittedFact[]> {
    const done: CommittedFact[] = [];
    const failedKeys = new Set<string>();
    for (let start = 0; start < facts.length; ) {
      const topic = facts[start]?.topic ?? '';
      let end = start + 1;
      while (facts[end]?.topic === topic) end += 1;
      const handled = await this.#handle(topic, facts.slice(start, end), failedKeys);
      for (const { seq: _, ...fact } of handled) this.#bus.publish(factsTopic(fact.room), fact);
      done.push(...handled);
      start = end;
    }
    this.#metrics.outboxFailing.set(this.#failed.size);
    return done;
  }

  /** Returns those that every listener took; adds to `failedKeys` what the others hold up. */
  async #handle(topic: string, group: CommittedFact[], failedKeys: Set<string>): Promise<CommittedFact[]> {
    const facts = group.filter((fact) => !failedKeys.has(orderKeyOf(fact)));
    const [first] = facts;
    if (!first) return [];
    try {
      for (const listener of this.#listeners.get(topic) ?? []) await listener(facts);
      for (const { seq } of facts) this.#failed.delete(seq);
      return facts;
    } catch (error) {
      if (facts.length === 1) {
        const { attempts, keepsOrder } = this.#failed.add(first.seq, orderKeyOf(first));
        this.#log.error({ err: error, topic, seq: first.seq, attempts }, 'outbox listener failed, will retry');
        if (keepsOrder) failedKeys.add(orderKeyOf(first));
        return [];
      }
    }
    const handled: CommittedFact[] = [];
    for (const fact of facts) handled.push(...(await this.#handle(topic, [fact], failedKeys)));
    return handled;
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

  /** Deletes expired facts; true if there may be more. */
  async prune(): Promise<boolean> {
    return (await this.#db.bulk(PRUNE, [])).length > 0;
  }

  /** Dispatches what it can, then stops. */
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

/** The bus topic of a fact: its room's, or the general one. */
function factsTopic(room: string | null): string {
  return room === null ? FACTS_BUS_TOPIC : roomTopic(FACTS_BUS_TOPIC, room);
}

export function toFact(row: typeof outbox.$inferSelect): CommittedFact {
  const { id, seq, topic, room, identity, data } = row;
  return { id, seq, topic, room, identity, data, createdAt: iso(row.createdAt) };
}
