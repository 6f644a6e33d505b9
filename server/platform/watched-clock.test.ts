import { beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from './clock.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { CLOCK_HOLD_MS, CLOCK_JUMP_MS, WatchedClock } from './watched-clock.ts';

const log = createLog({ level: 'silent', pretty: false });
const START_MS = Date.UTC(2026, 5, 15, 12);

let wallMs: number;
let monotonicMs: number;
let clock: WatchedClock;
const metrics = createMetrics();
const metric = async () => (await metrics.clockInDoubt.get()).values[0]?.value;
const pass = (ms: number) => {
  wallMs += ms;
  monotonicMs += ms;
};

beforeEach(() => {
  [wallMs, monotonicMs] = [START_MS, 0];
  clock = new WatchedClock({ source: { now: () => wallMs }, log, metrics, monotonic: () => monotonicMs });
});

describe('the clock of the house', () => {
  test.each([8 * HOUR_MS, -8 * HOUR_MS, CLOCK_JUMP_MS + 1])('a jump of %i ms has to hold', async (jumpMs) => {
    pass(DAY_MS);
    expect(clock.isInDoubt).toBe(false);
    wallMs += jumpMs;
    expect([clock.isInDoubt, await metric()]).toEqual([true, 1]);
    pass(CLOCK_HOLD_MS - 1);
    expect(clock.isInDoubt).toBe(true);
    pass(1);
    expect([clock.isInDoubt, await metric()]).toEqual([false, 0]);
  });

  test('a jump back during the wait begins another wait', () => {
    wallMs += 8 * HOUR_MS;
    expect(clock.isInDoubt).toBe(true);
    pass(CLOCK_HOLD_MS - 1);
    wallMs -= 8 * HOUR_MS;
    expect(clock.isInDoubt).toBe(true);
    pass(CLOCK_HOLD_MS - 1);
    expect(clock.isInDoubt).toBe(true);
  });

  test('a clock that is slewed, or whose process was stopped for a night, is not in doubt', () => {
    for (let beats = 0; beats < 1_000; beats += 1) {
      pass(5_000);
      wallMs += 500;
      expect(clock.isInDoubt).toBe(false);
    }
    pass(11 * HOUR_MS);
    expect(clock.isInDoubt).toBe(false);
  });

  test("is in doubt for as long as it differs from the database's, however slowly that answers", () => {
    pass(5 * CLOCK_JUMP_MS);
    clock.noteDatabase(wallMs - 4 * CLOCK_JUMP_MS, wallMs - 5 * CLOCK_JUMP_MS);
    expect(clock.isInDoubt).toBe(false);
    for (const byMs of [2 * CLOCK_JUMP_MS, -2 * CLOCK_JUMP_MS]) {
      for (let holds = 0; holds < 3; holds += 1) {
        clock.noteDatabase(wallMs + byMs, wallMs);
        pass(CLOCK_HOLD_MS - 1);
        expect(clock.isInDoubt).toBe(true);
      }
    }
  });
});
