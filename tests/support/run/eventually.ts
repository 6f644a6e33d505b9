/**
 * Waits for a condition, however long a busy machine may need; the one place that polls outside of Vitest's own
 * `vi.waitFor`.
 */
import { setTimeout as pause } from 'node:timers/promises';

const TIMEOUT_MS = 30_000;
const PAUSE_MS = 25;

type Truthy<T> = Exclude<T, false | null | undefined | 0 | ''>;

/** Resolves with the first truthy answer of `read`; `what` is part of the error if there is none. */
export async function eventually<T>(read: () => Promise<T> | T, what = 'what was waited for'): Promise<Truthy<T>> {
  const until = performance.now() + TIMEOUT_MS;
  for (;;) {
    const value = await read();
    if (value) return value as Truthy<T>;
    if (performance.now() > until) throw new Error(`Not within ${TIMEOUT_MS} ms: ${what}`);
    await pause(PAUSE_MS);
  }
}

const REFERENCE_REQUESTS = 20;
const REFERENCE_SHARE = 5;

/**
 * The second within which people must feel a change, plus a reference for what else this machine does: five times what
 * twenty requests to the house take now, which is some hundredths of a second on a quiet machine.
 */
export async function aboutASecond(houseUrl: string): Promise<number> {
  const from = performance.now();
  for (let count = 0; count < REFERENCE_REQUESTS; count += 1) await fetch(`${houseUrl}/healthz`);
  return 1_000 + REFERENCE_SHARE * (performance.now() - from);
}
