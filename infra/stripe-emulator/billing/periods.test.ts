import { expect, test } from 'vitest';
import { periodEndAfter } from './periods.ts';

const seconds = (text: string) => Date.parse(text) / 1000;
const iso = (time: number) => new Date(time * 1000).toISOString().slice(0, 16);

test.each([
  ['month', 1, '2026-01-31T10:00Z', ['2026-02-28T10:00', '2026-03-31T10:00', '2026-04-30T10:00']],
  ['month', 3, '2025-11-30T00:00Z', ['2026-02-28T00:00', '2026-05-30T00:00', '2026-08-30T00:00']],
  ['year', 1, '2024-02-29T12:00Z', ['2025-02-28T12:00', '2026-02-28T12:00', '2027-02-28T12:00', '2028-02-29T12:00']],
  ['week', 2, '2026-03-28T23:00Z', ['2026-04-11T23:00', '2026-04-25T23:00']],
  ['day', 1, '2026-12-31T00:00Z', ['2027-01-01T00:00']],
] as const)('every %s × %d from %s', (interval, interval_count, from, expected) => {
  const anchor = seconds(from);
  let start = anchor;
  const ends = expected.map(() => {
    start = periodEndAfter(anchor, { interval, interval_count }, start);
    return iso(start);
  });
  expect(ends).toEqual(expected);
});
