import { pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/**
 * Up to which event the provider's list has been read without a gap: one row. What webhooks have brought says nothing about it, because a
 * newer one can come while older ones are lost.
 */
export const eventListings = pgTable('event_listings', {
  id: text('id').primaryKey(),
  listedUntil: timestamp('listed_until', { withTimezone: true, mode: 'string' }).notNull(),
});
