import { describe, expect, test } from 'vitest';
import { type BusinessNumbers, compactNumber, findBusinessFaults } from './business-rules.ts';

const TODAY = '2026-12-01';
const lea: BusinessNumbers = {
  kind: 'person',
  firstName: 'Léa',
  country: 'FR',
  birthDate: '1990-05-17',
  tin: '3012345678901',
  registrationNumber: null,
  vatStatus: 'none',
  vatNumber: null,
  accountIdentifier: null,
};
const faultsOf = (change: Partial<BusinessNumbers>) => findBusinessFaults({ ...lea, ...change }, TODAY);

describe('the tax details of a creator', () => {
  test('a person gives a date of birth, a company its registration, and who is registered in the EU a VAT number', () => {
    expect(faultsOf({})).toEqual({});
    expect(faultsOf({ firstName: null })).toEqual({ firstName: 'missing' });
    expect(faultsOf({ birthDate: null })).toEqual({ birthDate: 'missing' });
    expect(faultsOf({ birthDate: TODAY })).toEqual({ birthDate: 'invalid' });
    expect(faultsOf({ kind: 'company', firstName: null, birthDate: null })).toEqual({ registrationNumber: 'missing' });
    expect(faultsOf({ registrationNumber: '12345678' })).toEqual({ registrationNumber: 'invalid' });
    expect(faultsOf({ vatStatus: 'registered' })).toEqual({ vatNumber: 'missing' });
    expect(faultsOf({ vatStatus: 'registered', country: 'US' })).toEqual({});
  });

  test.each([
    ['FR', 'FR40303265045', 'DE303265045'],
    ['DE', 'DE136695976', 'DE13669597'],
    ['GR', 'EL094259216', 'GR094259216'],
    ['ES', 'ESX1234567L', 'ES12345678'],
    ['NL', 'NL123456789B01', 'NL123456789001'],
  ])('a VAT number of %s', (country, good, bad) => {
    const registered = { vatStatus: 'registered', country } as const;
    expect(faultsOf({ ...registered, vatNumber: good })).toEqual({});
    expect(faultsOf({ ...registered, vatNumber: bad })).toEqual({ vatNumber: 'invalid' });
  });

  test('an IBAN has its check digits; another account number has none', () => {
    expect(compactNumber(' fr76 3000-6000.0112 ')).toBe('FR76300060000112');
    expect(faultsOf({ accountIdentifier: 'FR7630006000011234567890189' })).toEqual({});
    expect(faultsOf({ accountIdentifier: 'FR7630006000011234567890198' })).toEqual({ accountIdentifier: 'invalid' });
    expect(faultsOf({ accountIdentifier: '000123456789' })).toEqual({});
  });
});
