import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' });
const minor = (name: string) => bigint(name, { mode: 'number' });

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
