/** Polls a condition with a timeout for loaded machines; the only polling outside of Vitest's `vi.waitFor`. */
import { setTimeout as pause } from 'node:timers/promises';

const TIMEOUT_MS = 30_000;
const PAUSE_MS = 25;

type Truthy<T> = Exclude<T, false | null | undefined | 0 | ''>;

/** Resolves with the first truthy result of `read`; `what` is part of the error message. */
export async function eventually<T>(read: () => Promise<T> | T, what = 'what was waited for'): Promise<Truthy<T>> {
  const until = performance.now() + TIMEOUT_MS;
  for (;;) {
    const value = await read();
    if (value) return value as Truthy<T>;
    if (performance.now() > until) throw new Error(`Timed out after ${TIMEOUT_MS} ms: ${what}`);
    await pause(PAUSE_MS);
  }
}

/** The second within which people must see a change, plus what a request to the server takes on this machine now. */
export async function aboutASecond(houseUrl: string): Promise<number> {
  const from = performance.now();
  await fetch(`${houseUrl}/healthz`);
  return 1_000 + 20 * (performance.now() - from);
}
