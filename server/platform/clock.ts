/** The one source of time, so that tests can move it. Milliseconds since the epoch. */
export interface Clock {
  now(): number;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export const systemClock: Clock = { now: () => Date.now() };

/** Now plus `ms`, in ISO 8601. */
export const isoIn = (clock: Clock, ms = 0): string => new Date(clock.now() + ms).toISOString();
