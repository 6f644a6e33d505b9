import type { Database, Orm } from '../platform/db/db.ts';
import { and, asc, eq, gt, inArray, isNull, lt, lte, max, sql } from '../platform/db/sql.ts';
import { outbox } from '../platform/outbox/outbox.schema.ts';
import { type CommittedFact, toFact } from '../platform/outbox/outbox.ts';
import type { EventListQuery } from '../protocol/events.ts';
import { rooms } from '../rooms/rooms.schema.ts';
import { eventCounters, events } from './webhooks.schema.ts';

export type EventRow = typeof events.$inferSelect;
export type NewEvent = Omit<EventRow, 'seq' | 'roomSeq'>;

const WHOLE_LOG = '';
const REWRITTEN_AT_ONCE = 500;

export class EventLogStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /**
   * Serialises writers of the log over all processes, so that numbers become visible in order. Held until the
   * transaction ends.
   */
  async lock(tx: Orm): Promise<void> {
    await this.#advance(tx, WHOLE_LOG, 0);
  }

  /** Whether there are unpublished facts; checked without the lock, so that an idle house writes nothing. */
  async hasUnpublished(upTo?: number): Promise<boolean> {
    const rows = await this.#orm
      .select({ seq: outbox.seq })
      .from(outbox)
      .where(and(isNull(outbox.publishedAt), upTo === undefined ? undefined : lte(outbox.seq, upTo)))
      .limit(1);
    return rows.length > 0;
  }

  async findLastUnpublished(): Promise<number> {
    const [row] = await this.#orm
      .select({ seq: max(outbox.seq) })
      .from(outbox)
      .where(isNull(outbox.publishedAt));
    return row?.seq ?? 0;
  }

  /** Facts that were not published yet with the creators of their rooms, in the outbox' order. */
  async findUnpublished(tx: Orm, limit: number): Promise<{ fact: CommittedFact; roomCreator: string | null }[]> {
    const rows = await tx
      .select({ fact: outbox, roomCreator: rooms.creator })
      .from(outbox)
      .leftJoin(rooms, eq(rooms.id, outbox.room))
      .where(isNull(outbox.publishedAt))
      .orderBy(asc(outbox.seq))
      .limit(limit);
    return rows.map(({ fact, roomCreator }) => ({ fact: toFact(fact), roomCreator }));
  }

  async markPublished(tx: Orm, seqs: number[], at: string): Promise<void> {
    await tx.update(outbox).set({ publishedAt: at }).where(inArray(outbox.seq, seqs));
  }

  /** Assigns numbers and appends; the caller holds the lock. */
  async append(tx: Orm, drafts: NewEvent[]): Promise<EventRow[]> {
    if (drafts.length === 0) return [];
    const byRoom = Map.groupBy(drafts, (draft) => draft.room ?? WHOLE_LOG);
    byRoom.delete(WHOLE_LOG);
    const nextOfRoom = new Map<string, number>();
    for (const [room, ofRoom] of byRoom) {
      nextOfRoom.set(room, (await this.#advance(tx, room, ofRoom.length)) - ofRoom.length + 1);
    }
    const first = (await this.#advance(tx, WHOLE_LOG, drafts.length)) - drafts.length + 1;
    const rows = drafts.map((draft, index): EventRow => {
      const roomSeq = draft.room === null ? null : (nextOfRoom.get(draft.room) ?? 1);
      if (draft.room !== null && roomSeq !== null) nextOfRoom.set(draft.room, roomSeq + 1);
      return { ...draft, seq: first + index, roomSeq };
    });
    await tx.insert(events).values(rows);
    return rows;
  }

  /** Increments a counter and returns it. */
  async #advance(tx: Orm, scope: string, by: number): Promise<number> {
    const [row] = await tx
      .insert(eventCounters)
      .values({ scope, value: by })
      .onConflictDoUpdate({ target: eventCounters.scope, set: { value: sql`${eventCounters.value} + ${by}` } })
      .returning({ value: eventCounters.value });
    return row?.value ?? by;
  }

  async list({ after, room, type, limit }: EventListQuery): Promise<EventRow[]> {
    return this.#orm
      .select()
      .from(events)
      .where(
        and(gt(events.seq, after), room ? eq(events.room, room) : undefined, type ? eq(events.type, type) : undefined),
      )
      .orderBy(asc(events.seq))
      .limit(limit);
  }

  async find(id: string): Promise<EventRow | undefined> {
    const [row] = await this.#orm.select().from(events).where(eq(events.id, id));
    return row;
  }

  /** Rewrites a person's events, in pages. */
  async rewriteOf(identity: string, rewrite: (data: unknown) => unknown): Promise<void> {
    const concerns = sql`(${events.identity} = ${identity} or jsonb_path_exists(${events.data},
      '$.** ? (@.identity == $who)', jsonb_build_object('who', ${identity}::text)))`;
    for (let after = 0; ; ) {
      const rows = await this.#orm
        .select()
        .from(events)
        .where(and(gt(events.seq, after), concerns))
        .orderBy(asc(events.seq))
        .limit(REWRITTEN_AT_ONCE);
      for (const { seq, data } of rows) {
        await this.#orm
          .update(events)
          .set({ data: rewrite(data) })
          .where(eq(events.seq, seq));
        after = seq;
      }
      if (rows.length < REWRITTEN_AT_ONCE) return;
    }
  }

  async deleteBefore(iso: string): Promise<void> {
    await this.#orm.delete(events).where(lt(events.createdAt, iso));
  }
}
