/** The calendar file of a live: attached to letters, and downloaded from its page. */
import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import { HOUR_MS, MINUTE_MS } from '../../../platform/clock.ts';

export interface LiveEvent {
  room: string;
  title: string;
  creator: string;
  startsAt: string | null;
  movedAt: string | null;
  /** Of a live that lost its date. */
  previousStartsAt?: string | null;
}

/** Duration of a live in the calendar file; the real one is not known in advance. */
const PLANNED_MS = 2 * HOUR_MS;

/**
 * Its id is the room's and its sequence grows with each move, so that a later file moves the entry, or takes it away
 * if the live lost its date. Empty for a live that had none.
 */
export function liveEvent(live: LiveEvent, publicUrl: string): string {
  const { room, title, creator, startsAt, movedAt } = live;
  const at = startsAt ?? live.previousStartsAt;
  const isCancelled = at && !startsAt;
  const calendar = ical({ name: title, method: ICalCalendarMethod[isCancelled ? 'CANCEL' : 'PUBLISH'] });
  if (at) {
    const start = new Date(at);
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
