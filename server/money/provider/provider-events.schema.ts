import { dueColumns, dueIndexes, index, pgTable, text, time } from '../../platform/db/tables.ts';
import type { ProviderEvent } from './payment-provider.ts';

/** Events of the payment provider: stored before they are acknowledged, and processed by fetching the object. */
export const providerEvents = pgTable(
  'provider_events',
  {
    id: text('id').primaryKey(),
    subject: text('subject').$type<ProviderEvent['subject']>().notNull(),
    objectId: text('object_id').notNull(),
    /** The payment of a dispute or of a succeeded refund. */
    payment: text('payment'),
    type: text('type').notNull(),
    createdAt: time('created_at').notNull(),
    receivedAt: time('received_at').notNull(),
    processedAt: time('processed_at'),
    ...dueColumns(),
  },
  (table) => [...dueIndexes('provider_events', table), index('provider_events_created').on(table.createdAt)],
);

/**
 * Up to which event the provider's list has been read without a gap: one row. Received events do not tell, because a
 * newer one can arrive while older ones are lost.
 */
export const eventListings = pgTable('event_listings', {
  id: text('id').primaryKey(),
  listedUntil: time('listed_until').notNull(),
});
