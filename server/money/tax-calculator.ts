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
}

/**
 * Standard rates in basis points. Source: European Commission, Taxes in Europe Database and the table "VAT rates applied in the Member
 * States", as in force on 1 January 2026 (Estonia 24 % since 2025-07-01, Romania 21 % since 2025-08-01, Slovakia 23 % since 2025-01-01,
 * Finland 25.5 % since 2024-09-01). An operator checks it against the source before going live: rates change by national law.
 */
export const EU_STANDARD_VAT_BPS: Readonly<Record<string, number>> = {
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

/** Rates from the table. Who is of no known country is taken for a neighbour of the house; outside the Union no VAT of the Union is due. */
export class EuTaxTable implements TaxCalculator {
  readonly #houseCountry: string;

  constructor(houseCountry: string) {
    this.#houseCountry = houseCountry;
  }

  rateOf({ buyerCountry }: { buyerCountry: string | undefined }): TaxRate {
    const country = buyerCountry ?? this.#houseCountry;
    return { country, vatBps: EU_STANDARD_VAT_BPS[country] ?? 0 };
  }
}
