/** The one source of time, so that tests can move it. Milliseconds since the epoch. */
export interface Clock {
  now(): number;
  /** Whether it has jumped (`watched-clock.ts`): nothing irreversible may run by it. */
  readonly isInDoubt?: boolean;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export const systemClock: Clock = { now: () => Date.now() };

/** In ISO 8601: the database and clients may write a time otherwise. */
export const iso = (time: Date | number | string): string => new Date(time).toISOString();

export const isoOrNull = (time: Date | number | string | null | undefined): string | null =>
  time === null || time === undefined ? null : iso(time);

/** Now plus `ms`. */
export const isoIn = (clock: Clock, ms = 0): string => iso(clock.now() + ms);

/** Whole months of the calendar (UTC) between two times. In a month that is too short for the day, its last one counts. */
export function wholeMonths(from: string, toMs: number): number {
  const [start, end] = [new Date(from), new Date(toMs)];
  const [year, month] = [end.getUTCFullYear(), end.getUTCMonth()];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const dayMs = Date.UTC(year, month, Math.min(start.getUTCDate(), lastDay));
  const isReached = toMs - dayMs >= start.getTime() % DAY_MS;
  const months = (year - start.getUTCFullYear()) * 12 + month - start.getUTCMonth();
  return Math.max(0, isReached ? months : months - 1);
}
