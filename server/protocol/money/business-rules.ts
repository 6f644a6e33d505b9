/**
 * What a creator's tax details have to be, for the server and for the form: which numbers are asked of whom, and their
 * form. Numbers are compared as they are stored, without spaces. Whether a number exists, only a tax office knows.
 */

export const BUSINESS_KINDS = ['person', 'company'] as const;
export type BusinessKind = (typeof BUSINESS_KINDS)[number];

/**
 * `registered`: has a VAT number; outside the EU, is in business there. `small_business`: in business and exempt
 * (directive 2006/112/EC, article 284; in France article 293 B of the CGI). `none`: not in business.
 */
export const VAT_STATUSES = ['registered', 'small_business', 'none'] as const;
export type VatStatus = (typeof VAT_STATUSES)[number];

/** The details that rules are about, as they are stored. */
export interface BusinessNumbers {
  kind: BusinessKind;
  /** Of a person. */
  firstName: string | null;
  /** ISO 3166-1 alpha-2. */
  country: string;
  birthDate: string | null;
  tin: string | null;
  registrationNumber: string | null;
  vatStatus: VatStatus;
  vatNumber: string | null;
  accountIdentifier: string | null;
}

/** Those that can be missing, or have the wrong form. */
export const BUSINESS_NUMBERS = [
  ...(['firstName', 'birthDate', 'tin', 'registrationNumber', 'vatNumber', 'accountIdentifier'] as const),
];
type BusinessNumber = (typeof BUSINESS_NUMBERS)[number];
export type BusinessFaults = Partial<Record<BusinessNumber, 'missing' | 'invalid'>>;

/** VAT numbers of the member states, as the Commission's VIES page describes them, by ISO country. */
const VAT_NUMBERS: Readonly<Record<string, RegExp>> = {
  AT: /^ATU\d{8}$/,
  BE: /^BE[01]\d{9}$/,
  BG: /^BG\d{9,10}$/,
  CY: /^CY\d{8}[A-Z]$/,
  CZ: /^CZ\d{8,10}$/,
  DE: /^DE\d{9}$/,
  DK: /^DK\d{8}$/,
  EE: /^EE\d{9}$/,
  ES: /^ES[A-Z0-9]\d{7}[A-Z0-9]$/,
  FI: /^FI\d{8}$/,
  FR: /^FR[A-HJ-NP-Z0-9]{2}\d{9}$/,
  GR: /^EL\d{9}$/,
  HR: /^HR\d{11}$/,
  HU: /^HU\d{8}$/,
  IE: /^IE\d[A-Z0-9]\d{5}[A-Z]{1,2}$/,
  IT: /^IT\d{11}$/,
  LT: /^LT(?:\d{9}|\d{12})$/,
  LU: /^LU\d{8}$/,
  LV: /^LV\d{11}$/,
  MT: /^MT\d{8}$/,
  NL: /^NL\d{9}B\d{2}$/,
  PL: /^PL\d{10}$/,
  PT: /^PT\d{9}$/,
  RO: /^RO\d{2,10}$/,
  SE: /^SE\d{12}$/,
  SI: /^SI\d{8}$/,
  SK: /^SK\d{10}$/,
};

/** SIREN or SIRET. */
const FRENCH_REGISTRATION = /^(?:\d{9}|\d{14})$/;
const TAX_NUMBER = /^[A-Z0-9/]{4,25}$/;
const REGISTRATION = /^[A-Z0-9/]{2,30}$/;
/** An IBAN, or an account number of where there are none. */
const ACCOUNT = /^[A-Z0-9]{5,34}$/;
const IBAN_START = /^[A-Z]{2}\d{2}/;
const FIRST_BIRTH = '1900-01-01';

export function isInEu(country: string): boolean {
  return country in VAT_NUMBERS;
}

/** As it is stored: upper case, without spaces, dots and hyphens; null for nothing. */
export function compactNumber(text: string | null): string | null {
  return text?.toUpperCase().replace(/[\s.-]/g, '') || null;
}

/** What is wrong, by field; `today` is a day in ISO 8601. */
export function findBusinessFaults(details: BusinessNumbers, today: string): BusinessFaults {
  const { kind, firstName, country, birthDate, tin, registrationNumber, vatNumber, accountIdentifier } = details;
  const registration = country === 'FR' ? FRENCH_REGISTRATION : REGISTRATION;
  return {
    ...(kind === 'person' && check('firstName', firstName, { isAsked: true, isValid: () => true })),
    ...(kind === 'person' && check('birthDate', birthDate, { isAsked: true, isValid: isBirthDate(today) })),
    ...check('tin', tin, { isValid: (text) => TAX_NUMBER.test(text) }),
    ...check('registrationNumber', registrationNumber, {
      ...{ isAsked: kind === 'company', isValid: (text) => registration.test(text) },
    }),
    ...check('vatNumber', vatNumber, {
      ...{ isAsked: details.vatStatus === 'registered' && isInEu(country) },
      isValid: (text) => VAT_NUMBERS[country]?.test(text) ?? REGISTRATION.test(text),
    }),
    ...check('accountIdentifier', accountIdentifier, { isValid: isAccount }),
  };
}

function check(
  name: BusinessNumber,
  text: string | null,
  { isAsked = false, isValid }: { isAsked?: boolean; isValid: (text: string) => boolean },
): BusinessFaults {
  if (text === null) return isAsked ? { [name]: 'missing' } : {};
  return isValid(text) ? {} : { [name]: 'invalid' };
}

function isBirthDate(today: string): (text: string) => boolean {
  return (text) => text >= FIRST_BIRTH && text < today;
}

function isAccount(text: string): boolean {
  return ACCOUNT.test(text) && (!IBAN_START.test(text) || isIban(text));
}

/** By its check digits (ISO 13616: the remainder of division by 97 is 1). */
function isIban(text: string): boolean {
  const digits = [...text.slice(4), ...text.slice(0, 4)].map((char) => Number.parseInt(char, 36)).join('');
  return [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1;
}
