import { expect, test } from 'vitest';
import { type CountryEvidence, findCountry } from './country-evidence.ts';
import { EuTaxTable } from './tax-calculator.ts';

const taxes = new EuTaxTable('FR', undefined);
const of = (evidence: Partial<Record<CountryEvidence['kind'], string>>) =>
  findCountry(
    Object.entries(evidence).map(([kind, country]) => ({ kind, country }) as CountryEvidence),
    taxes,
  );

test.each([
  [{}, undefined],
  [
    { billing: 'DE', card: 'DE' },
    { country: 'DE', isProven: true },
  ],
  [
    { named: 'DE', billing: 'DE', card: 'IT' },
    { country: 'DE', isProven: true },
  ],
  [
    { named: 'FR', billing: 'DE', card: 'DE' },
    { country: 'DE', isProven: true },
  ],
  [
    { billing: 'US', card: 'US' },
    { country: 'US', isProven: true },
  ],
  // Without two that agree: who was named, then the bank's word, then the payer's.
  [
    { named: 'ES', billing: 'DE', card: 'IT' },
    { country: 'ES', isProven: false },
  ],
  [
    { billing: 'DE', card: 'IT' },
    { country: 'IT', isProven: false },
  ],
  [{ card: 'IT' }, { country: 'IT', isProven: false }],
  [
    { billing: 'IT', card: 'US' },
    { country: 'IT', isProven: false },
  ],
  [
    { billing: 'US', card: 'CA' },
    { country: 'US', isProven: false },
  ],
  // One piece does not free a sale of EU VAT.
  [{ card: 'US' }, undefined],
  [{ billing: 'US' }, undefined],
  [
    { checked: 'CH', billing: 'DE', card: 'DE' },
    { country: 'CH', isProven: true },
  ],
])('%o says %o', (evidence, found) => expect(of(evidence)).toEqual(found));
