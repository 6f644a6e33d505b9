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

const CODES: readonly string[] = Object.keys(CURRENCIES);

export function isCurrency(code: string): boolean {
  return CODES.includes(code);
}

/** For error messages. */
export const CURRENCY_CODES = CODES.join(', ');
