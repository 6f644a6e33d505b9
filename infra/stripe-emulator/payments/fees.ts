/** The emulator's fees: the public prices for European cards in the euro area, and similar ones elsewhere. */

const PERCENT_IN_TEN_THOUSANDTHS = 150;
const FIXED_MINOR: Readonly<Record<string, number>> = { eur: 25, usd: 30, gbp: 20, chf: 30, jpy: 40 };
const FIXED_MINOR_DEFAULT = 25;
const DISPUTE_MINOR: Readonly<Record<string, number>> = { eur: 2_000, usd: 1_500, gbp: 2_000, chf: 2_000, jpy: 1_500 };
const DISPUTE_MINOR_DEFAULT = 2_000;

export function chargeFeeMinor(amountMinor: number, currency: string): number {
  const variable = Math.round((amountMinor * PERCENT_IN_TEN_THOUSANDTHS) / 10_000);
  return variable + (FIXED_MINOR[currency] ?? FIXED_MINOR_DEFAULT);
}

/** Withdrawn together with a disputed amount, and returned with it. */
export function disputeFeeMinor(currency: string): number {
  return DISPUTE_MINOR[currency] ?? DISPUTE_MINOR_DEFAULT;
}
