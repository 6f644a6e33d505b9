import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { time } from '../columns.ts';

/** How a sale is split, in immutable versions; every ticket and tip keeps the version that it was split by. */
export const feePolicies = pgTable('fee_policies', {
  id: text('id').primaryKey(),
  version: integer('version').notNull().unique(),
  vatBps: integer('vat_bps').notNull(),
  commissionBps: integer('commission_bps').notNull(),
  charityBps: integer('charity_bps').notNull(),
  effectiveAt: time('effective_at').notNull(),
});

/** Associations that creators can pledge a share to; each has an account of its own in the ledger. */
export const associations = pgTable('associations', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  country: text('country').notNull(),
  url: text('url'),
  createdAt: time('created_at').notNull(),
});

/**
 * What a creator gives of their part, since when; a share of 0 takes it back. Earlier ones stay: what was paid before a change may be booked
 * after it. What was given is in the terms of each sale.
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

/** Where a buyer lives, as far as it is known: it decides the rate of VAT. */
export const buyers = pgTable('buyers', {
  identity: text('identity').primaryKey(),
  country: text('country').notNull(),
  notedAt: time('noted_at').notNull(),
});

/**
 * What a sale was split by: the fee policy, the rate of VAT and the pledge. Immutable, and the id is the content, so that all sales on the
 * same terms share one row and none of them has to write it.
 */
export const saleTerms = pgTable('sale_terms', {
  id: text('id').primaryKey(),
  feePolicy: text('fee_policy').notNull(),
  /** Whose rate of VAT it is. */
  country: text('country').notNull(),
  vatBps: integer('vat_bps').notNull(),
  commissionBps: integer('commission_bps').notNull(),
  association: text('association'),
  charityBps: integer('charity_bps').notNull(),
});
