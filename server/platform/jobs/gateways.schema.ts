import { pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** Gateways that run, and when each gave its last sign of life; what a silent one held is given up by the others. */
export const gateways = pgTable('gateways', {
  id: text('id').primaryKey(),
  startedAt: timestamp('started_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
  seenAt: timestamp('seen_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
});
