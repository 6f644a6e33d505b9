import { index, integer, pgTable, text, time } from '../../platform/db/tables.ts';
import type { BusinessKind, VatStatus } from '../../protocol/money/business-rules.ts';

/**
 * A creator's tax details. Once their account is closed, the row stays for the reports to the tax authorities, see
 * `creator-businesses.ts`; of who gave no details, it then has the name alone.
 */
export const creatorBusinesses = pgTable(
  'creator_businesses',
  {
    creator: text('creator').primaryKey(),
    /** Null: no details were given. */
    kind: text('kind').$type<BusinessKind>(),
    firstName: text('first_name'),
    /** A person's family name, a company's registered name; of who gave no details the name of their account. */
    legalName: text('legal_name').notNull(),
    /** Street and number. */
    address: text('address'),
    postalCode: text('postal_code'),
    city: text('city'),
    /** Of residence; ISO 3166-1 alpha-2. */
    country: text('country'),
    birthDate: text('birth_date'),
    /** Tax identification number; null where the country gives none. */
    tin: text('tin'),
    tinCountry: text('tin_country'),
    registrationNumber: text('registration_number'),
    vatStatus: text('vat_status').$type<VatStatus>(),
    vatNumber: text('vat_number'),
    accountIdentifier: text('account_identifier'),
    updatedAt: time('updated_at').notNull(),
    /** Of a closed account: erased after this year. */
    untilYear: integer('until_year'),
    /** The law that asks to keep it until then. */
    reason: text('reason'),
  },
  (table) => [index('creator_businesses_until').on(table.untilYear)],
);
