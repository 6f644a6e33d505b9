import { sql } from '../db/sql.ts';
import { bigserial, index, jsonb, pgTable, text, timestamp } from '../db/tables.ts';

/** Facts, committed with the change that they report. `dispatched_at` is set once every listener has handled one. */
export const outbox = pgTable(
  'outbox',
  {
    seq: bigserial('seq', { mode: 'number' }).primaryKey(),
    id: text('id').notNull().unique(),
    topic: text('topic').notNull(),
    room: text('room'),
    identity: text('identity'),
    data: jsonb('data').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
    /** The process that dispatches it, and until when no other one does. */
    claimedBy: text('claimed_by'),
    claimedUntil: timestamp('claimed_until', { withTimezone: true, mode: 'string' }),
    dispatchedAt: timestamp('dispatched_at', { withTimezone: true, mode: 'string' }),
    /** Set in the transaction that copies the fact into the event log for embedders, or skips it. */
    publishedAt: timestamp('published_at', { withTimezone: true, mode: 'string' }),
  },
  (table) => [
    index('outbox_pending').on(table.seq).where(sql`${table.dispatchedAt} is null`),
    index('outbox_unpublished').on(table.seq).where(sql`${table.publishedAt} is null`),
  ],
);
