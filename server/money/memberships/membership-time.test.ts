import { describe, expect, test } from 'vitest';
import { layOutPaidTime, paidTimeAt, type TermLine } from './membership-time.ts';

const line = (invoice: string, kind: TermLine['kind'], tier: string, [startsAtMs, endsAtMs]: [number, number]) => ({
  invoice,
  kind,
  tier,
  startsAtMs,
  endsAtMs,
});
const shown = (lines: TermLine[]) => layOutPaidTime(lines).map((time) => [time.tier, time.startsAtMs, time.endsAtMs]);

describe('the paid time', () => {
  const month = line('1', 'term', 'silver', [0, 30]);
  const upgrade = [line('2', 'unused', 'silver', [10, 30]), line('2', 'upgrade', 'gold', [10, 30])];

  test('renewals of a tier join, and a gap is not paid', () => {
    expect(shown([month, line('2', 'term', 'silver', [30, 60])])).toEqual([['silver', 0, 60]]);
    const times = layOutPaidTime([month, line('2', 'term', 'silver', [40, 70])]);
    expect(times).toHaveLength(2);
    expect(paidTimeAt(times, 35)).toMatchObject({ endsAtMs: 30 });
    expect(paidTimeAt(times, 40)).toMatchObject({ endsAtMs: 70 });
  });

  test('an upgrade covers the rest of the paid time only', () => {
    const times = [
      ['silver', 0, 10],
      ['gold', 10, 30],
    ];
    expect(shown([month, ...upgrade])).toEqual(times);
    // Whichever was paid first.
    expect(shown([...upgrade, month])).toEqual(times);
    expect(shown(upgrade)).toEqual([]);
    expect(shown([month])).toEqual([['silver', 0, 30]]);
  });

  test('another interval replaces the rest of the old one', () => {
    const year = line('1', 'term', 'year', [0, 365]);
    const change = [line('2', 'unused', 'year', [10, 365]), line('2', 'term', 'month', [10, 40])];
    expect(shown([year, ...change])).toEqual([
      ['year', 0, 10],
      ['month', 10, 40],
    ]);
    const back = [line('3', 'unused', 'month', [20, 40]), line('3', 'term', 'year', [20, 385])];
    expect(shown([year, ...change, ...back])).toEqual([
      ['year', 0, 10],
      ['month', 10, 20],
      ['year', 20, 385],
    ]);
  });

  test('of two upgrades the one that is left stands on what is left', () => {
    const best = [line('3', 'unused', 'gold', [20, 30]), line('3', 'upgrade', 'best', [20, 30])];
    expect(shown([month, ...best])).toEqual([
      ['silver', 0, 20],
      ['best', 20, 30],
    ]);
  });
});
