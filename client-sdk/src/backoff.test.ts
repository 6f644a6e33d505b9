import { describe, expect, it } from 'vitest';
import { backoffMs, delay } from './backoff.ts';
import { CONNECTION } from './limits.ts';

describe('backoffMs', () => {
  it('is quick at first, then slower, and stays at the last step', () => {
    const waits = Array.from({ length: 9 }, (_, attempt) => backoffMs(CONNECTION.backoffMs, attempt));
    expect(waits).toEqual([50, 150, 400, 1_000, 1_000, 2_000, 2_000, 5_000, 5_000]);
  });

  it('spreads a wait downwards only', () => {
    expect(backoffMs([1_000], 0, 0.5, () => 0)).toBe(1_000);
    expect(backoffMs([1_000], 0, 0.5, () => 1)).toBe(500);
  });
});

describe('delay', () => {
  it('ends early when it is called off', async () => {
    const off = new AbortController();
    const waited = delay(60_000, off.signal);
    off.abort();
    await waited;
    await delay(60_000, off.signal);
  });
});
