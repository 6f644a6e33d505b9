/** A creator's tax details on the wire: who they are for the tax office, and on the papers that the house makes. */
import { z } from 'zod';
import { country, multiLine, singleLine } from '../accounts/accounts.ts';
import * as LIMITS from '../limits.ts';
import { BUSINESS_KINDS, BUSINESS_NUMBERS, compactNumber, VAT_STATUSES } from './business-rules.ts';

const orNull = <T extends z.ZodType>(schema: T) => schema.nullable().default(null);
/** Spaces, dots and hyphens are left out, and letters are upper case. */
const number = orNull(singleLine(LIMITS.taxNumberChars).transform(compactNumber));

export const creatorBusinessInput = z.object({
  kind: z.enum(BUSINESS_KINDS),
  /** A person's, as in their papers. */
  firstName: orNull(singleLine(LIMITS.titleChars)),
  /** A person's family name, as in their papers; a company's registered name. */
  legalName: singleLine(LIMITS.titleChars),
  /** Street and number, in at most a few lines. */
  address: multiLine(LIMITS.addressChars, 1),
  postalCode: singleLine(LIMITS.postalCodeChars),
  city: singleLine(LIMITS.titleChars),
  /** Where they are resident. */
  country,
  /** A person's; ISO 8601. */
  birthDate: orNull(z.iso.date()),
  /** Tax identification number; null where the country gives none. */
  tin: number,
  /** The country that gave it; null: that of residence. */
  tinCountry: orNull(country),
  /** In the register of companies, such as SIREN or SIRET in France; a company's is needed. */
  registrationNumber: number,
  vatStatus: z.enum(VAT_STATUSES),
  /** Needed of who is registered in the EU, in the form of their country. */
  vatNumber: number,
  /** An IBAN or another account number: what DAC7 calls the financial account identifier. */
  accountIdentifier: number,
});
export type CreatorBusinessInput = z.output<typeof creatorBusinessInput>;

export const creatorBusiness = z.object({
  kind: z.enum(BUSINESS_KINDS),
  firstName: z.string().nullable(),
  legalName: z.string(),
  address: z.string(),
  postalCode: z.string(),
  city: z.string(),
  country: z.string(),
  birthDate: z.string().nullable(),
  tin: z.string().nullable(),
  tinCountry: z.string().nullable(),
  registrationNumber: z.string().nullable(),
  vatStatus: z.enum(VAT_STATUSES),
  vatNumber: z.string().nullable(),
  accountIdentifier: z.string().nullable(),
  updatedAt: z.string(),
  /** Details that are missing or have not the right form. While there are some, self-billing waits. */
  faults: z.array(z.enum(BUSINESS_NUMBERS)),
});
export type CreatorBusiness = z.infer<typeof creatorBusiness>;

/** Null: they gave none. */
export const creatorBusinessAnswer = z.object({ business: creatorBusiness.nullable() });
