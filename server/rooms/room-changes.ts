/**
 * Changes of a room that has not ended, by its creator or an embedder's server: title, text, poster, price, date. A
 * sale locks the same row (`lockForSale`), so a ticket is bought under the terms before a change or under those after
 * it.
 */
import { type Clock, iso, isoIn } from '../platform/clock.ts';
import type { Orm } from '../platform/db/db.ts';
import type { Outbox } from '../platform/outbox/outbox.ts';
import { AppError } from '../protocol/errors.ts';
import type { RoomId } from '../protocol/ids.ts';
import * as LIMITS from '../protocol/limits.ts';
import type { Room, RoomChange } from '../protocol/rooms.ts';
import { parseAccessRule } from './access-rule-input.ts';
import type { RoomChanged } from './room-facts.ts';
import type { RoomColumns, RoomsStore } from './rooms.store.ts';

export class RoomChanges {
  readonly #store: RoomsStore;
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #currency: string;

  constructor(options: { store: RoomsStore; outbox: Outbox; clock: Clock; currency: string }) {
    this.#store = options.store;
    this.#outbox = options.outbox;
    this.#clock = options.clock;
    this.#currency = options.currency;
  }

  /** `isSold` says whether a ticket was bought or is being paid; the room is locked meanwhile. */
  async apply(id: RoomId, change: RoomChange, isSold: (tx: Orm) => Promise<boolean>): Promise<Room> {
    const changed = await this.#store.transaction(async (tx) => {
      await this.#store.lockLive(tx, id);
      const room = await this.#store.findRoom(id, tx);
      if (!room) throw new AppError('room_not_found');
      const columns = this.#columnsOf(room, change);
      const names = Object.keys(columns) as (keyof RoomChange)[];
      if (names.length === 0) return room;
      // An ended room can still be hidden.
      if (room.status === 'ended' && names.some((name) => name !== 'listed')) throw new AppError('room_ended');
      if (columns.priceMinor !== undefined && (await isSold(tx))) throw new AppError('price_fixed');
      const at = isoIn(this.#clock);
      const startsAt = columns.startsAt;
      const moved = startsAt === undefined ? undefined : this.#move(room, startsAt);
      const dateDueAt = startsAt === null && (await isSold(tx)) ? isoIn(this.#clock, LIMITS.dateDueAfterMs) : null;
      await this.#store.updateRoom(tx, id, { ...columns, ...(moved && { movedAt: at, dateDueAt, ...moved }) });
      const data: RoomChanged = {
        changed: names,
        at,
        startsAt: moved ? (startsAt ?? null) : room.startsAt,
        previousStartsAt: room.startsAt,
        returnUntil: moved?.returnUntil ?? null,
      };
      await this.#outbox.add(tx, { topic: 'room.changed', room: id, data });
      return (await this.#store.findRoom(id, tx)) ?? room;
    });
    this.#outbox.wake();
    return changed;
  }

  /**
   * Admits a new poster, or the end of one, in the transaction that writes it. An ended room can still lose its poster.
   * The caller wakes the outbox.
   */
  async notePoster(tx: Orm, id: RoomId, change: 'set' | 'removed'): Promise<void> {
    const live = await this.#store.lockLive(tx, id);
    if (!live) throw new AppError('room_not_found');
    if (change === 'set' && live.endedAt) throw new AppError('room_ended');
    if (change === 'removed' && !(await this.#store.findRoom(id, tx))?.poster) return;
    const at = isoIn(this.#clock);
    const data: RoomChanged = { changed: ['poster'], at, startsAt: null, previousStartsAt: null, returnUntil: null };
    await this.#outbox.add(tx, { topic: 'room.changed', room: id, data });
  }

  /** What differs from the room as it is. */
  #columnsOf(room: Room, { title, text, priceMinor, startsAt, listed }: RoomChange): RoomColumns {
    const start = startsAt ? iso(startsAt) : startsAt;
    return {
      ...(title !== undefined && title !== room.title && { title }),
      ...(text !== undefined && text !== room.text && { text }),
      ...(priceMinor !== undefined && priceMinor !== room.access.priceMinor && this.#price(room, priceMinor)),
      ...(start !== undefined && start !== room.startsAt && { startsAt: start }),
      ...(listed !== undefined && listed !== room.listed && { listed }),
    };
  }

  #price({ access }: Room, priceMinor: number): Pick<RoomColumns, 'priceMinor'> {
    if (access.kind !== 'ticket') throw new AppError('nothing_to_buy');
    return { priceMinor: parseAccessRule({ kind: 'ticket', priceMinor }, this.#currency).priceMinor as number };
  }

  /**
   * Buyers agreed to the old date: they can return their tickets until the later one. A date for a room that had none
   * leaves them a day.
   */
  #move(room: Room, startsAt: string | null): { returnUntil: string | null } {
    if (room.firstLiveAt) throw new AppError('date_fixed');
    const now = this.#clock.now();
    if (startsAt && Date.parse(startsAt) < now) throw new AppError('time_in_past');
    if (room.access.kind !== 'ticket') return { returnUntil: null };
    const previous = room.startsAt ? Date.parse(room.startsAt) : now + LIMITS.firstDateReturnMs;
    const ends = [previous, ...[startsAt, room.returnUntil].map((time) => (time ? Date.parse(time) : 0))];
    return { returnUntil: iso(Math.max(...ends)) };
  }
}
