import { sql } from 'drizzle-orm';
import { integer, pgTable, primaryKey, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import type { Role } from '../protocol/accounts.ts';
import type { ChatEntry } from '../protocol/chat.ts';

const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' });

/** The last sequence number given out in a room; its row lock is what keeps the sequence gapless. */
export const chatSequences = pgTable('chat_sequences', {
  room: text('room').primaryKey(),
  lastSeq: integer('last_seq').notNull().default(0),
});

export const chatEntries = pgTable(
  'chat_entries',
  {
    room: text('room').notNull(),
    seq: integer('seq').notNull(),
    kind: text('kind').$type<ChatEntry['kind']>().notNull(),
    /** The message's or the tip's id; for a removal the id of the removed message. */
    id: text('id').notNull(),
    identity: text('identity').notNull(),
    name: text('name').notNull(),
    role: text('role').$type<Role>().notNull(),
    /** Text of a message or of a tip, reason of a removal. */
    text: text('text'),
    amountMinor: integer('amount_minor'),
    currency: text('currency'),
    /** The sender's own id of a message: the same one twice is one message. */
    clientId: text('client_id'),
    removedAt: time('removed_at'),
    sentAt: time('sent_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.room, table.seq] }),
    uniqueIndex('chat_entries_id').on(table.kind, table.id),
    uniqueIndex('chat_entries_client')
      .on(table.room, table.identity, table.clientId)
      .where(sql`${table.clientId} is not null`),
  ],
);
