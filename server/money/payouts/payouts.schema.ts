import { sql } from '../../platform/db/sql.ts';
import {
  boolean,
  check,
  dueColumns,
  dueIndexes,
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

/**
 * Sales whose hold has expired, many of them released in one transaction: each as a whole, or first without the reserve
 * and later the rest.
 */
export const releasedEarnings = pgTable(
  'released_earnings',
  {
    /** The sale's transaction in the ledger. */
    sale: text('sale').notNull(),
    /** 1: what was held back as a reserve. */
    part: integer('part').notNull().default(0),
    creator: text('creator').notNull(),
    /** The creator's part, less earlier refunds. */
    amountMinor: minor('amount_minor').notNull(),
    /** The release that it belongs to, which is the source of the ledger's transaction. */
    release: text('release').notNull(),
    releasedAt: time('released_at').notNull(),
    /** When the rest of the sale is released, as it was fixed then; null: nothing is left. */
    reserveDueAt: time('reserve_due_at'),
  },
  (table) => [
    primaryKey({ columns: [table.sale, table.part] }),
    index('released_earnings_creator').on(table.creator),
    index('released_earnings_release').on(table.release),
  ],
);

/** The last known state of a creator's account at the payment provider. */
export const creatorAccounts = pgTable(
  'creator_accounts',
  {
    creator: text('creator').primaryKey(),
    providerAccount: text('provider_account').notNull().unique(),
    isDetailsSubmitted: boolean('is_details_submitted').notNull().default(false),
    isChargesEnabled: boolean('is_charges_enabled').notNull().default(false),
    isPayoutsEnabled: boolean('is_payouts_enabled').notNull().default(false),
    isTransfersEnabled: boolean('is_transfers_enabled').notNull().default(false),
    requirements: jsonb('requirements').$type<string[]>().notNull().default([]),
    disabledReason: text('disabled_reason'),
    createdAt: time('created_at').notNull(),
    /** When the stored answer was asked for, by the database's clock. */
    checkedAt: time('checked_at').notNull(),
    /** It is fetched again periodically, because its events can get lost. */
    ...dueColumns(),
  },
  (table) => dueIndexes('creator_accounts', table),
);

/** Reserves that operators set for single creators, instead of the house's own. */
export const creatorReserves = pgTable(
  'creator_reserves',
  {
    creator: text('creator').primaryKey(),
    /** Of each sale's remainder when its hold expires; 0: none. */
    shareBps: integer('share_bps').notNull(),
    /** From when on, see `HELD_FROM`. */
    days: integer('days').notNull(),
    reason: text('reason').notNull(),
    by: text('by').notNull(),
    setAt: time('set_at').notNull(),
  },
  (table) => [check('creator_reserves_share', sql`${table.shareBps} between 0 and 10000`)],
);

export const payoutBatches = pgTable(
  'payout_batches',
  {
    id: text('id').primaryKey(),
    by: text('by').notNull(),
    createdAt: time('created_at').notNull(),
  },
  (table) => [index('payout_batches_created').on(table.createdAt)],
);

/** Earnings on the way to a creator. The row and the ledger's transaction are written before the provider is called. */
export const payouts = pgTable(
  'payouts',
  {
    id: text('id').primaryKey(),
    batch: text('batch').notNull(),
    creator: text('creator').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    status: text('status').$type<'pending' | 'paid' | 'failed'>().notNull(),
    providerAccount: text('provider_account').notNull(),
    providerTransfer: text('provider_transfer').unique(),
    /** Counts the orders to the provider. An order after a failure of the provider needs a new idempotency key. */
    round: integer('round').notNull().default(1),
    ...dueColumns(),
    failure: text('failure'),
    createdAt: time('created_at').notNull(),
    /** When the transfer was made, by the provider, also if it is booked later; or when the refusal was booked. */
    settledAt: time('settled_at'),
    /** The part that was reversed manually at the provider. */
    reversedMinor: minor('reversed_minor').notNull().default(0),
  },
  (table) => [
    index('payouts_batch').on(table.batch),
    index('payouts_creator').on(table.creator, table.createdAt),
    // One pending payout per creator, also across processes.
    uniqueIndex('payouts_pending').on(table.creator).where(sql`${table.status} = 'pending'`),
    ...dueIndexes('payouts', table),
    check('payouts_amount', sql`${table.amountMinor} > 0`),
    check('payouts_reversed', sql`${table.reversedMinor} between 0 and ${table.amountMinor}`),
  ],
);
