import { pgTable, text, time } from '../db/tables.ts';

/** Running gateways and their last heartbeats. Others take over what a silent one held. */
export const gateways = pgTable('gateways', {
  id: text('id').primaryKey(),
  startedAt: time('started_at').notNull().defaultNow(),
  seenAt: time('seen_at').notNull().defaultNow(),
});
