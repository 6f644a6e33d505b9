import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countHeld, majority, quorumFailsSince, type SeatSpan, type Sitting, vacantSince } from './sittings.ts';

const LAST_DAY = 30;
const day = fc.integer({ min: 0, max: LAST_DAY });
const end = fc.option(day, { nil: Number.POSITIVE_INFINITY });

/** What happens, in any order, as a person would note it down. */
const history = fc.record({
  seats: fc.array(fc.record({ createdOn: day, removedOn: end }), { maxLength: 6 }),
  terms: fc.array(
    fc.record({ seat: fc.integer({ min: 0, max: 5 }), from: day, until: end, resignedOn: end, removedOn: end }),
    { maxLength: 12 },
  ),
  today: day,
  fixed: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
});

test('the quorum fails and a seat is vacant since the day from which a look at every day says so', () => {
  fc.assert(
    fc.property(history, ({ seats: noted, terms, today, fixed }) => {
      const seats: SeatSpan[] = noted.map(({ createdOn, removedOn }, index) => ({
        ...{ id: String(index), fromMs: createdOn, untilMs: removedOn },
      }));
      const sittings: Sitting[] = terms.map(({ seat, from, until, resignedOn, removedOn }) => ({
        ...{ seat: String(seat), fromMs: from, untilMs: Math.min(until, resignedOn, removedOn) },
      }));
      const existsOn = (index: number, date: number) =>
        (noted[index]?.createdOn ?? Number.POSITIVE_INFINITY) <= date && date < (noted[index]?.removedOn ?? 0);
      const isHeldOn = (index: number, date: number) =>
        terms.some((term) => {
          if (term.seat !== index || date < term.from || date >= term.until) return false;
          return date < term.resignedOn && date < term.removedOn;
        });
      const failsOn = (date: number) => {
        const existing = noted.flatMap((_, index) => (existsOn(index, date) ? [index] : []));
        const held = existing.filter((index) => isHeldOn(index, date));
        const needed = fixed ?? existing.length / 2 + 0.5;
        return existing.length > 0 && held.length < needed;
      };
      /** Day by day, back from today. */
      const since = (isSo: (date: number) => boolean) => {
        let first: number | null = null;
        for (let date = today; date >= 0 && isSo(date); date -= 1) first = date;
        return first;
      };
      const rule = fixed === undefined ? majority : () => fixed;
      expect(quorumFailsSince({ seats, sittings }, rule, today)).toBe(since(failsOn));
      for (const [index, seat] of seats.entries()) {
        const vacant = since((date) => existsOn(index, date) && !isHeldOn(index, date));
        expect(vacantSince(seat, sittings, today)).toBe(vacant);
      }
      const counted = countHeld(seats, sittings, today);
      expect(counted.held).toBeLessThanOrEqual(counted.seats);
    }),
    { numRuns: 2_000 },
  );
});

test('a successor who begins when the term ends leaves the quorum standing; a day later it fails from the first day', () => {
  const seats = ['a', 'b', 'c'].map((id) => ({ id, fromMs: 0, untilMs: Number.POSITIVE_INFINITY }));
  const own = (seat: string, fromMs: number, untilMs: number) => ({ seat, fromMs, untilMs });
  const at = (sittings: Sitting[]) => quorumFailsSince({ seats, sittings }, majority, 25);
  expect(at([own('a', 5, 20), own('b', 5, 40), own('a', 20, 40)])).toBeNull();
  expect(at([own('a', 5, 20), own('b', 5, 40), own('a', 26, 40)])).toBe(20);
  expect(at([])).toBe(0);
  expect(quorumFailsSince({ seats: [], sittings: [] }, majority, 25)).toBeNull();
});
