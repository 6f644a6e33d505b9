import type { Database, Orm } from '../../platform/db/db.ts';
import { boundsOf, PERIODS } from '../../platform/db/periods.ts';
import { and, inArray, isNull, sql } from '../../platform/db/sql.ts';
import type { Period } from '../../platform/house-dates.ts';
import { rooms } from '../rooms.schema.ts';
import { lives } from './lives.schema.ts';

/** The part of each live that lies in the period; one that goes on counts up to now. */
const SUM_HOURS = `select p.number::int as number,
    sum(extract(epoch from least(coalesce(l.ended_at, $3::timestamptz), p.until_at) - greatest(l.started_at, p.from_at)))
      ::float / 3600 as hours
  from ${PERIODS}
  join lives l on l.started_at < least(p.until_at, $3::timestamptz)
    and coalesce(l.ended_at, $3::timestamptz) > p.from_at
  group by 1`;

/** A live begins, in the transaction in which its room says so. */
export async function beginLive(tx: Orm, room: string, startedAt: string): Promise<void> {
  await tx.insert(lives).values({ room, startedAt }).onConflictDoNothing();
}

/** The lives of these rooms have ended when the rooms say; rooms without a live change nothing. */
export async function endLives(tx: Orm, ofRooms: readonly string[]): Promise<void> {
  if (ofRooms.length === 0) return;
  const endedAt = sql`(select greatest(${lives.startedAt}, ${rooms.liveEndedAt}) from ${rooms}
    where ${rooms.id} = ${lives.room})`;
  await tx
    .update(lives)
    .set({ endedAt })
    .where(and(inArray(lives.room, ofRooms as string[]), isNull(lives.endedAt)));
}

export class LivesStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** How many hours rooms were live in each of the periods, summed over rooms. */
  async sumHours(periods: readonly Period[], nowIso: string): Promise<number[]> {
    const values = [...boundsOf(periods), nowIso];
    const rows = await this.#db.bulk<{ number: number; hours: number }>(SUM_HOURS, values);
    const byNumber = new Map(rows.map(({ number, hours }) => [number, hours]));
    return periods.map((_, index) => byNumber.get(index + 1) ?? 0);
  }
}
