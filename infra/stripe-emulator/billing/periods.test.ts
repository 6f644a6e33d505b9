import { expect, test } from 'vitest';
import { periodEndAfter } from './periods.ts';

const seconds = (text: string) => Date.parse(text) / 1000;
const iso = (time: number) => new Date(time * 1000).toISOString().slice(0, 16);

test.each([
  ['month', '2026-01-31T10:00Z', ['2026-02-28T10:00', '2026-03-31T10:00', '2026-04-30T10:00']],
  ['month', '2026-12-31T00:00Z', ['2027-01-31T00:00']],
  ['year', '2024-02-29T12:00Z', ['2025-02-28T12:00', '2026-02-28T12:00', '2027-02-28T12:00', '2028-02-29T12:00']],
] as const)('every %s from %s', (interval, from, expected) => {
  const anchor = seconds(from);
  let start = anchor;
  const ends = expected.map(() => {
    start = periodEndAfter(anchor, interval, start);
    return iso(start);
  });
  expect(ends).toEqual(expected);
});
