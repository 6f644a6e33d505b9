/** The calendar file of a live: attached to letters, and downloaded from its page. */
import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import { HOUR_MS, MINUTE_MS } from '../../../platform/clock.ts';

export interface LiveEvent {
  room: string;
  title: string;
  creator: string;
  startsAt: string | null;
  movedAt: string | null;
}

/** Duration of a live in the calendar file; the real one is not known in advance. */
const PLANNED_MS = 2 * HOUR_MS;

/**
 * Its id is the room's and its sequence grows with each move, so that a later file moves the entry, or takes it away.
 * Empty for a live without a date.
 */
export function liveEvent(
  { room, title, creator, startsAt, movedAt }: LiveEvent,
  publicUrl: string,
  { isCancelled = false } = {},
): string {
  const calendar = ical({ name: title, method: ICalCalendarMethod[isCancelled ? 'CANCEL' : 'PUBLISH'] });
  if (startsAt) {
    const start = new Date(startsAt);
    const url = `${publicUrl}/rooms/${room}`;
    calendar.createEvent({
      id: room,
      // In minutes, because calendars keep 32 bits.
      sequence: movedAt ? Math.floor(Date.parse(movedAt) / MINUTE_MS) : 0,
      status: ICalEventStatus[isCancelled ? 'CANCELLED' : 'CONFIRMED'],
      start,
      end: new Date(start.getTime() + PLANNED_MS),
      summary: `${title} · ${creator}`,
      url,
      location: url,
    });
  }
  return calendar.toString();
}
