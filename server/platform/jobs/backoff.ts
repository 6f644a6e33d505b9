/** Exponential backoff with jitter. */
export interface Backoff {
  firstMs: number;
  factor: number;
  maxMs: number;
  /** Part of the pause that is random, from 0 to 1. */
  jitter: number;
}

/** Exponents above this change nothing, and would overflow. */
const MAX_EXPONENT = 20;

/** The pause after this many failed attempts; `random` is from 0 to 1. */
export function retryPauseMs({ firstMs, factor, maxMs, jitter }: Backoff, attempts: number, random: number): number {
  const pauseMs = Math.min(firstMs * factor ** Math.min(attempts - 1, MAX_EXPONENT), maxMs);
  return Math.round(pauseMs * (1 - jitter + 2 * jitter * random));
}
