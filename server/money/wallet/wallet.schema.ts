import { sql } from '../../platform/db/sql.ts';
import { check, index, integer, minor, pgTable, text, time } from '../../platform/db/tables.ts';

/** A grant of promotional credit. The credit lies on the fan's promotional account, apart from paid credit. */
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
    /**
     * Set when it expires, with the amount taken back and in how many parts, because spent or held credit can return
     * later.
     */
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
 * Credit reserved for a running service. The held amount of an account (`ledger_accounts.held`) is the sum of its
 * holds. A hold that has ended is deleted.
 */
export const ledgerHolds = pgTable(
  'ledger_holds',
  {
    /** Id of the private session or other service. */
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
