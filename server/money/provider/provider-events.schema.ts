import { sql } from 'drizzle-orm';
import { index, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { time } from '../columns.ts';

/** The inbox: what the provider told, kept before it is answered and processed by fetching the object again. */
export const providerEvents = pgTable(
  'provider_events',
  {
    id: text('id').primaryKey(),
    subject: text('subject')
      .$type<
        | 'checkout'
        | 'subscription'
        | 'payment'
        | 'refund'
        | 'dispute'
        | 'account'
        | 'transfer'
        | 'bank_payout'
        | 'other'
      >()
      .notNull(),
    objectId: text('object_id').notNull(),
    /** Of a dispute, and of a refund that has succeeded: the payment that it is about. */
    payment: text('payment'),
    type: text('type').notNull(),
    createdAt: time('created_at').notNull(),
    receivedAt: time('received_at').notNull(),
    processedAt: time('processed_at'),
    attempts: integer('attempts').notNull().default(0),
    nextAttemptAt: time('next_attempt_at'),
    error: text('error'),
  },
  (table) => [
    index('provider_events_due').on(table.nextAttemptAt).where(sql`${table.nextAttemptAt} is not null`),
    index('provider_events_created').on(table.createdAt),
  ],
);

/**
 * Up to which event the provider's list has been read without a gap: one row. What webhooks have brought says nothing about it, because a
 * newer one can come while older ones are lost.
 */
export const eventListings = pgTable('event_listings', {
  id: text('id').primaryKey(),
  listedUntil: timestamp('listed_until', { withTimezone: true, mode: 'string' }).notNull(),
});
