import { sql } from '../../platform/db/sql.ts';
import { check, index, integer, jsonb, pgTable, primaryKey, text, time } from '../../platform/db/tables.ts';
import type { CountryEvidence } from './country-evidence.ts';

/** How a sale is split, in immutable versions. Every ticket and tip names its version. */
export const feePolicies = pgTable('fee_policies', {
  id: text('id').primaryKey(),
  version: integer('version').notNull().unique(),
  vatBps: integer('vat_bps').notNull(),
  commissionBps: integer('commission_bps').notNull(),
  effectiveAt: time('effective_at').notNull(),
});

/** Associations to which creators can pledge a share. Each has its own account in the ledger. */
export const associations = pgTable('associations', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  country: text('country').notNull(),
  url: text('url'),
  createdAt: time('created_at').notNull(),
});

/**
 * The share of a creator's part that goes to an association from a moment on; 0 ends the pledge. Older rows stay,
 * because a payment from before a change may be booked after it. Each sale's terms contain what was given.
 */
export const pledges = pgTable(
  'pledges',
  {
    creator: text('creator').notNull(),
    association: text('association').notNull(),
    shareBps: integer('share_bps').notNull(),
    since: time('since').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.creator, table.since] }),
    index('pledges_association').on(table.association),
    check('pledges_share', sql`${table.shareBps} between 0 and 10000`),
  ],
);

/** Where a buyer lives, as somebody has said it. It is evidence beside that of their payments. */
export const buyers = pgTable('buyers', {
  identity: text('identity').primaryKey(),
  country: text('country').notNull(),
  kind: text('kind').$type<'named' | 'checked'>().notNull(),
  notedAt: time('noted_at').notNull(),
});

/**
 * The terms that split a sale: fee policy, VAT rate and pledge. Immutable, and the id is derived from the content, so
 * sales on the same terms share a row and need not write it.
 */
export const saleTerms = pgTable('sale_terms', {
  id: text('id').primaryKey(),
  feePolicy: text('fee_policy').notNull(),
  /** The country whose VAT rate applies. */
  country: text('country').notNull(),
  /** What said so at the booking; none: the house's country. */
  evidence: jsonb('evidence').$type<CountryEvidence[]>().notNull(),
  vatBps: integer('vat_bps').notNull(),
  commissionBps: integer('commission_bps').notNull(),
  association: text('association'),
  charityBps: integer('charity_bps').notNull(),
});
