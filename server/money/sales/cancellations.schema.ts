import { sql } from 'drizzle-orm';
import { bigint, index, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' });

/** A room that was over without a live: the decision to give every ticket back, and how far that has come. */
export const cancellations = pgTable(
  'cancellations',
  {
    room: text('room').primaryKey(),
    reason: text('reason').$type<'not_held'>().notNull(),
    decidedAt: time('decided_at').notNull(),
    /** When no ticket was left to give back. */
    completedAt: time('completed_at'),
    ticketCount: integer('ticket_count').notNull().default(0),
    refundedMinor: bigint('refunded_minor', { mode: 'number' }).notNull().default(0),
  },
  (table) => [index('cancellations_open').on(table.decidedAt).where(sql`${table.completedAt} is null`)],
);
