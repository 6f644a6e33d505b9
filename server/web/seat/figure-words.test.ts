import { expect, test } from 'vitest';
import { figureName } from '../../protocol/trust/figures.ts';
import { seatThresholds } from '../texts/english/seat-thresholds.ts';
import { figureOptions, parseLimit } from './figure-words.ts';

test('every figure can be chosen once, under a name of its own', () => {
  const options = figureOptions(seatThresholds);
  expect(options.map(({ value }) => value).toSorted()).toEqual(figureName.options.toSorted());
  expect(new Set(options.map(({ label }) => label)).size).toBe(options.length);
});

test('a limit is read in the unit of its figure, and what is ambiguous is refused', () => {
  expect(parseLimit('count', '3', 'eur')).toBe(3);
  expect(parseLimit('per_live_hour', '0,5', 'eur')).toBe(0.5);
  expect(parseLimit('share', '40', 'eur')).toBe(0.4);
  expect(parseLimit('minor', '12.50', 'eur')).toBe(1250);
  for (const given of ['', 'many', '-1', '1,000', '1e3'])
    expect(parseLimit('count', given, 'eur'), given).toBe(undefined);
});
