import { sql } from 'drizzle-orm';
import { bigint, bigserial, check, index, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { minor, time } from '../columns.ts';
import type { AccountKind, TransactionKind } from './ledger.ts';

/**
 * One account of the double-entry ledger. Positive is what the owner is owed. Only fans' accounts keep a cached `balance`, because only
 * they are guarded when money leaves; every other balance is the sum of its entries, so that no sale has to lock a shared row.
 */
export const ledgerAccounts = pgTable(
  'ledger_accounts',
  {
    id: text('id').primaryKey(),
    owner: text('owner').notNull(),
    kind: text('kind').$type<AccountKind>().notNull(),
    currency: text('currency').notNull(),
    balance: minor('balance'),
    held: minor('held').notNull().default(0),
    minBalance: minor('min_balance'),
    createdAt: time('created_at').notNull().defaultNow(),
    /** Of a creator's pending account: when it is to be looked at for sales whose hold is over, and up to where that is done. */
    releaseDueAt: time('release_due_at').notNull().defaultNow(),
    releasedSeq: bigint('released_seq', { mode: 'number' }).notNull().default(0),
  },
  (table) => [
    index('ledger_accounts_release').on(table.releaseDueAt).where(sql`${table.kind} = 'creator_pending'`),
    uniqueIndex('ledger_accounts_owner').on(table.owner, table.kind, table.currency),
    check(
      'ledger_accounts_cached',
      sql`(${table.kind} in ('fan_wallet', 'fan_promo')) = (${table.balance} is not null)`,
    ),
    check('ledger_accounts_not_below', sql`${table.balance} >= coalesce(${table.minBalance}, 0)`),
    check('ledger_accounts_held', sql`${table.held} >= 0`),
  ],
);

/** Append-only, held by a trigger. One source gives one transaction of a kind: booking twice is impossible. */
export const ledgerTransactions = pgTable(
  'ledger_transactions',
  {
    id: text('id').primaryKey(),
    kind: text('kind').$type<TransactionKind>().notNull(),
    sourceType: text('source_type').notNull(),
    sourceId: text('source_id').notNull(),
    reversesId: text('reverses_id'),
    currency: text('currency').notNull(),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('ledger_transactions_source').on(table.kind, table.sourceType, table.sourceId),
    index('ledger_transactions_reverses').on(table.reversesId).where(sql`${table.reversesId} is not null`),
  ],
);

/**
 * Append-only legs. A trigger refuses a statement whose entries do not sum to zero within each transaction, or name an account of another
 * currency; that stands in for foreign keys, which would take a lock on the house's accounts at every sale.
 */
export const ledgerEntries = pgTable(
  'ledger_entries',
  {
    seq: bigserial('seq', { mode: 'number' }).notNull(),
    transaction: text('transaction').notNull(),
    account: text('account').notNull(),
    amountMinor: minor('amount_minor').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.transaction, table.account] }),
    index('ledger_entries_account').on(table.account, table.seq),
    check('ledger_entries_not_zero', sql`${table.amountMinor} <> 0`),
  ],
);
