import type { Database, Orm } from '../platform/db/db.ts';
import { and, asc, desc, eq, gte, inArray, lt, lte, min, or, sql } from '../platform/db/sql.ts';
import { createId } from '../protocol/ids.ts';
import type { EventRow } from './event-log.store.ts';
import { events, webhookAttempts, webhookDeliveries, webhookLanes } from './webhooks.schema.ts';

export type DeliveryRow = typeof webhookDeliveries.$inferSelect;
export type AttemptRow = typeof webhookAttempts.$inferSelect;

export interface NewDelivery {
  endpoint: string;
  event: EventRow;
  createdAt: string;
  expiresAt: string;
  isReplay: boolean;
}

/** A delivery with its event. */
export interface DueDelivery {
  delivery: DeliveryRow;
  event: EventRow;
}

export interface ListedDelivery {
  delivery: DeliveryRow;
  type: string;
  /** Null also if another delivery is first in its lane. */
  nextAttemptAt: string | null;
}

/** How many more deliveries than asked for a page lists, if its last event was replayed. */
const REPLAYS_BEYOND_PAGE = 100;

export class WebhookDeliveriesStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Inserts deliveries and makes their lanes due, unless a lane is busy or waiting for a retry. Deliveries are inserted
   * before their lanes are read.
   */
  async insert(tx: Orm, entries: NewDelivery[]): Promise<DeliveryRow[]> {
    if (entries.length === 0) return [];
    const rows = entries.map(({ endpoint, event, isReplay, createdAt, expiresAt }) => {
      const id = createId('webhookDelivery');
      return {
        id,
        endpoint,
        lane: isReplay ? `replay:${id}` : laneOf(event),
        event: event.id,
        eventSeq: event.seq,
        status: 'pending' as const,
        isReplay,
        createdAt,
        expiresAt,
      };
    });
    const inserted = await tx.insert(webhookDeliveries).values(rows).returning();
    const lanes = new Map(
      rows.map(({ endpoint, lane, createdAt }) => [`${endpoint} ${lane}`, { endpoint, lane, dueAt: createdAt }]),
    );
    await tx
      .insert(webhookLanes)
      .values([...lanes.values()])
      .onConflictDoUpdate({
        target: [webhookLanes.endpoint, webhookLanes.lane],
        set: { dueAt: sql`coalesce(${webhookLanes.dueAt}, excluded.due_at)` },
      });
    return inserted;
  }

  /** A lane's first queued delivery. */
  async findHead(endpoint: string, lane: string, tx: Orm = this.#db.orm): Promise<DueDelivery | undefined> {
    const [row] = await tx
      .select({ delivery: webhookDeliveries, event: events })
      .from(webhookDeliveries)
      .innerJoin(events, eq(events.id, webhookDeliveries.event))
      .where(
        and(
          eq(webhookDeliveries.endpoint, endpoint),
          eq(webhookDeliveries.lane, lane),
          eq(webhookDeliveries.status, 'pending'),
        ),
      )
      .orderBy(asc(webhookDeliveries.eventSeq))
      .limit(1);
    return row;
  }

  async insertAttempt(tx: Orm, attempt: Omit<AttemptRow, 'seq'>): Promise<void> {
    await tx.insert(webhookAttempts).values(attempt);
    await tx
      .update(webhookDeliveries)
      .set({ attempts: sql`${webhookDeliveries.attempts} + 1` })
      .where(eq(webhookDeliveries.id, attempt.delivery));
  }

  async settle(tx: Orm, id: string, status: 'delivered' | 'failed', at: string): Promise<void> {
    await tx
      .update(webhookDeliveries)
      .set({ status, settledAt: at })
      .where(and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.status, 'pending')));
  }

  async scheduleLane(tx: Orm, endpoint: string, lane: string, dueAt: string): Promise<void> {
    await tx
      .update(webhookLanes)
      .set({ dueAt })
      .where(and(eq(webhookLanes.endpoint, endpoint), eq(webhookLanes.lane, lane)));
  }

  /**
   * Releases a lane: due at once if something is queued, deleted if not. Its row is locked before the read, and writers
   * lock it after adding a delivery, so one of the two sees the other. True if it is due.
   */
  async releaseLane(endpoint: string, lane: string, nowIso: string): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      const key = and(eq(webhookLanes.endpoint, endpoint), eq(webhookLanes.lane, lane));
      await tx.select().from(webhookLanes).where(key).for('update');
      const head = await this.findHead(endpoint, lane, tx);
      if (head) await this.scheduleLane(tx, endpoint, lane, nowIso);
      else await tx.delete(webhookLanes).where(key);
      return head !== undefined;
    });
  }

  /** Newest events first. All deliveries of the page's last event are on it, since the next page begins below it. */
  async list(query: {
    endpoint?: string;
    ids?: string[];
    status?: DeliveryRow['status'] | undefined;
    before?: number | undefined;
    limit: number;
  }): Promise<ListedDelivery[]> {
    const { endpoint, ids, status, before, limit } = query;
    const isAsked = and(
      endpoint ? eq(webhookDeliveries.endpoint, endpoint) : undefined,
      ids ? inArray(webhookDeliveries.id, ids) : undefined,
      status ? eq(webhookDeliveries.status, status) : undefined,
      before === undefined ? undefined : lt(webhookDeliveries.eventSeq, before),
    );
    const page = this.#db.orm
      .select({ seq: webhookDeliveries.eventSeq })
      .from(webhookDeliveries)
      .where(isAsked)
      .orderBy(desc(webhookDeliveries.eventSeq))
      .limit(limit)
      .as('page');
    const rows = await this.#db.orm
      .select({
        delivery: webhookDeliveries,
        type: events.type,
        nextAttemptAt: webhookLanes.dueAt,
        isHead: sql<boolean>`not exists (select 1 from webhook_deliveries earlier where earlier.endpoint = ${webhookDeliveries.endpoint}
          and earlier.lane = ${webhookDeliveries.lane} and earlier.status = 'pending' and earlier.event_seq < ${webhookDeliveries.eventSeq})`,
      })
      .from(webhookDeliveries)
      .leftJoin(events, eq(events.id, webhookDeliveries.event))
      .leftJoin(
        webhookLanes,
        and(eq(webhookLanes.endpoint, webhookDeliveries.endpoint), eq(webhookLanes.lane, webhookDeliveries.lane)),
      )
      .where(and(isAsked, gte(webhookDeliveries.eventSeq, this.#db.orm.select({ last: min(page.seq) }).from(page))))
      .orderBy(desc(webhookDeliveries.eventSeq), desc(webhookDeliveries.createdAt))
      .limit(limit + REPLAYS_BEYOND_PAGE);
    return rows.map(({ delivery, type, nextAttemptAt, isHead }) => ({
      delivery,
      type: type ?? '',
      nextAttemptAt: delivery.status === 'pending' && isHead ? nextAttemptAt : null,
    }));
  }

  /** The latest attempts of each delivery, newest first. */
  async listAttempts(deliveries: string[], each: number): Promise<Map<string, AttemptRow[]>> {
    if (deliveries.length === 0) return new Map();
    const ranked = this.#db.orm
      .select({
        seq: webhookAttempts.seq,
        rank: sql<number>`row_number() over (partition by ${webhookAttempts.delivery} order by ${webhookAttempts.seq} desc)`.as(
          'rank',
        ),
      })
      .from(webhookAttempts)
      .where(inArray(webhookAttempts.delivery, deliveries))
      .as('ranked');
    const rows = await this.#db.orm
      .select({ attempt: webhookAttempts })
      .from(webhookAttempts)
      .innerJoin(ranked, eq(ranked.seq, webhookAttempts.seq))
      .where(lte(ranked.rank, each))
      .orderBy(desc(webhookAttempts.seq));
    return Map.groupBy(
      rows.map((row) => row.attempt),
      (attempt) => attempt.delivery,
    );
  }

  /** Deletes old settled deliveries, and old ones that still wait at a disabled endpoint. */
  async deleteOld(limits: { settledBefore: string; createdBefore: string }): Promise<void> {
    const old = or(
      lt(webhookDeliveries.settledAt, limits.settledBefore),
      lt(webhookDeliveries.createdAt, limits.createdBefore),
    );
    const ids = this.#db.orm.select({ id: webhookDeliveries.id }).from(webhookDeliveries).where(old);
    await this.#db.orm.delete(webhookAttempts).where(inArray(webhookAttempts.delivery, ids));
    await this.#db.orm.delete(webhookDeliveries).where(old);
  }
}

/** The unit of ordering: a room, or outside rooms a person. */
function laneOf(event: EventRow): string {
  if (event.room) return event.room;
  return event.identity ? `identity:${event.identity}` : event.id;
}
