/**
 * The VAT rate of a sale. The house sells electronically supplied services as the deemed supplier, so the rate is that
 * of the country where the buyer lives (directive 2006/112/EC, articles 28, 58 and implementing regulation 282/2011,
 * article 9a).
 */

import type { VatScheme } from '../../protocol/money/vat-report.ts';

/**
 * Default standard rates in basis points, as of 1 January 2026. In November 2026, 25 of the 27 agreed with public
 * listings of EU rates; Estonia (24 % since July 2025) and Romania (21 % since August 2025) changed after those
 * listings. They were not compared with the official table, so before going live the operator's counsel confirms each
 * rate that is used; corrections go into the file named by `LOGE_VAT_RATES`.
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
 * Rates from the table, overridden by the operator's. Buyers of unknown country get the house's rate; outside the EU no
 * EU VAT is due.
 */
export class EuTaxTable {
  readonly houseCountry: string;
  readonly #rates: ReadonlyMap<string, number>;

  constructor(houseCountry: string, ownRates: VatRates | undefined) {
    this.houseCountry = houseCountry;
    this.#rates = new Map(Object.entries({ ...EU_STANDARD_VAT_BPS, ...ownRates }));
  }

  /** `buyerCountry` is absent while it is unknown. Amounts include the tax. */
  rateOf(buyerCountry: string | undefined): { country: string; vatBps: number } {
    const country = buyerCountry ?? this.houseCountry;
    return { country, vatBps: this.#rates.get(country) ?? 0 };
  }

  /** In which return the VAT of a country is declared. */
  schemeOf(country: string): VatScheme {
    if (country === this.houseCountry) return 'domestic';
    return country in EU_STANDARD_VAT_BPS ? 'oss' : 'outside';
  }

  /** Whether a VAT rate for buyers of this country is known. */
  hasRate(country: string): boolean {
    return this.#rates.has(country);
  }
}
