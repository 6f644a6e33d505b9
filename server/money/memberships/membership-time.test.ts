import { describe, expect, test } from 'vitest';
import { shareOf } from '../ledger/ledger.ts';
import { layOutPaidTime, paidTimeAt, type TermLine, unusedShares } from './membership-time.ts';

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

describe('the unused part of each payment', () => {
  const day = 86_400_000;
  const partsAt = (lines: TermLine[], nowMs: number, prices: Record<string, number>) =>
    Object.fromEntries(
      [...unusedShares(lines, nowMs)].map(([invoice, share]) => [invoice, shareOf(prices[invoice] ?? 0, share)]),
    );

  test('is counted in proportion to the time, and rounded up', () => {
    const year = line('1', 'term', 'year', [0, 365 * day]);
    expect(partsAt([year], 100 * day, { 1: 12_000 })).toEqual({ 1: Math.ceil((12_000 * 265) / 365) });
    expect(partsAt([year], 365 * day - 1, { 1: 12_000 })).toEqual({ 1: 1 });
    expect(partsAt([year], 365 * day, { 1: 12_000 })).toEqual({ 1: 0 });
    const renewal = line('2', 'term', 'year', [365 * day, 730 * day]);
    expect(partsAt([year, renewal], 100 * day, { 1: 12_000, 2: 12_000 })).toMatchObject({ 2: 12_000 });
  });

  test('of an upgrade lies beside that of its base, and together they are the price of the rest', () => {
    const month = line('1', 'term', 'silver', [0, 30 * day]);
    const upgrade = [
      line('2', 'unused', 'silver', [10 * day, 30 * day]),
      line('2', 'upgrade', 'gold', [10 * day, 30 * day]),
    ];
    // Silver costs 30.00 a month, gold 60.00: the upgrade of 20 days costs 20.00. A half of these days is left.
    expect(partsAt([month, ...upgrade], 20 * day, { 1: 3_000, 2: 2_000 })).toEqual({ 1: 1_000, 2: 1_000 });
  });

  test('of a month that became a part of a year is used up with the year', () => {
    const month = line('1', 'term', 'month', [0, 30 * day]);
    const change = [
      line('2', 'unused', 'month', [10 * day, 30 * day]),
      line('2', 'term', 'year', [10 * day, 375 * day]),
    ];
    // A year costs 365.00; 20.00 of the month were credited to it. At 73 of 365 days, four fifths are left of both.
    const lines = [month, ...change];
    expect(partsAt(lines, 83 * day, { 1: 3_000, 2: 34_500 })).toEqual({ 1: 1_600, 2: 27_600 });
  });
});
