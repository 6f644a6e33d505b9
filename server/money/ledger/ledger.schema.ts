import { sql } from '../../platform/db/sql.ts';
import {
  bigint,
  bigserial,
  check,
  index,
  minor,
  pgTable,
  primaryKey,
  text,
  time,
  uniqueIndex,
} from '../../platform/db/tables.ts';
import type { AccountKind, TransactionKind } from './ledger.ts';

/**
 * An account of the double-entry ledger. A positive balance is owed to the owner. Only fans' accounts cache their
 * `balance`, because only they are checked before money leaves. All other balances are sums of entries, so that a sale
 * locks no shared row.
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
    createdAt: time('created_at').notNull().defaultNow(),
    /**
     * For a creator's pending account: when to look for sales whose hold is over, and up to which entry that is done.
     */
    releaseDueAt: time('release_due_at').notNull().defaultNow(),
    releasedSeq: bigint('released_seq', { mode: 'number' }).notNull().default(0),
    /** Of a wallet whose owner has closed their account: credit goes on to the cards that paid it. */
    closedAt: time('closed_at'),
  },
  (table) => [
    index('ledger_accounts_closed')
      .on(table.closedAt)
      .where(sql`${table.closedAt} is not null and ${table.balance} > 0`),
    index('ledger_accounts_release').on(table.releaseDueAt).where(sql`${table.kind} = 'creator_pending'`),
    uniqueIndex('ledger_accounts_owner').on(table.owner, table.kind, table.currency),
    check(
      'ledger_accounts_cached',
      sql`(${table.kind} in ('fan_wallet', 'fan_promo')) = (${table.balance} is not null)`,
    ),
    check('ledger_accounts_not_below', sql`${table.balance} >= 0`),
    check('ledger_accounts_held', sql`${table.held} >= 0`),
  ],
);

/** Append-only, enforced by a trigger. A source has at most one transaction of a kind, so nothing is booked twice. */
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
    // The id first: it also serves queries by the id alone, or with only the kind or the type.
    uniqueIndex('ledger_transactions_source').on(table.sourceId, table.sourceType, table.kind),
    // The table grows in the order of time, so this costs a sale next to nothing.
    index('ledger_transactions_created').using('brin', table.createdAt),
    // These are few, and reconciliation reads those of some weeks.
    index('ledger_transactions_taken_back').on(table.createdAt).where(sql`${table.kind} = 'payout_reversed'`),
    index('ledger_transactions_reverses').on(table.reversesId).where(sql`${table.reversesId} is not null`),
  ],
);

/**
 * Append-only legs. A trigger rejects statements whose entries do not sum to zero within each transaction or use
 * another currency than their account. It replaces foreign keys, which would lock the house's accounts at every sale.
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
