import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANSWER_WITHIN_MS, dueMinor, durationMs, MediaMeter, SAMPLE_GAP_MAX_MS } from './private-billing.ts';

describe('the price of time', () => {
  it('is rounded down to the cent, and never more than the rate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 0, max: 86_400_000 }), (rate, ms) => {
        const due = dueMinor(rate, ms);
        expect(due * 60_000).toBeLessThanOrEqual(rate * ms);
        expect((due + 1) * 60_000).toBeGreaterThan(rate * ms);
      }),
    );
  });

  it('ends what is held at the first moment at which all of it is due', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 100_000 }), (rate, amount) => {
        const ms = durationMs(rate, amount);
        expect(dueMinor(rate, ms)).toBeGreaterThanOrEqual(amount);
        expect(dueMinor(rate, ms - 1)).toBeLessThan(amount);
      }),
    );
  });
});

describe('confirmed time', () => {
  /** One interval between two samples, and the media in it. */
  const interval = fc.record({
    ms: fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 1, max: 2_000 }) }, fc.integer({ min: 0, max: 10_000 })),
    creator: fc.boolean(),
    fan: fc.boolean(),
    answer: fc.boolean(),
    isNew: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    isNewFan: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    isLost: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  });

  it('counts only the time in which both sides had media and the fan answered', () => {
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 60 }), (intervals) => {
        const meter = new MediaMeter();
        let creatorVideoBytes = 0;
        let viewer = { session: 0, videoBytes: 0, reports: 0 };
        let [atMs, key, had] = [0, 0, false];
        let [expected, waiting] = [0, 0];
        for (const { ms, creator, fan, answer, isNew, isNewFan, isLost } of intervals) {
          atMs += ms;
          if (isNew) key += 1;
          if (isNewFan) viewer = { session: viewer.session + 1, videoBytes: 0, reports: 0 };
          if (creator) creatorVideoBytes += 1;
          if (fan) viewer.videoBytes += 1;
          if (answer) viewer.reports += 1;
          const fanMedia = [{ ...viewer, session: `${viewer.session}` }];
          meter.add(atMs, isLost ? undefined : { key: `${key}`, creatorVideoBytes, fan: fanMedia, isFanPaused: false });
          const isBilled = had && !isLost && !isNew && creator && fan && ms > 0 && ms <= SAMPLE_GAP_MAX_MS;
          had = !isLost;
          waiting = isBilled ? waiting + ms : 0;
          if (isBilled && answer) {
            expected += waiting;
            waiting = 0;
          }
          if (waiting > ANSWER_WITHIN_MS) waiting = 0;
          expect(meter.confirmedMs).toBe(expected);
        }
      }),
    );
  });

  it('does not count a frozen picture, even if other media flow', () => {
    const meter = new MediaMeter();
    for (let second = 0; second <= 10; second += 1) {
      const fan = [{ session: 'viewer', videoBytes: second, reports: second }];
      meter.add(second * 1_000, { key: 'a', creatorVideoBytes: 5, fan, isFanPaused: false });
    }
    expect(meter).toMatchObject({ confirmedMs: 0, isFlowing: false });
  });

  it('counts each media session that the fan watches', () => {
    const meter = new MediaMeter();
    for (let second = 0; second <= 10; second += 1) {
      const fan = [{ session: `viewer-${second}`, videoBytes: 5, reports: 1 }];
      meter.add(second * 1_000, { key: 'a', creatorVideoBytes: second, fan, isFanPaused: false });
    }
    expect(meter.confirmedMs).toBe(10_000);
  });
});
