/** The one source of time, so that tests can move it. Milliseconds since the epoch. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Now plus `ms`, in ISO 8601. */
export const isoIn = (clock: Clock, ms = 0): string => new Date(clock.now() + ms).toISOString();
