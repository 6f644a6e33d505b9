import { sql } from '../../platform/db/sql.ts';
import {
  index,
  integer,
  jsonb,
  minor,
  pgTable,
  primaryKey,
  text,
  time,
  uniqueIndex,
} from '../../platform/db/tables.ts';
import type { BusinessKind, VatStatus } from '../../protocol/money/business-rules.ts';
import type { SelfBillParty, SelfBillVat } from '../../protocol/money/self-bills.ts';

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

/** From when until when a creator has agreed that the house writes their bills, and to which text. */
export const selfBillingAgreements = pgTable(
  'self_billing_agreements',
  {
    creator: text('creator').notNull(),
    agreedAt: time('agreed_at').notNull(),
    textVersion: text('text_version').notNull(),
    language: text('language').$type<'en' | 'fr'>().notNull(),
    /** Null: it stands. */
    withdrawnAt: time('withdrawn_at'),
  },
  (table) => [
    primaryKey({ columns: [table.creator, table.agreedAt] }),
    uniqueIndex('self_billing_agreements_standing').on(table.creator).where(sql`${table.withdrawnAt} is null`),
  ],
);

/** Bills that the house has written in creators' names; never changed. Both parties are as they were then. */
export const selfBills = pgTable(
  'self_bills',
  {
    id: text('id').primaryKey(),
    creator: text('creator').notNull(),
    /** Each creator has a series of their own for each year of issue, without gaps. */
    year: integer('year').notNull(),
    number: integer('number').notNull(),
    /** Whose sales it is about, such as `2026-11`, in the house's time zone. */
    month: text('month').notNull(),
    seller: jsonb('seller').$type<SelfBillParty>().notNull(),
    buyer: jsonb('buyer').$type<SelfBillParty>().notNull(),
    vat: text('vat').$type<SelfBillVat>().notNull(),
    vatBps: integer('vat_bps').notNull(),
    /** The creator's share, VAT included; below zero where more was taken back than sold. */
    totalMinor: minor('total_minor').notNull(),
    vatMinor: minor('vat_minor').notNull(),
    saleCount: integer('sale_count').notNull(),
    refundCount: integer('refund_count').notNull(),
    currency: text('currency').notNull(),
    issuedAt: time('issued_at').notNull(),
  },
  (table) => [
    uniqueIndex('self_bills_number').on(table.creator, table.year, table.number),
    index('self_bills_month').on(table.month),
  ],
);

/** What a bill is about: sales and what reverses them, each once. */
export const selfBilled = pgTable(
  'self_billed',
  { transaction: text('transaction').primaryKey(), bill: text('bill').notNull() },
  (table) => [index('self_billed_bill').on(table.bill)],
);
