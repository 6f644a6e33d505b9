import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, primaryKey, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import type { Role } from '../../protocol/accounts.ts';
import type { ChatEntry, ChatNoticeName } from '../../protocol/chat/chat.ts';

const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' });

/** The last sequence number given out in a room; its row lock is what keeps the sequence gapless. */
export const chatSequences = pgTable('chat_sequences', {
  room: text('room').primaryKey(),
  lastSeq: integer('last_seq').notNull().default(0),
  /**
   * Counts the changes of what governs the room (its mode, its words, who may not write). Whoever appends holds this row, and so learns for
   * nothing whether a message was judged by what still holds.
   */
  version: integer('version').notNull().default(0),
});

/** What an entry has beyond its columns, by its kind. */
export interface EntryDetails {
  mentions?: string[];
  links?: boolean;
  /** Of a purge: whose messages, and up to where. */
  identity?: string;
  uptoSeq?: number;
  notice?: ChatNoticeName;
  on?: boolean;
  seconds?: number;
  subject?: string;
}

export const chatEntries = pgTable(
  'chat_entries',
  {
    room: text('room').notNull(),
    seq: integer('seq').notNull(),
    kind: text('kind').$type<ChatEntry['kind']>().notNull(),
    /** The message's or the tip's id; for a removal the id of the removed message, otherwise that of the act. */
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
    /** The message that this one answers. */
    replyTo: text('reply_to'),
    details: jsonb('details').$type<EntryDetails>(),
    removedAt: time('removed_at'),
    /** Text and author are gone for good; the place in the order stays. */
    erasedAt: time('erased_at'),
    sentAt: time('sent_at').notNull(),
  },
  (table) => [
    /** Whom others have named: found when somebody's data is erased. */
    index('chat_entries_mentions')
      .using('gin', sql`(${table.details} -> 'mentions')`)
      .where(sql`${table.details} ? 'mentions'`),
    primaryKey({ columns: [table.room, table.seq] }),
    uniqueIndex('chat_entries_id').on(table.kind, table.id),
    // By the person first: their messages in a room, and everywhere, are found by the same index.
    uniqueIndex('chat_entries_client')
      .on(table.identity, table.room, table.clientId)
      .where(sql`${table.clientId} is not null`),
    index('chat_entries_others').on(table.identity).where(sql`${table.clientId} is null`),
    index('chat_entries_purges').on(table.room).where(sql`${table.kind} = 'purge'`),
    index('chat_entries_age').using('brin', table.sentAt),
  ],
);
