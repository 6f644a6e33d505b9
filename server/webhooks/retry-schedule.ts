/** When to try a webhook again: soon at first, then ever more rarely, at moments that spread out what failed together. */
const FIRST_MS = 5_000;
const FACTOR = 3;
const MAX_MS = 4 * 60 * 60_000;
const JITTER = 0.2;

/** The pause after so many failed attempts; `random` is from 0 to 1. */
export function retryPauseMs(attempts: number, random: number): number {
  const pauseMs = Math.min(FIRST_MS * FACTOR ** Math.min(attempts - 1, 20), MAX_MS);
  return Math.round(pauseMs * (1 - JITTER + 2 * JITTER * random));
}
