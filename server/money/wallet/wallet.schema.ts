import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { minor, time } from '../columns.ts';

export const topups = pgTable(
  'topups',
  {
    id: text('id').primaryKey(),
    identity: text('identity').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    status: text('status').$type<'pending' | 'settled' | 'expired'>().notNull(),
    /** Of a top-up by saved card: the same key of the same person is the same top-up. */
    idempotencyKey: text('idempotency_key'),
    createdAt: time('created_at').notNull(),
    settledAt: time('settled_at'),
  },
  (table) => [
    // The desk finds what was paid by whom and for what, the newest first; each kind of payment has such indexes.
    index('topups_identity').on(table.identity, table.settledAt, table.id),
    // The desk turns the pages of what was paid, the newest first; each kind of payment has such an index.
    index('topups_paid').on(table.settledAt, table.id).where(sql`${table.status} = 'settled'`),
    uniqueIndex('topups_idempotency')
      .on(table.identity, table.idempotencyKey)
      .where(sql`${table.idempotencyKey} is not null`),
    check('topups_amount', sql`${table.amountMinor} > 0`),
  ],
);

/** Credit that the house gave away. It lies on the fan's promotional account, apart from what they paid for. */
export const promotions = pgTable(
  'promotions',
  {
    id: text('id').primaryKey(),
    identity: text('identity').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    reason: text('reason').notNull(),
    by: text('by').notNull(),
    idempotencyKey: text('idempotency_key').unique(),
    expiresAt: time('expires_at'),
    /** Set once it has run out, with what was taken back of it, and in how many parts: what was spent or held may come back later. */
    expiredAt: time('expired_at'),
    expiredMinor: minor('expired_minor'),
    expiries: integer('expiries').notNull().default(0),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    index('promotions_identity').on(table.identity),
    index('promotions_due')
      .on(table.expiresAt)
      .where(sql`${table.expiredAt} is null and ${table.expiresAt} is not null`),
    check('promotions_amount', sql`${table.amountMinor} > 0`),
  ],
);

/**
 * Credit that is set aside for something that runs. What is held of an account is the sum of its holds here (`ledger_accounts.held`), and a
 * hold that is over is gone.
 */
export const ledgerHolds = pgTable(
  'ledger_holds',
  {
    /** What it is held for. */
    id: text('id').primaryKey(),
    identity: text('identity').notNull(),
    currency: text('currency').notNull(),
    promoMinor: minor('promo_minor').notNull(),
    paidMinor: minor('paid_minor').notNull(),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    index('ledger_holds_identity').on(table.identity),
    check('ledger_holds_amounts', sql`${table.promoMinor} >= 0 and ${table.paidMinor} >= 0`),
  ],
);
