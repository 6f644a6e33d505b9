import { sql } from 'drizzle-orm';
import { bigserial, index, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** Facts, committed with what they tell of; `dispatched_at` is set once every listener has taken one. */
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
    /** Which process dispatches it, and until when nobody else does: by then it is done, or that process is gone. */
    claimedBy: text('claimed_by'),
    claimedUntil: timestamp('claimed_until', { withTimezone: true, mode: 'string' }),
    dispatchedAt: timestamp('dispatched_at', { withTimezone: true, mode: 'string' }),
    /** Set in the transaction that takes the fact into the log of events for embedders, or passes it over. */
    publishedAt: timestamp('published_at', { withTimezone: true, mode: 'string' }),
  },
  (table) => [
    index('outbox_pending').on(table.seq).where(sql`${table.dispatchedAt} is null`),
    index('outbox_unpublished').on(table.seq).where(sql`${table.publishedAt} is null`),
  ],
);
