/**
 * Milliseconds to wait before attempt `attempt` (from 0): a step of `stepsMs`, less a random share of up to `jitter`.
 */
export function backoffMs(
  stepsMs: readonly number[],
  attempt: number,
  jitter = 0,
  random: () => number = Math.random,
): number {
  const step = stepsMs[Math.min(attempt, stepsMs.length - 1)] ?? 0;
  return Math.round(step * (1 - jitter * random()));
}

/** Resolves after `ms`, or at once when the signal aborts. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal?.addEventListener('abort', finish);
  });
}
