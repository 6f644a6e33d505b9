import { pgTable, text, timestamp } from '../db/tables.ts';

/** Running gateways and their last heartbeats. Others take over what a silent one held. */
export const gateways = pgTable('gateways', {
  id: text('id').primaryKey(),
  startedAt: timestamp('started_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
  seenAt: timestamp('seen_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
});
