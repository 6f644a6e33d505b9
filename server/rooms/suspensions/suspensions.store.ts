import type { Database, Orm } from '../../platform/db/db.ts';
import { and, eq, exists, gt, isNotNull, isNull, or, type SQL, sql } from '../../platform/db/sql.ts';
import { rooms } from '../rooms.schema.ts';
import { suspensions } from './suspensions.schema.ts';

export type SuspensionRow = typeof suspensions.$inferSelect;
export type SuspensionKey = Pick<SuspensionRow, 'decision' | 'kind'>;

export class SuspensionsStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  transaction<T>(work: (tx: Orm) => Promise<T>): Promise<T> {
    return this.#db.transaction(work);
  }

  /** False if it is there, also lifted. */
  async insert(tx: Orm, row: Omit<SuspensionRow, 'liftedAt'>): Promise<boolean> {
    const inserted = await tx
      .insert(suspensions)
      .values(row)
      .onConflictDoNothing()
      .returning({ id: suspensions.decision });
    return inserted.length > 0;
  }

  async lift(tx: Orm, { decision, kind }: SuspensionKey, at: string): Promise<SuspensionRow | undefined> {
    const [row] = await tx
      .update(suspensions)
      .set({ liftedAt: at })
      .where(and(eq(suspensions.decision, decision), eq(suspensions.kind, kind), isNull(suspensions.liftedAt)))
      .returning();
    return row;
  }

  /** The longest suspension of an account; `until` is null if it has no end. */
  async findLongest(
    identity: string,
    at: string,
    tx: Orm = this.#db.orm,
  ): Promise<{ until: string | null } | undefined> {
    const isOf = and(eq(suspensions.identity, identity), eq(suspensions.kind, 'account'));
    const [longest] = await tx
      .select({ until: suspensions.until })
      .from(suspensions)
      .where(and(isOf, inForce(at)))
      .orderBy(sql`${suspensions.until} desc nulls first`)
      .limit(1);
    return longest;
  }

  async isStageClosed(room: string, at: string, tx: Orm = this.#db.orm): Promise<boolean> {
    const closed = tx
      .select({ id: rooms.id })
      .from(rooms)
      .where(and(eq(rooms.id, room), stageIsClosed(tx, at)));
    return (await closed).length > 0;
  }

  /** Locks rooms, so that no live begins in them until the transaction ends; returns those that are live. */
  async lockLives(tx: Orm, which: { room: string } | { creator: string }): Promise<string[]> {
    const isOf =
      'room' in which ? eq(rooms.id, which.room) : and(eq(rooms.creator, which.creator), isNull(rooms.endedAt));
    const locked = await tx
      .select({ id: rooms.id, isLive: isNotNull(rooms.liveStartedAt).mapWith(Boolean) })
      .from(rooms)
      .where(isOf)
      .orderBy(rooms.id)
      .for('update');
    return locked.filter(({ isLive }) => isLive).map(({ id }) => id);
  }
}

export const inForce = (at: string) =>
  and(isNull(suspensions.liftedAt), or(isNull(suspensions.until), gt(suspensions.until, at)));

/** For a query: whether this account is suspended. */
export function isSuspendedAt(identity: SQL, at: string): SQL {
  return sql`exists (select 1 from ${suspensions}
    where ${and(eq(suspensions.kind, 'account'), sql`${suspensions.identity} = ${identity}`, inForce(at))})`;
}

/** For a query of rooms: whether the stage of one is closed, or its creator suspended. */
export function stageIsClosed(orm: Orm, at: string): SQL {
  const ofRoom = and(eq(suspensions.kind, 'stage'), eq(suspensions.room, rooms.id));
  const ofCreator = and(eq(suspensions.kind, 'account'), eq(suspensions.identity, rooms.creator));
  return exists(
    orm
      .select({ id: suspensions.decision })
      .from(suspensions)
      .where(and(or(ofRoom, ofCreator), inForce(at))),
  );
}
