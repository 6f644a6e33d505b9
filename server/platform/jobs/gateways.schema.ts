import { boolean, pgTable, text, time } from '../db/tables.ts';

/** Gateways and their last heartbeats. Others take over what a silent one held, and end its lives there. */
export const gateways = pgTable('gateways', {
  id: text('id').primaryKey(),
  startedAt: time('started_at').notNull().defaultNow(),
  seenAt: time('seen_at').notNull().defaultNow(),
  /** Whether its clock had jumped, or differed from the database's (`watched-clock.ts`). */
  clockInDoubt: boolean('clock_in_doubt').notNull().default(false),
  /** Others take over at once. */
  closedAt: time('closed_at'),
});
