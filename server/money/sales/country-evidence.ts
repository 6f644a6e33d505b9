/**
 * Where a buyer lives, and how that is known. Implementing regulation (EU) 282/2011, article 24b(d), presumes the
 * country that two pieces of evidence of article 24f name without contradicting each other. While such services come to
 * less than 100,000 EUR a year, one piece suffices that comes from neither seller nor buyer, as a card's country does.
 * Pure.
 */
import type { EuTaxTable } from './tax-calculator.ts';

/**
 * `billing`: the address that the payer gave with the card. `card`: where the card was issued. `named`: by the
 * embedding server. `checked`: by an operator, who has looked into it (article 24d).
 */
export type EvidenceKind = 'billing' | 'card' | 'named' | 'checked';

export interface CountryEvidence {
  kind: EvidenceKind;
  /** ISO 3166-1 alpha-2. */
  country: string;
}

/** Undefined while nothing says it. A price without EU VAT needs more than a card: the house would owe the tax. */
export function findCountry(
  evidence: CountryEvidence[],
  taxes: Pick<EuTaxTable, 'hasRate'>,
): { country: string; isProven: boolean } | undefined {
  const of = (kind: EvidenceKind) => evidence.find((piece) => piece.kind === kind)?.country;
  const checked = of('checked');
  if (checked !== undefined) return { country: checked, isProven: true };
  const agreed = evidence.find(({ country }) => evidence.filter((piece) => piece.country === country).length > 1);
  if (agreed) return { country: agreed.country, isProven: true };
  const [named, card, billing] = [of('named'), of('card'), of('billing')];
  if (named !== undefined) return { country: named, isProven: false };
  const european = [card, billing].find((country) => country !== undefined && taxes.hasRate(country));
  if (european !== undefined) return { country: european, isProven: false };
  // Two countries outside the EU, whichever it is.
  return card !== undefined && billing !== undefined ? { country: billing, isProven: false } : undefined;
}
