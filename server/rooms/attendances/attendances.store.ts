import type { Database, Orm } from '../../platform/db/db.ts';
import { and, eq, gte, lt, sql } from '../../platform/db/sql.ts';
import { attendances } from './attendances.schema.ts';

/** The moment of a count, from when on an earlier one is of the same minute, and before when they were away since. */
export interface CountTimes {
  at: string;
  sameSince: string;
  awaySince: string;
}

export class AttendancesStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Adds a minute for each of these people whose room is live, up to `max`; a ticket by which they are in is used. */
  async count(
    inside: readonly { room: string; identity: string }[],
    { at, sameSince, awaySince }: CountTimes,
    max: number,
  ): Promise<void> {
    const [who, where] = [inside.map(({ identity }) => identity), inside.map(({ room }) => room)];
    await this.#orm.execute(sql`insert into attendances as known (identity, room, minutes, counted_at)
      select distinct inside.identity, inside.room, 0, ${at}::timestamptz
      from unnest(${sql.param(who)}::text[], ${sql.param(where)}::text[]) as inside (identity, room)
        join rooms on rooms.id = inside.room and rooms.live_started_at is not null
      order by 1, 2
      on conflict (identity, room) do update set counted_at = excluded.counted_at,
        minutes = known.minutes + (case when known.counted_at > ${awaySince}::timestamptz then 1 else 0 end)
      where known.minutes < ${max} and known.counted_at < ${sameSince}::timestamptz`);
    await this.#orm.execute(sql`update entitlements set used_at = ${at}::timestamptz where id in (
      select e.id from unnest(${sql.param(who)}::text[], ${sql.param(where)}::text[]) as inside (identity, room)
        join rooms on rooms.id = inside.room and rooms.live_started_at is not null
        join entitlements e on e.room = inside.room and e.identity = inside.identity
      where e.source = 'ticket' and e.used_at is null and e.revoked_at is null
      order by e.id for update of e skip locked)`);
  }

  async has(tx: Orm, { room, identity, minutes }: { room: string; identity: string; minutes: number }) {
    const isOf = and(eq(attendances.identity, identity), eq(attendances.room, room));
    const isEnough = gte(attendances.minutes, minutes);
    const found = await tx.select({ room: attendances.room }).from(attendances).where(and(isOf, isEnough)).limit(1);
    return found.length > 0;
  }

  async delete(before: string): Promise<void> {
    await this.#orm.delete(attendances).where(lt(attendances.countedAt, before));
  }
}
