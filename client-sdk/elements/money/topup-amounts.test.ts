import { expect, test } from 'vitest';
import { neededTopup, topupAmounts } from './topup-amounts.ts';

const USUAL = [1_000, 2_000, 5_000, 10_000];

test('a top-up is what is missing, within the limits', () => {
  expect([300, 500, 730, 99_900].map(neededTopup)).toEqual([500, 500, 730, 50_000]);
});

test('what is missing is offered first, and nothing that is not enough', () => {
  expect(topupAmounts(0, USUAL)).toEqual(USUAL);
  expect(topupAmounts(300, USUAL)).toEqual([500, 1_000, 2_000, 5_000]);
  expect(topupAmounts(2_000, USUAL)).toEqual([2_000, 5_000, 10_000]);
  expect(topupAmounts(12_000, USUAL)).toEqual([12_000]);
});
