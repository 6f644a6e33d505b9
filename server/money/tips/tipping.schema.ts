import { sql } from 'drizzle-orm';
import { bigint, check, jsonb, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import type { TipMenuItem } from '../../protocol/money/tipping.ts';

const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' });

/** Shared goals of rooms. What is reached is the sum of the tips since then, never a number of its own that could differ. */
export const goals = pgTable(
  'goals',
  {
    id: text('id').primaryKey(),
    room: text('room').notNull(),
    title: text('title').notNull(),
    targetMinor: bigint('target_minor', { mode: 'number' }).notNull(),
    createdAt: time('created_at').notNull(),
    closedAt: time('closed_at'),
  },
  (table) => [
    uniqueIndex('goals_open').on(table.room).where(sql`${table.closedAt} is null`),
    check('goals_target', sql`${table.targetMinor} > 0`),
  ],
);

/** What a creator offers for a tip of a certain amount, as one list that is replaced as a whole. */
export const tipMenus = pgTable('tip_menus', {
  room: text('room').primaryKey(),
  items: jsonb('items').$type<TipMenuItem[]>().notNull(),
  updatedAt: time('updated_at').notNull(),
});
