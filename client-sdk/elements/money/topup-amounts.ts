/** The amounts that a top-up offers. */
import * as LIMITS from '../../../server/protocol/limits.ts';

/** What to top up, in the minor unit, where this much is missing: not less than the smallest top-up. */
export function neededTopup(missingMinor: number): number {
  return Math.min(Math.max(missingMinor, LIMITS.topupMinMinor), LIMITS.topupMaxMinor);
}

/** The amounts to choose from, as many as usual: what is missing comes first. */
export function topupAmounts(missingMinor: number, usualMinor: readonly number[]): number[] {
  if (missingMinor <= 0) return [...usualMinor];
  const neededMinor = neededTopup(missingMinor);
  return [neededMinor, ...usualMinor.filter((amountMinor) => amountMinor > neededMinor)].slice(0, usualMinor.length);
}
