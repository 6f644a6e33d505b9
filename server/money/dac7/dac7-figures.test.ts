import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SellerQuarter, toReported } from './dac7-figures.ts';

const NOTHING: SellerQuarter = { considerationMinor: 0, activities: 0, feesMinor: 0, taxesMinor: 0 };
const considerations = (amounts: number[]) =>
  toReported(
    amounts.map((considerationMinor) => ({ ...NOTHING, considerationMinor })),
    'eur',
  ).map(({ consideration }) => consideration);

test.each([
  ['whole units, halves up', [150, 149, 0, 99_950], [2, 1, 0, 1_000]],
  ['what was taken back later lowers the quarter before', [10_000, -4_000, 0, 0], [60, 0, 0, 0]],
  ['the latest quarters first', [10_000, 3_000, -4_000, 0], [90, 0, 0, 0]],
  ['what was taken back of the year before lowers the next quarter', [-4_000, 10_000, 0, 0], [0, 60, 0, 0]],
  ['more taken back than earned', [-4_000, 1_000, 0, 0], [0, 0, 0, 0]],
])('%s', (_name, minor, reported) => {
  expect(considerations(minor)).toEqual(reported);
});

test('nothing is below zero, and the year keeps its sum', () => {
  const amount = fc.integer({ min: -1_000, max: 1_000 }).map((units) => units * 100);
  fc.assert(
    fc.property(fc.array(amount, { minLength: 4, maxLength: 4 }), (minor) => {
      const reported = considerations(minor);
      const sum = minor.reduce((total, each) => total + each, 0) / 100;
      expect(Math.min(...reported)).toBeGreaterThanOrEqual(0);
      expect(reported.reduce((total, each) => total + each, 0)).toBe(Math.max(0, sum));
    }),
  );
});
