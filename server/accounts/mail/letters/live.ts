/** What letters say of a live, and its calendar file: attached to letters, and downloaded from its page. */
import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import { HOUR_MS, MINUTE_MS } from '../../../platform/clock.ts';
import type { Room } from '../../../protocol/rooms.ts';

export interface Live {
  room: string;
  title: string;
  creator: string;
  /** The address of its room. */
  link: string;
  poster?: string;
  startsAt: string | null;
  movedAt: string | null;
}

export function liveOf({ id, title, creator, poster, startsAt, movedAt }: Room, publicUrl: string): Live {
  // The middle size is sharp at the width of a letter.
  const picture = poster?.[1] && { poster: publicUrl + poster[1].path };
  return { room: id, title, creator: creator.name, link: `${publicUrl}/rooms/${id}`, startsAt, movedAt, ...picture };
}

/** Duration of a live in the calendar file; the real one is not known in advance. */
const PLANNED_MS = 2 * HOUR_MS;

/**
 * Its id is the room's and its sequence grows with each move, so that a later file moves the entry, or takes it away.
 * Empty for a live without a date.
 */
export function liveEvent(
  { room, title, creator, link, startsAt, movedAt }: Live,
  { isCancelled = false } = {},
): string {
  const calendar = ical({ name: title, method: ICalCalendarMethod[isCancelled ? 'CANCEL' : 'PUBLISH'] });
  if (startsAt) {
    const start = new Date(startsAt);
    calendar.createEvent({
      id: room,
      // In minutes, because calendars keep 32 bits.
      sequence: movedAt ? Math.floor(Date.parse(movedAt) / MINUTE_MS) : 0,
      status: ICalEventStatus[isCancelled ? 'CANCELLED' : 'CONFIRMED'],
      start,
      end: new Date(start.getTime() + PLANNED_MS),
      summary: `${title} · ${creator}`,
      url: link,
      location: link,
    });
  }
  return calendar.toString();
}
