import { sql } from '../../platform/db/sql.ts';
import { boolean, check, index, jsonb, minor, pgTable, text, time, uniqueIndex } from '../../platform/db/tables.ts';
import type { Role } from '../../protocol/accounts/accounts.ts';
import type { TipMenuItem, TipRequestState } from '../../protocol/money/tipping.ts';

export const tips = pgTable(
  'tips',
  {
    id: text('id').primaryKey(),
    room: text('room').notNull(),
    identity: text('identity').notNull(),
    name: text('name').notNull(),
    role: text('role').$type<Role>().notNull(),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    message: text('message'),
    menuItem: text('menu_item'),
    /** The item's label at that time: the menu may change before the creator does it. */
    menuLabel: text('menu_label'),
    /** A tip for a menu item is a request to the creator (`tip-requests.ts`); null for others. */
    request: text('request').$type<TipRequestState>(),
    /** Shown without its giver. */
    anonymous: boolean('anonymous').notNull().default(false),
    idempotencyKey: text('idempotency_key').notNull(),
    sentAt: time('sent_at').notNull(),
  },
  (table) => [
    uniqueIndex('tips_idempotency').on(table.room, table.identity, table.idempotencyKey),
    index('tips_requests').on(table.room, table.sentAt).where(sql`${table.request} = 'open'`),
    check('tips_amount', sql`${table.amountMinor} > 0`),
  ],
);

/** A tip to be paid by card. It becomes a tip with the same id when it is paid. */
export const cardTips = pgTable(
  'card_tips',
  {
    id: text('id').primaryKey(),
    room: text('room').notNull(),
    creator: text('creator').notNull(),
    identity: text('identity').notNull(),
    name: text('name').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    message: text('message'),
    menuItem: text('menu_item'),
    menuLabel: text('menu_label'),
    anonymous: boolean('anonymous').notNull().default(false),
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

/** Goals of rooms. The reached amount is what stands of the tips since then, and is not stored. */
export const goals = pgTable(
  'goals',
  {
    id: text('id').primaryKey(),
    room: text('room').notNull(),
    title: text('title').notNull(),
    targetMinor: minor('target_minor').notNull(),
    createdAt: time('created_at').notNull(),
    closedAt: time('closed_at'),
  },
  (table) => [
    uniqueIndex('goals_open').on(table.room).where(sql`${table.closedAt} is null`),
    check('goals_target', sql`${table.targetMinor} > 0`),
  ],
);

/** A creator's tip menu: one list, replaced as a whole. */
export const tipMenus = pgTable('tip_menus', {
  room: text('room').primaryKey(),
  items: jsonb('items').$type<TipMenuItem[]>().notNull(),
  updatedAt: time('updated_at').notNull(),
});
