/** What the emulator takes of a charge: the public price for European cards in the euro area, and its like elsewhere. */

const PERCENT_IN_TEN_THOUSANDTHS = 150;
const FIXED_MINOR: Readonly<Record<string, number>> = { eur: 25, usd: 30, gbp: 20, chf: 30, jpy: 40 };
const FIXED_MINOR_DEFAULT = 25;

export function chargeFeeMinor(amountMinor: number, currency: string): number {
  const variable = Math.round((amountMinor * PERCENT_IN_TEN_THOUSANDTHS) / 10_000);
  return variable + (FIXED_MINOR[currency] ?? FIXED_MINOR_DEFAULT);
}
