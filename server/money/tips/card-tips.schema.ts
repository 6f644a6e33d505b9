import { sql } from 'drizzle-orm';
import { bigint, check, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';

const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' });

/** A tip that is to be paid by card directly, in a house without wallets. It becomes a tip of the same id when it is paid. */
export const cardTips = pgTable(
  'card_tips',
  {
    id: text('id').primaryKey(),
    room: text('room').notNull(),
    creator: text('creator').notNull(),
    identity: text('identity').notNull(),
    name: text('name').notNull(),
    amountMinor: bigint('amount_minor', { mode: 'number' }).notNull(),
    currency: text('currency').notNull(),
    message: text('message'),
    menuItem: text('menu_item'),
    idempotencyKey: text('idempotency_key').notNull(),
    terms: text('terms').notNull(),
    status: text('status').$type<'pending' | 'settled' | 'expired'>().notNull(),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('card_tips_idempotency').on(table.room, table.identity, table.idempotencyKey),
    check('card_tips_amount', sql`${table.amountMinor} > 0`),
  ],
);
