/** Reads that answer for many periods in one statement. */
import type { Period } from '../house-dates.ts';

/** A row for each period, numbered from 1; its bounds are the first two values of the statement. */
export const PERIODS = 'unnest($1::timestamptz[], $2::timestamptz[]) with ordinality as p (from_at, until_at, number)';

export function boundsOf(periods: readonly Period[]): [string[], string[]] {
  return [periods.map(({ fromIso }) => fromIso), periods.map(({ untilIso }) => untilIso)];
}
