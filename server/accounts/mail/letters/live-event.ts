/** The calendar file of a live: attached to letters, and downloaded from its page. */
import ical, { ICalCalendarMethod } from 'ical-generator';
import { HOUR_MS } from '../../../platform/clock.ts';

export interface LiveEvent {
  room: string;
  title: string;
  creator: string;
  startsAt: string | null;
}

/** Duration of a live in the calendar file; the real one is not known in advance. */
const PLANNED_MS = 2 * HOUR_MS;

/** Empty for a live without a date. Its id is the room's, so that a later file moves the entry. */
export function liveEvent({ room, title, creator, startsAt }: LiveEvent, publicUrl: string): string {
  const calendar = ical({ name: title, method: ICalCalendarMethod.PUBLISH });
  if (startsAt) {
    const start = new Date(startsAt);
    const url = `${publicUrl}/rooms/${room}`;
    const end = new Date(start.getTime() + PLANNED_MS);
    calendar.createEvent({ id: room, start, end, summary: `${title} · ${creator}`, url, location: url });
  }
  return calendar.toString();
}
