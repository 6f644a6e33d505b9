/**
 * Who was inside a room while it was live, and for how long: what acts by itself on somebody's word is open to them
 * alone. Gateways count once a minute who is connected; the rows survive their restart.
 */
import { type Clock, DAY_MS, isoIn } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import type { RoomId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { AttendancesStore } from './attendances.store.ts';

const KEPT_MS = DAY_MS;
/** Two gateways may count one person: what comes sooner is the same minute. */
const SAME_MINUTE_MS = 50_000;
/** After a longer gap they were away. */
const AWAY_MS = 100_000;
const COUNTED_AT_ONCE = 1_000;

export class Attendances {
  readonly #store: AttendancesStore;
  readonly #clock: Clock;

  constructor({ db, clock }: { db: Database; clock: Clock }) {
    this.#store = new AttendancesStore(db);
    this.#clock = clock;
  }

  /** Called once a minute: counts it for the people who are inside these rooms now, where they are live. */
  async count(inside: readonly { room: RoomId; identity: string }[]): Promise<void> {
    const clock = this.#clock;
    const times = {
      at: isoIn(clock),
      sameSince: isoIn(clock, -SAME_MINUTE_MS),
      awaySince: isoIn(clock, -AWAY_MS),
    };
    for (let first = 0; first < inside.length; first += COUNTED_AT_ONCE)
      await this.#store.count(inside.slice(first, first + COUNTED_AT_ONCE), times, LIMITS.claimMinutes);
    await this.#store.delete(isoIn(clock, -KEPT_MS));
  }

  /** Whether somebody was inside the room for some minutes of its live, in the last day. */
  has(tx: Orm, room: RoomId, identity: string): Promise<boolean> {
    return this.#store.has(tx, { room, identity, minutes: LIMITS.claimMinutes });
  }
}
