/** How much a tip counts: larger ones stand out in the chat and over the picture, and rise as a larger coin. */
import { minorUnits } from '../texts/format.ts';

/** In the currency's major unit. */
const TIERS = [5, 20, 50] as const;

/** 0 for a small one, up to 3. */
export function tipTier({ amountMinor, currency }: { amountMinor: number; currency: string }): number {
  const amount = amountMinor / minorUnits(currency);
  return TIERS.filter((from) => amount >= from).length;
}
