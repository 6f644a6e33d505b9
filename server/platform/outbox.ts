/**
 * The durable outbox: a domain commits a fact in the transaction that makes it true, and the dispatcher hands it to every listener at
 * least once, in order, also after a crash. Listeners are therefore idempotent by the fact's id. Afterwards the fact goes on the bus, so
 * that every gateway can look again at what it shows.
 */
import { asc, count, inArray, isNull, sql } from 'drizzle-orm';
import { createId } from '../protocol/ids.ts';
import type { Bus } from './bus.ts';
import type { Database, Orm } from './db.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
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

export const FACTS_BUS_TOPIC = 'facts';
const BATCH_FACTS = 200;
/** How often to look for facts that another process committed, or whose listener failed. */
const SWEEP_MS = 1_000;

export class Outbox {
  readonly #db: Database;
  readonly #bus: Bus;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #listeners = new Map<string, Listener[]>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(options: { db: Database; bus: Bus; log: Log; metrics: Metrics }) {
    this.#db = options.db;
    this.#bus = options.bus;
    this.#log = options.log;
    this.#metrics = options.metrics;
  }

  on(topic: string, listener: Listener): void {
    this.#listeners.set(topic, [...(this.#listeners.get(topic) ?? []), listener]);
  }

  /** Adds facts within the caller's transaction; call {@link wake} once it has committed. */
  async add(tx: Orm, ...facts: NewFact[]): Promise<void> {
    if (facts.length === 0) return;
    await tx.insert(outbox).values(
      facts.map((fact) => ({
        id: createId('event'),
        topic: fact.topic,
        room: fact.room ?? null,
        identity: fact.identity ?? null,
        data: fact.data,
      })),
    );
  }

  start(): void {
    this.#timer = setInterval(() => this.wake(), SWEEP_MS);
    this.wake();
  }

  /** Dispatches what is pending, soon; calls while it runs are gathered into one further run. */
  wake(): void {
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
          this.wake();
        }
      });
  }

  async #dispatchAll(): Promise<void> {
    for (;;) {
      const rows = await this.#db.orm
        .select()
        .from(outbox)
        .where(isNull(outbox.dispatchedAt))
        .orderBy(asc(outbox.seq))
        .limit(BATCH_FACTS);
      this.#metrics.outboxPending.set(rows.length);
      if (rows.length === 0) return;
      const done: number[] = [];
      let failure: unknown;
      for (const { seq, dispatchedAt: _, ...kept } of rows) {
        const fact: Fact = { ...kept, createdAt: new Date(kept.createdAt).toISOString() };
        try {
          for (const listener of this.#listeners.get(fact.topic) ?? []) await listener(fact);
        } catch (error) {
          failure = error;
          break;
        }
        this.#bus.publish(FACTS_BUS_TOPIC, fact);
        done.push(seq);
      }
      if (done.length > 0) {
        await this.#db.orm.update(outbox).set({ dispatchedAt: sql`now()` }).where(inArray(outbox.seq, done));
      }
      if (failure) throw failure;
      if (rows.length < BATCH_FACTS && !this.#again) return;
      this.#again = false;
    }
  }

  async pending(): Promise<number> {
    const [row] = await this.#db.orm.select({ n: count() }).from(outbox).where(isNull(outbox.dispatchedAt));
    return row?.n ?? 0;
  }

  /** Empties the outbox as far as it goes, then stops. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#running;
    await this.#dispatchAll().catch((error) => this.#log.error({ err: error }, 'outbox not emptied at close'));
  }
}
