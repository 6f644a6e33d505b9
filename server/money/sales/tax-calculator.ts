/**
 * VAT, behind an interface: which rate a sale carries. The house sells electronically supplied services as the deemed supplier, so the rate
 * is that of the country where the buyer lives (directive 2006/112/EC, articles 28, 58 and implementing regulation 282/2011, article 9a).
 */

export interface TaxRate {
  /** Whose rate it is: ISO 3166-1 alpha-2. */
  country: string;
  vatBps: number;
}

export interface TaxCalculator {
  /** `buyerCountry` is absent while nobody has said where the buyer lives. Amounts include the tax. */
  rateOf(sale: { buyerCountry: string | undefined }): TaxRate | Promise<TaxRate>;
  /** Whether buyers of this country owe a VAT that is known here. */
  hasRate(country: string): boolean;
}

/**
 * Default standard rates in basis points, as of 1 January 2026. Compared in November 2026 with public listings of the Union's rates: 25 of the 27
 * agree with them; Estonia (24 % since July 2025) and Romania (21 % since August 2025) changed after those listings were made. The official table
 * was not at hand, so they stay defaults: before going live the operator's counsel confirms each one that is used, and what differs or has changed
 * since goes into the file that `LOGE_VAT_RATES` names.
 */
const EU_STANDARD_VAT_BPS: VatRates = {
  AT: 2_000,
  BE: 2_100,
  BG: 2_000,
  CY: 1_900,
  CZ: 2_100,
  DE: 1_900,
  DK: 2_500,
  EE: 2_400,
  ES: 2_100,
  FI: 2_550,
  FR: 2_000,
  GR: 2_400,
  HR: 2_500,
  HU: 2_700,
  IE: 2_300,
  IT: 2_200,
  LT: 2_100,
  LU: 1_700,
  LV: 2_100,
  MT: 1_800,
  NL: 2_100,
  PL: 2_300,
  PT: 2_300,
  RO: 2_100,
  SE: 2_500,
  SI: 2_200,
  SK: 2_300,
};

/** Basis points by country: ISO 3166-1 alpha-2. */
export type VatRates = Readonly<Record<string, number>>;

/**
 * Rates from the table, and the operator's before it. Who is of no known country is taken for a neighbour of the house; outside the Union no VAT
 * of the Union is due.
 */
export class EuTaxTable implements TaxCalculator {
  readonly #houseCountry: string;
  readonly #rates: ReadonlyMap<string, number>;

  constructor(houseCountry: string, ownRates: VatRates = {}) {
    this.#houseCountry = houseCountry;
    this.#rates = new Map(Object.entries({ ...EU_STANDARD_VAT_BPS, ...ownRates }));
  }

  rateOf({ buyerCountry }: { buyerCountry: string | undefined }): TaxRate {
    const country = buyerCountry ?? this.#houseCountry;
    return { country, vatBps: this.#rates.get(country) ?? 0 };
  }

  hasRate(country: string): boolean {
    return this.#rates.has(country);
  }
}
