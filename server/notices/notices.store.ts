import { iso } from '../platform/clock.ts';
import type { Database, Orm } from '../platform/db/db.ts';
import {
  and,
  asc,
  eq,
  exists,
  gt,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  ne,
  not,
  notExists,
  sql,
} from '../platform/db/sql.ts';
import type { Room } from '../protocol/rooms.ts';
import { isTaken, stageIsClosed } from '../rooms/restrictions/restrictions.store.ts';
import { rooms } from '../rooms/rooms.schema.ts';
import { noticeRecipients, notices, reminders } from './notices.schema.ts';

export type NoticeRow = typeof notices.$inferSelect;

/**
 * Stored as the `audience` of a reminder whose date was changed, or whose room the house closed. If the date comes
 * back, or the house opens the room again, the reminder is sent again, to people who have not had it.
 */
export const WITHDRAWN = 'withdrawn';
const isNotWithdrawn = ne(notices.audience, WITHDRAWN);

export class NoticesStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Idempotent by key, which is also known to `lockDue`. A withdrawn notice begins again. */
  async insert(row: Omit<typeof notices.$inferInsert, 'after' | 'doneAt'>, tx: Orm = this.#orm): Promise<void> {
    await tx
      .insert(notices)
      .values(row)
      .onConflictDoUpdate({
        target: notices.key,
        set: { ...row, after: '', doneAt: null },
        setWhere: eq(notices.audience, WITHDRAWN),
      });
  }

  async has(key: string): Promise<boolean> {
    return (await this.#orm.$count(notices, and(eq(notices.key, key), isNotWithdrawn))) > 0;
  }

  /** One that is not done and due. */
  async findDue(nowIso: string): Promise<NoticeRow | undefined> {
    const [row] = await this.#orm
      .select()
      .from(notices)
      .where(and(isNull(notices.doneAt), lte(notices.dueAt, nowIso)))
      .orderBy(asc(notices.dueAt), asc(notices.key))
      .limit(1);
    return row;
  }

  /** False if another process has advanced it meanwhile. */
  async advance(
    tx: Orm,
    { key, audience, after }: NoticeRow,
    next: { audience: string; after: string; dueAt: string; doneAt?: string },
  ): Promise<boolean> {
    const rows = await tx
      .update(notices)
      .set(next)
      .where(
        and(eq(notices.key, key), eq(notices.audience, audience), eq(notices.after, after), isNull(notices.doneAt)),
      )
      .returning({ key: notices.key });
    return rows.length > 0;
  }

  async postpone({ key }: NoticeRow, dueAt: string): Promise<void> {
    await this.#orm.update(notices).set({ dueAt }).where(eq(notices.key, key));
  }

  /** Records whom a notice is for; returns those who were not yet among them. */
  async addRecipients(tx: Orm, notice: string, identities: string[]): Promise<Set<string>> {
    if (identities.length === 0) return new Set();
    const rows = await tx
      .insert(noticeRecipients)
      .values(identities.map((identity) => ({ notice, identity })))
      .onConflictDoNothing()
      .returning({ identity: noticeRecipients.identity });
    return new Set(rows.map(({ identity }) => identity));
  }

  /**
   * Rooms that begin until then and have no notice of it, unless the house has closed their stage. Locked: a live that
   * begins meanwhile finds the notice, or is found here.
   */
  async lockDue(
    tx: Orm,
    due: { from: string; until: string; limit: number },
  ): Promise<{ id: string; startsAt: string }[]> {
    const told = tx
      .select({ key: notices.key })
      .from(notices)
      .where(
        and(
          eq(notices.key, sql`'reminder:' || ${rooms.id} || ':' || extract(epoch from ${rooms.startsAt})::bigint`),
          isNotWithdrawn,
        ),
      );
    const rows = await tx
      .select({ id: rooms.id, startsAt: rooms.startsAt })
      .from(rooms)
      .where(
        and(
          isNull(rooms.endedAt),
          isNull(rooms.firstLiveAt),
          gt(rooms.startsAt, due.from),
          lte(rooms.startsAt, due.until),
          notExists(told),
          not(stageIsClosed(due.from)),
        ),
      )
      .limit(due.limit)
      .for('update', { of: rooms });
    return rows.flatMap(({ id, startsAt }) => (startsAt ? [{ id, startsAt: iso(startsAt) }] : []));
  }

  async setReminder(room: string, identity: string, at: string): Promise<void> {
    await this.#orm.insert(reminders).values({ room, identity, createdAt: at }).onConflictDoNothing();
  }

  async deleteReminder(room: string, identity: string): Promise<void> {
    await this.#orm.delete(reminders).where(and(eq(reminders.room, room), eq(reminders.identity, identity)));
  }

  async hasReminder(room: string, identity: string): Promise<boolean> {
    return (await this.#orm.$count(reminders, and(eq(reminders.room, room), eq(reminders.identity, identity)))) > 0;
  }

  /** Who asked to be reminded, in pages by identity. */
  async listAsked(room: string, { after, limit }: { after: string; limit: number }): Promise<string[]> {
    const rows = await this.#orm
      .select({ identity: reminders.identity })
      .from(reminders)
      .where(and(eq(reminders.room, room), gt(reminders.identity, after)))
      .orderBy(asc(reminders.identity))
      .limit(limit);
    return rows.map(({ identity }) => identity);
  }

  /** Of these people, those whom the room refuses: removed from it, blocked by its creator, or suspended. */
  async findRefused({ id, creator }: Room, identities: string[], nowIso: string): Promise<Set<string>> {
    const asked = sql`unnest(${sql.param(identities)}::text[]) as asked (identity)`;
    const identity = sql<string>`asked.identity`;
    const room = { id, creator: creator.identity };
    const refused = this.#orm
      .select({ identity })
      .from(asked)
      .where(isTaken('enter', { identity, room }, nowIso));
    return new Set((await refused).map((row) => row.identity));
  }

  /** Deletes what is done with: old notices, and reminders of rooms that have ended. */
  async prune(before: string): Promise<void> {
    const old = this.#orm.select({ key: notices.key }).from(notices).where(lt(notices.doneAt, before));
    await this.#orm.delete(noticeRecipients).where(inArray(noticeRecipients.notice, old));
    await this.#orm.delete(notices).where(lt(notices.doneAt, before));
    const ended = this.#orm
      .select({ id: rooms.id })
      .from(rooms)
      .where(and(eq(rooms.id, reminders.room), isNotNull(rooms.endedAt)));
    await this.#orm.delete(reminders).where(exists(ended));
  }
}
