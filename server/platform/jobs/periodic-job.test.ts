import { describe, expect, test, vi } from 'vitest';
import { createLog } from '../log.ts';
import { PeriodicJob } from './periodic-job.ts';

const log = createLog({ level: 'silent', pretty: false });
const NEVER_MS = 3_600_000;

describe('a periodic job', () => {
  test('never runs twice at a time, and coalesces wakes into one more run', async () => {
    let running = 0;
    let runs = 0;
    const job = new PeriodicJob({
      name: 'test',
      everyMs: NEVER_MS,
      log,
      waitsForClock: false,
      run: async () => {
        running += 1;
        expect(running).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        runs += 1;
        return false;
      },
    });
    job.start();
    for (let wakes = 0; wakes < 10; wakes += 1) job.wake();
    await job.idle();
    expect(runs).toBe(2);
    await job.close();
    job.wake();
    expect(runs).toBe(2);
  });

  test('repeats while there is more work, and survives a failure', async () => {
    let left = 3;
    const job = new PeriodicJob({
      name: 'test',
      everyMs: NEVER_MS,
      log,
      waitsForClock: false,
      run: async () => {
        left -= 1;
        if (left === 0) throw new Error('on purpose');
        return true;
      },
    });
    job.start();
    await job.idle();
    expect(left).toBe(0);
    left = 10;
    job.wake();
    await job.close();
    expect(left).toBeLessThan(10);
  });

  test('waits while its clock is in doubt, and runs when that is over, long before its next time', async () => {
    vi.useFakeTimers();
    const clock = { now: () => 0, isInDoubt: true };
    let runs = 0;
    const run = async () => {
      runs += 1;
    };
    const job = new PeriodicJob({ name: 'test', everyMs: NEVER_MS, log, waitsForClock: clock, run });
    try {
      job.start();
      await vi.advanceTimersByTimeAsync(NEVER_MS / 4);
      expect(runs).toBe(0);
      clock.isInDoubt = false;
      await vi.advanceTimersByTimeAsync(NEVER_MS / 4);
      expect(runs).toBe(1);
    } finally {
      await job.close();
      vi.useRealTimers();
    }
  });
});
