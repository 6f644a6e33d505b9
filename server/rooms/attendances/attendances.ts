/**
 * Who was inside a room while it was live, and for how long: what acts by itself on somebody's word is open to them
 * alone. Gateways count once a minute who is connected; the rows survive their restart.
 */
import { type Clock, DAY_MS, isoIn } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { and, eq, gte, lt, sql } from '../../platform/db/sql.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { attendances } from './attendances.schema.ts';

const KEPT_MS = DAY_MS;
/** Two gateways may count one person: what comes sooner is the same minute. */
const SAME_MINUTE_MS = 50_000;
/** After a longer gap they were away. */
const AWAY_MS = 100_000;
const COUNTED_AT_ONCE = 1_000;

export class Attendances {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor({ db, clock }: { db: Database; clock: Clock }) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Called once a minute: counts it for the people who are inside these rooms now, where they are live. */
  async count(inside: readonly { room: RoomId; identity: string }[]): Promise<void> {
    const [at, sameSince, awaySince] = [0, -SAME_MINUTE_MS, -AWAY_MS].map((ms) => isoIn(this.#clock, ms));
    for (let first = 0; first < inside.length; first += COUNTED_AT_ONCE) {
      const part = inside.slice(first, first + COUNTED_AT_ONCE);
      const [who, where] = [part.map(({ identity }) => identity), part.map(({ room }) => room)];
      await this.#db.orm.execute(sql`insert into attendances as known (identity, room, minutes, counted_at)
        select distinct inside.identity, inside.room, 0, ${at}::timestamptz
        from unnest(${sql.param(who)}::text[], ${sql.param(where)}::text[]) as inside (identity, room)
          join rooms on rooms.id = inside.room and rooms.live_started_at is not null
        order by 1, 2
        on conflict (identity, room) do update set counted_at = excluded.counted_at,
          minutes = known.minutes + (case when known.counted_at > ${awaySince}::timestamptz then 1 else 0 end)
        where known.minutes < ${LIMITS.claimMinutes} and known.counted_at < ${sameSince}::timestamptz`);
    }
    await this.#db.orm.delete(attendances).where(lt(attendances.countedAt, isoIn(this.#clock, -KEPT_MS)));
  }

  /** Whether somebody was inside the room for some minutes of its live, in the last day. */
  async has(tx: Orm, room: RoomId, identity: string): Promise<boolean> {
    const isOf = and(eq(attendances.identity, identity), eq(attendances.room, room));
    const isEnough = gte(attendances.minutes, LIMITS.claimMinutes);
    const found = await tx.select({ room: attendances.room }).from(attendances).where(and(isOf, isEnough)).limit(1);
    return found.length > 0;
  }
}
