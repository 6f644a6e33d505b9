import { sql } from '../../platform/db/sql.ts';
import { index, integer, jsonb, pgTable, text, time, uniqueIndex } from '../../platform/db/tables.ts';
import type { Role } from '../../protocol/accounts/accounts.ts';
import type { HoldReason } from '../../protocol/chat/chat.ts';
import type { ActKind, ActorRole, ChatReport, ReportCategory, WordRule } from '../../protocol/chat/chat-moderation.ts';
import type { HookFailure } from '../../protocol/chat/chat-server.ts';

/**
 * The audit log of moderators', the embedder's and the house's acts. Rows are inserted in the act's transaction and
 * never changed.
 */
export const chatActs = pgTable(
  'chat_acts',
  {
    id: text('id').primaryKey(),
    at: time('at').notNull(),
    kind: text('kind').$type<ActKind>().notNull(),
    actor: text('actor').notNull(),
    actorRole: text('actor_role').$type<ActorRole>().notNull(),
    room: text('room'),
    creator: text('creator'),
    target: text('target'),
    messageId: text('message_id'),
    reason: text('reason'),
    details: jsonb('details').$type<Record<string, unknown>>().notNull(),
  },
  (table) => [
    index('chat_acts_room').on(table.room, table.id),
    index('chat_acts_creator').on(table.creator, table.target),
    index('chat_acts_target').on(table.target),
  ],
);

/** Messages that are or were held for review. */
export const chatHeld = pgTable(
  'chat_held',
  {
    id: text('id').primaryKey(),
    room: text('room').notNull(),
    identity: text('identity').notNull(),
    name: text('name').notNull(),
    role: text('role').$type<Role>().notNull(),
    text: text('text').notNull(),
    clientId: text('client_id').notNull(),
    replyTo: text('reply_to'),
    mentions: jsonb('mentions').$type<string[]>(),
    links: integer('links').notNull().default(0),
    member: integer('member'),
    reason: text('reason').$type<HoldReason>().notNull(),
    detail: text('detail'),
    heldAt: time('held_at').notNull(),
    decision: text('decision').$type<'allow' | 'refuse'>(),
    decidedAt: time('decided_at'),
    decidedReason: text('decided_reason'),
  },
  (table) => [
    uniqueIndex('chat_held_client').on(table.identity, table.room, table.clientId),
    index('chat_held_waiting').on(table.room, table.id).where(sql`${table.decision} is null`),
  ],
);

export const chatWords = pgTable('chat_words', {
  creator: text('creator').primaryKey(),
  words: jsonb('words').$type<WordRule[]>().notNull(),
  updatedAt: time('updated_at').notNull(),
});

/** Reports with a copy of their evidence, never changed, separate from the log. */
export const chatReports = pgTable(
  'chat_reports',
  {
    id: text('id').primaryKey(),
    room: text('room').notNull(),
    reporter: text('reporter').notNull(),
    messageId: text('message_id').notNull(),
    category: text('category').$type<ReportCategory>().notNull(),
    note: text('note'),
    evidence: jsonb('evidence').$type<ChatReport['evidence']>().notNull(),
    at: time('at').notNull(),
  },
  (table) => [
    uniqueIndex('chat_reports_once').on(table.messageId, table.reporter),
    index('chat_reports_room').on(table.room, table.id),
    index('chat_reports_reporter').on(table.reporter),
  ],
);

/** The embedder's hook before delivery: one row, with the id `house`. */
export const chatHooks = pgTable('chat_hooks', {
  id: text('id').primaryKey(),
  url: text('url').notNull(),
  /** Encrypted. */
  secret: text('secret').notNull(),
  timeoutMs: integer('timeout_ms').notNull(),
  onFailure: text('on_failure').$type<HookFailure>().notNull(),
  createdAt: time('created_at').notNull(),
});
