/**
 * Currencies that a house can be kept in, with their decimals at the payment provider (docs.stripe.com/currencies,
 * "Zero-decimal currencies",
 * "Three-decimal currencies" and "Special cases"). Each was compared with what browsers show (`Intl.NumberFormat`);
 * where the two differ (isk, ugx,
 * mga), or payouts take whole units only (huf, twd), or amounts must be multiples of ten (three decimals), a price
 * would be wrong by a factor or
 * refused.
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

const CODES: readonly string[] = Object.keys(CURRENCIES);

export function isCurrency(code: string): boolean {
  return CODES.includes(code);
}

/** For a message that says what can be given. */
export const CURRENCY_CODES = CODES.join(', ');
