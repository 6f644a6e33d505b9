import type { Database, Orm } from '../../platform/db/db.ts';
import { and, desc, eq, isNull, type SQL, sql } from '../../platform/db/sql.ts';
import { removals } from '../rooms.schema.ts';

export type RemovalRow = typeof removals.$inferSelect;
/** From one room, or with `room: null` from all rooms of the creator. */
export type RemovalKey = Pick<RemovalRow, 'creator' | 'room' | 'identity'>;

export class RemovalsStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  transaction<T>(work: (tx: Orm) => Promise<T>): Promise<T> {
    return this.#db.transaction(work);
  }

  /** An earlier removal stays; false if there is one. */
  async insert(tx: Orm, row: RemovalRow): Promise<boolean> {
    const inserted = await tx.insert(removals).values(row).onConflictDoNothing().returning({ id: removals.id });
    return inserted.length > 0;
  }

  async find(key: RemovalKey, tx: Orm = this.#db.orm): Promise<RemovalRow | undefined> {
    const [row] = await tx.select().from(removals).where(isOf(key));
    return row;
  }

  async delete(tx: Orm, key: RemovalKey): Promise<boolean> {
    const deleted = await tx.delete(removals).where(isOf(key)).returning({ id: removals.id });
    return deleted.length > 0;
  }

  /** Whom the creator has removed from all rooms, newest first; `after` is the last one of the page before. */
  listBlocks(creator: string, { after, limit }: { after?: string | undefined; limit: number }): Promise<RemovalRow[]> {
    const isBehind =
      after === undefined
        ? undefined
        : sql`(${removals.removedAt}, ${removals.id}) < (select r.removed_at, r.id from removals r where r.id = ${after})`;
    return this.#db.orm
      .select()
      .from(removals)
      .where(and(eq(removals.creator, creator), isNull(removals.room), isBehind))
      .orderBy(desc(removals.removedAt), desc(removals.id))
      .limit(limit);
  }
}

function isOf({ creator, room, identity }: RemovalKey): SQL | undefined {
  const isRoom = room === null ? isNull(removals.room) : eq(removals.room, room);
  return and(eq(removals.identity, identity), eq(removals.creator, creator), isRoom);
}
