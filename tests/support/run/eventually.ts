/** Polls a condition with a timeout for loaded machines; the only polling outside of Vitest's `vi.waitFor`. */
import { setTimeout as pause } from 'node:timers/promises';

const TIMEOUT_MS = 30_000;
/** A tenth of what has passed: to ask a page takes several milliseconds of CPU. */
const pauseAfter = (passedMs: number) => Math.min(100, Math.max(25, passedMs / 10));

type Truthy<T> = Exclude<T, false | null | undefined | 0 | ''>;

/** Resolves with the first truthy result of `read`; `what` is part of the error message. */
export async function eventually<T>(read: () => Promise<T> | T, what = 'what was waited for'): Promise<Truthy<T>> {
  const from = performance.now();
  for (;;) {
    const value = await read();
    if (value) return value as Truthy<T>;
    const passedMs = performance.now() - from;
    if (passedMs > TIMEOUT_MS) throw new Error(`Timed out after ${TIMEOUT_MS} ms: ${what}`);
    await pause(pauseAfter(passedMs));
  }
}

const REFERENCE_REQUESTS = 20;
const REFERENCE_SHARE = 5;

/**
 * The second within which people must see a change, plus five times what twenty requests to the server take on this
 * machine now: some hundredths of a second where nothing else runs.
 */
export async function aboutASecond(houseUrl: string): Promise<number> {
  const from = performance.now();
  for (let count = 0; count < REFERENCE_REQUESTS; count += 1) await fetch(`${houseUrl}/healthz`);
  return 1_000 + REFERENCE_SHARE * (performance.now() - from);
}
