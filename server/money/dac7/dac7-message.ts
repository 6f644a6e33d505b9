/**
 * A DAC7 report as XML: the OECD's Digital Platform Information schema (DPI XML Schema and User Guide, version 1.0 of
 * March 2022), which the member states have adopted with changes of their own (`dac7-schemas.ts`).
 */
import XMLBuilder from 'fast-xml-builder';
import type { Dac7Dialect } from './dac7-schemas.ts';

/** The platform operator. */
export interface Dac7Operator {
  /** Where it is established, ISO 3166-1 alpha-2. */
  country: string;
  /** Its tax identification number there; in France the SIREN. */
  taxNumber: string;
  vatNumber: string | null;
  name: string;
  address: string;
}

/** Who a seller is, as they have said it themselves. */
export type Dac7Seller = Dac7Party &
  (
    | { kind: 'person'; firstName: string; lastName: string /** `1990-12-31`. */; birthDate: string }
    | { kind: 'company'; name: string; registrationNumber: string | null }
  );

interface Dac7Party {
  /** Of residence, ISO 3166-1 alpha-2; the address is there too. */
  country: string;
  street: string;
  postalCode: string;
  city: string;
  /** Null where the country of residence issues none. */
  taxNumber: string | null;
  /** Which country has issued it, ISO 3166-1 alpha-2. */
  taxCountry: string;
  vatNumber: string | null;
  /** An IBAN, or the number of an account that has none. */
  account: string | null;
}

/** One of the four quarters of a year, in whole units of the currency, as the schema asks. */
export interface Dac7Quarter {
  consideration: number;
  activities: number;
  fees: number;
  taxes: number;
}

/** `OECD0`: sent again, unchanged. `OECD1`: new. `OECD2`: corrects `corrects`. `OECD3`: deletes it. */
export interface Dac7Document {
  type: 'OECD0' | 'OECD1' | 'OECD2' | 'OECD3';
  id: string;
  /** What was sent before: the document's id. */
  corrects: string | null;
}

export interface Dac7Entry {
  document: Dac7Document;
  seller: Dac7Seller;
  quarters: readonly Dac7Quarter[];
}

export interface Dac7Message {
  id: string;
  /** `DPI401`: new information. `DPI402`: corrections. `DPI403`: nothing to report. */
  type: 'DPI401' | 'DPI402' | 'DPI403';
  year: number;
  /** ISO 8601. */
  createdAt: string;
  currency: string;
  operator: Dac7Operator;
  operatorDocument: Dac7Document;
  entries: readonly Dac7Entry[];
}

type Xml = { [element: string]: Xml | Xml[] | string | number | undefined };

const ATTRIBUTE = '@';
const builder = new XMLBuilder({
  format: true,
  ignoreAttributes: false,
  attributeNamePrefix: ATTRIBUTE,
  suppressBooleanAttributes: false,
});
/** Kinds of addresses: of a residence, of a business, and of the registered office. */
const ADDRESS = { person: 'OECD302', company: 'OECD303', operator: 'OECD304' } as const;
/** ISO 13616. */
const IBAN = /^[A-Z]{2}\d{2}/;
/** Of an operator that is resident for tax purposes in the state that it reports to. */
const RESIDENT_NEXUS = 'RPONEX1';

export function buildDac7Message(message: Dac7Message, dialect: Dac7Dialect): string {
  const { operator } = message;
  const xml: Xml = {
    '?xml': attributes({ version: '1.0', encoding: 'UTF-8' }),
    'dpi:DPI_OECD': {
      ...attributes({ 'xmlns:dpi': dialect.namespace, 'xmlns:stf': dialect.typesNamespace, version: '1.0' }),
      'dpi:MessageSpec': {
        'dpi:TransmittingCountry': operator.country,
        'dpi:ReceivingCountry': operator.country,
        'dpi:MessageType': 'DPI',
        'dpi:MessageRefId': message.id,
        'dpi:MessageTypeIndic': message.type,
        'dpi:ReportingPeriod': `${message.year}-12-31`,
        'dpi:Timestamp': message.createdAt.replace(/Z$/, ''),
      },
      'dpi:DPIBody': {
        'dpi:PlatformOperator': operatorOf(message),
        'dpi:ReportableSeller': message.entries.map((entry) => entryOf(entry, message.currency, dialect)),
      },
    },
  };
  return builder.build(xml);
}

function operatorOf({ operator, operatorDocument }: Dac7Message): Xml {
  return {
    'dpi:ResCountryCode': operator.country,
    'dpi:TIN': withAttributes(operator.taxNumber, { issuedBy: operator.country }),
    ...(operator.vatNumber ? { 'dpi:VAT': operator.vatNumber } : {}),
    'dpi:Name': operator.name,
    'dpi:PlatformBusinessName': operator.name,
    'dpi:Address': {
      ...attributes({ legalAddressType: ADDRESS.operator }),
      'dpi:CountryCode': operator.country,
      'dpi:AddressFree': operator.address,
    },
    'dpi:Nexus': RESIDENT_NEXUS,
    'dpi:AssumedReporting': 'false',
    'dpi:DocSpec': documentOf(operatorDocument),
  };
}

function entryOf({ seller, quarters, document }: Dac7Entry, currency: string, dialect: Dac7Dialect): Xml {
  const account = seller.account ? { 'dpi:FinancialIdentifier': { 'dpi:Identifier': accountOf(seller.account) } } : {};
  return {
    'dpi:Identity':
      seller.kind === 'person'
        ? { 'dpi:IndividualSeller': { 'dpi:Standard': { 'dpi:IndSellerID': personOf(seller), ...account } } }
        : { 'dpi:EntitySeller': { 'dpi:Standard': { 'dpi:EntSellerID': companyOf(seller), ...account } } },
    'dpi:RelevantActivities': { 'dpi:PersonalServices': activitiesOf(quarters, currency, dialect) },
    'dpi:DocSpec': documentOf(document),
  };
}

function personOf(seller: Extract<Dac7Seller, { kind: 'person' }>): Xml {
  return {
    ...residenceOf(seller),
    'dpi:Name': { 'dpi:FirstName': seller.firstName, 'dpi:LastName': seller.lastName },
    'dpi:Address': addressOf(seller),
    'dpi:BirthInfo': { 'dpi:BirthDate': seller.birthDate },
  };
}

function companyOf(seller: Extract<Dac7Seller, { kind: 'company' }>): Xml {
  const { country, registrationNumber } = seller;
  const { 'dpi:VAT': vat, ...residence } = residenceOf(seller);
  return {
    ...residence,
    ...(registrationNumber
      ? { 'dpi:IN': withAttributes(registrationNumber, { issuedBy: country, INType: 'BRN' }) }
      : {}),
    ...(vat ? { 'dpi:VAT': vat } : {}),
    'dpi:Name': seller.name,
    'dpi:Address': addressOf(seller),
  };
}

function residenceOf({ country, taxNumber, taxCountry, vatNumber }: Dac7Party): Xml {
  return {
    'dpi:ResCountryCode': country,
    'dpi:TIN': taxNumber
      ? withAttributes(taxNumber, { issuedBy: taxCountry })
      : withAttributes('NOTIN', { unknown: 'true' }),
    ...(vatNumber ? { 'dpi:VAT': vatNumber } : {}),
  };
}

function addressOf({ kind, country, street, postalCode, city }: Dac7Seller): Xml {
  return {
    ...attributes({ legalAddressType: ADDRESS[kind] }),
    'dpi:CountryCode': country,
    'dpi:AddressFix': {
      'dpi:Street': street,
      ...(postalCode ? { 'dpi:PostCode': postalCode } : {}),
      'dpi:City': city,
    },
  };
}

function accountOf(account: string): Xml {
  return withAttributes(account, { AccountNumberType: IBAN.test(account) ? 'IBAN' : 'Other' });
}

function activitiesOf(quarters: readonly Dac7Quarter[], currency: string, { taxElement }: Dac7Dialect): Xml {
  const currCode = currency.toUpperCase();
  const each = (element: string, read: (quarter: Dac7Quarter) => Xml | number) =>
    Object.fromEntries(quarters.map((quarter, index) => [`dpi:${element}Q${index + 1}`, read(quarter)]));
  const money = (amount: number) => withAttributes(String(amount), { currCode });
  return {
    'dpi:Consideration': each('Cons', ({ consideration }) => money(consideration)),
    'dpi:NumberOfActivities': each('Numb', ({ activities }) => activities),
    'dpi:Fees': each('Fees', ({ fees }) => money(fees)),
    'dpi:Taxes': each(taxElement, ({ taxes }) => money(taxes)),
  };
}

function documentOf({ type, id, corrects }: Dac7Document): Xml {
  return {
    'stf:DocTypeIndic': type,
    'stf:DocRefId': id,
    ...(corrects === null ? {} : { 'stf:CorrDocRefId': corrects }),
  };
}

function withAttributes(text: string, of: Record<string, string>): Xml {
  return { ...attributes(of), '#text': text };
}

function attributes(of: Record<string, string>): Xml {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [`${ATTRIBUTE}${name}`, value]));
}
