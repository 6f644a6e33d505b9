import { isInEu, type VatStatus } from '../../protocol/money/business-rules.ts';
import type { SelfBillVat } from '../../protocol/money/self-bills.ts';

/**
 * How a creator's bill treats VAT. A service to the house is taxed where the house is (directive 2006/112/EC, article
 * 44): a creator of the same country owes it, one from elsewhere leaves it to the house (article 196), also outside the
 * EU, where the exemption for small businesses does not reach.
 */
export function selfBillVatOf(creator: { country: string; vatStatus: VatStatus }, houseCountry: string): SelfBillVat {
  const { country, vatStatus } = creator;
  if (vatStatus === 'none') return 'none';
  if (!isInEu(country)) return 'reverse_charge';
  if (vatStatus === 'small_business') return 'small_business';
  return country === houseCountry ? 'standard' : 'reverse_charge';
}

/** The VAT in an amount that includes it, rounded to the nearest minor unit, away from zero at the half. */
export function vatWithin(totalMinor: number, vatBps: number): number {
  return Math.sign(totalMinor) * Math.round((Math.abs(totalMinor) * vatBps) / (10_000 + vatBps));
}
