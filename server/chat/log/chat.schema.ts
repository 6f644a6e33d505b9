import { sql } from '../../platform/db/sql.ts';
import { index, integer, jsonb, pgTable, primaryKey, text, time, uniqueIndex } from '../../platform/db/tables.ts';
import type { Role } from '../../protocol/accounts/accounts.ts';
import type { ChatEntry, ChatNoticeName } from '../../protocol/chat/chat.ts';

/** A room's last sequence number. Its row lock keeps the sequence gapless. */
export const chatSequences = pgTable('chat_sequences', {
  room: text('room').primaryKey(),
  lastSeq: integer('last_seq').notNull().default(0),
  /**
   * Incremented by every change of the room's policy (mode, words, restrictions). Appending locks this row anyway, and
   * so detects messages that were judged by an outdated policy.
   */
  version: integer('version').notNull().default(0),
});

/** Fields of an entry beyond its columns, by kind. */
export interface EntryDetails {
  mentions?: string[];
  links?: boolean;
  /** Whole months for which its author has been a member of the creator's club. */
  member?: number;
  /** For a purge: whose messages, up to which number. */
  identity?: string;
  uptoSeq?: number;
  notice?: ChatNoticeName;
  on?: boolean;
  seconds?: number;
  subject?: string;
  /** Of a tip: the label of the menu item that it is for. */
  item?: string;
  /** Of a tip: its giver is shown to nobody. */
  anonymous?: boolean;
  won?: string[];
}

export const chatEntries = pgTable(
  'chat_entries',
  {
    room: text('room').notNull(),
    seq: integer('seq').notNull(),
    kind: text('kind').$type<ChatEntry['kind']>().notNull(),
    /** The id of the message or tip, also for its removal or refund; otherwise the act's. */
    id: text('id').notNull(),
    identity: text('identity').notNull(),
    name: text('name').notNull(),
    role: text('role').$type<Role>().notNull(),
    /** Text of a message or of a tip, reason of a removal. */
    text: text('text'),
    amountMinor: integer('amount_minor'),
    currency: text('currency'),
    /** The client's id of a message, for idempotency. */
    clientId: text('client_id'),
    /** The message that this one answers. */
    replyTo: text('reply_to'),
    details: jsonb('details').$type<EntryDetails>(),
    removedAt: time('removed_at'),
    /** Text and author were erased; the sequence number stays. */
    erasedAt: time('erased_at'),
    sentAt: time('sent_at').notNull(),
  },
  (table) => [
    /** For erasure: entries that mention a person. */
    index('chat_entries_mentions')
      .using('gin', sql`(${table.details} -> 'mentions')`)
      .where(sql`${table.details} ? 'mentions'`),
    primaryKey({ columns: [table.room, table.seq] }),
    uniqueIndex('chat_entries_id').on(table.kind, table.id),
    // Person first: serves all of their entries, in one room and in all. Those without a client's id are all distinct.
    uniqueIndex('chat_entries_client').on(table.identity, table.room, table.clientId),
    index('chat_entries_purges').on(table.room).where(sql`${table.kind} = 'purge'`),
    // For retention, without what it has erased.
    index('chat_entries_unerased')
      .on(table.sentAt)
      .where(sql`${table.erasedAt} is null and ${table.kind} in ('message', 'tip')`),
  ],
);
