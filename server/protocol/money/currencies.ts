/**
 * Supported currencies with their decimals at the payment provider (docs.stripe.com/currencies, "Zero-decimal
 * currencies", "Three-decimal currencies" and "Special cases"), each compared with `Intl.NumberFormat`. Left out: those
 * whose decimals differ (isk, ugx, mga), that are paid out in whole units only (huf, twd), or whose amounts must be
 * multiples of ten (three decimals).
 */
export const CURRENCIES = {
  aud: 2,
  brl: 2,
  cad: 2,
  chf: 2,
  czk: 2,
  dkk: 2,
  eur: 2,
  gbp: 2,
  hkd: 2,
  jpy: 0,
  mxn: 2,
  nok: 2,
  nzd: 2,
  pln: 2,
  ron: 2,
  sek: 2,
  sgd: 2,
  usd: 2,
} as const satisfies Record<string, 0 | 2>;

/**
 * The smallest card payment, in the minor unit, where the house is paid out in the same currency
 * (docs.stripe.com/currencies, "Minimum and maximum charge amounts").
 */
const CARD_MINIMUM_MINOR: Record<keyof typeof CURRENCIES, number> = {
  aud: 50,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1_500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  jpy: 50,
  mxn: 1_000,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  usd: 50,
};

/** The smallest amount of what may be paid by card: the house's own minimum, or the card's where that is larger. */
export function cardMinimumMinor(currency: string, ownMinor = 0): number {
  return Math.max(ownMinor, isCurrency(currency) ? CARD_MINIMUM_MINOR[currency as keyof typeof CURRENCIES] : 0);
}

const CODES: readonly string[] = Object.keys(CURRENCIES);

export function isCurrency(code: string): boolean {
  return CODES.includes(code);
}

/** For error messages. */
export const CURRENCY_CODES = CODES.join(', ');
