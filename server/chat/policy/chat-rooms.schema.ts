import { sql } from '../../platform/db/sql.ts';
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, time } from '../../platform/db/tables.ts';
import type { ChatMode } from '../../protocol/chat/chat-room.ts';

/** A room's chat settings. The row exists from the first participant's entry on. */
export const chatRooms = pgTable(
  'chat_rooms',
  {
    room: text('room').primaryKey(),
    creator: text('creator').notNull(),
    slowModeSeconds: integer('slow_mode_seconds').notNull().default(0),
    membersOnly: boolean('members_only').notNull().default(false),
    emojiOnly: boolean('emoji_only').notNull().default(false),
    paused: boolean('paused').notNull().default(false),
    linksAllowed: boolean('links_allowed').notNull().default(false),
    /** While panic is on: the mode to restore. */
    panic: jsonb('panic').$type<ChatMode>(),
    pinned: text('pinned'),
    poll: text('poll'),
  },
  (table) => [index('chat_rooms_creator').on(table.creator)],
);

export const chatPolls = pgTable(
  'chat_polls',
  {
    id: text('id').primaryKey(),
    room: text('room').notNull(),
    question: text('question').notNull(),
    options: jsonb('options').$type<string[]>().notNull(),
    /** Votes by option, counted in the transaction that stores them. */
    votes: jsonb('votes').$type<number[]>().notNull(),
    startedBy: text('started_by').notNull(),
    startedAt: time('started_at').notNull(),
    closesAt: time('closes_at'),
    closedAt: time('closed_at'),
  },
  (table) => [
    index('chat_polls_closing').on(table.closesAt).where(sql`${table.closedAt} is null`),
    index('chat_polls_room').on(table.room),
    index('chat_polls_starter').on(table.startedBy),
  ],
);

export const chatPollVotes = pgTable(
  'chat_poll_votes',
  {
    poll: text('poll').notNull(),
    identity: text('identity').notNull(),
    option: integer('option').notNull(),
    votedAt: time('voted_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.poll, table.identity] }), index('chat_poll_votes_voter').on(table.identity)],
);
