import { sql } from '../db/sql.ts';
import { bigserial, index, jsonb, pgTable, text, time } from '../db/tables.ts';

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
    createdAt: time('created_at').notNull().defaultNow(),
    /** The process that dispatches it, and until when no other one does. */
    claimedBy: text('claimed_by'),
    claimedUntil: time('claimed_until'),
    dispatchedAt: time('dispatched_at'),
    /** Set in the transaction that copies the fact into the event log for embedders, or skips it. */
    publishedAt: time('published_at'),
  },
  (table) => [
    index('outbox_pending').on(table.seq).where(sql`${table.dispatchedAt} is null`),
    index('outbox_unpublished').on(table.seq).where(sql`${table.publishedAt} is null`),
  ],
);
