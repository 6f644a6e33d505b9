import { describe, expect, it } from 'vitest';
import { backoffMs, delay } from './backoff.ts';
import { CONNECTION } from './limits.ts';

describe('backoffMs', () => {
  it('follows the steps and repeats the last one', () => {
    const waits = Array.from({ length: 9 }, (_, attempt) => backoffMs(CONNECTION.backoffMs, attempt));
    expect(waits).toEqual([50, 150, 400, 1_000, 1_000, 2_000, 2_000, 5_000, 5_000]);
  });

  it('only shortens a wait', () => {
    expect(backoffMs([1_000], 0, 0.5, () => 0)).toBe(1_000);
    expect(backoffMs([1_000], 0, 0.5, () => 1)).toBe(500);
  });
});

describe('delay', () => {
  it('resolves at once when the signal aborts', async () => {
    const controller = new AbortController();
    const waiting = delay(60_000, controller.signal);
    controller.abort();
    await waiting;
    await delay(60_000, controller.signal);
  });
});
