import { pgTable, text, timestamp } from 'drizzle-orm/pg-core';

export const creators = pgTable('creators', {
  identity: text('identity').primaryKey(),
  name: text('name').notNull(),
  country: text('country').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
});
