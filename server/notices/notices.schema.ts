import { sql } from '../platform/db/sql.ts';
import { index, jsonb, pgTable, primaryKey, text, time } from '../platform/db/tables.ts';

export type NoticeKind = 'moved' | 'reminder' | 'live';

export interface NoticeData {
  /** The room's date when the notice was made. */
  startsAt: string | null;
  /** Of a change of the date. */
  moved?: { at: string; previousStartsAt: string | null; returnUntil: string | null };
}

/** A notice to many people about one room, and how far it has come. Deleted a month after it was done. */
export const notices = pgTable(
  'notices',
  {
    /** Names what it is about; a second notice with the same key is not made. */
    key: text('key').primaryKey(),
    kind: text('kind').$type<NoticeKind>().notNull(),
    room: text('room').notNull(),
    data: jsonb('data').$type<NoticeData>().notNull(),
    /** The next audience, or `withdrawn`; and the last person of it who was informed. */
    audience: text('audience').notNull(),
    after: text('after').notNull().default(''),
    createdAt: time('created_at').notNull(),
    /** When its next batch is due: notices take turns, and one that fails waits. */
    dueAt: time('due_at').notNull(),
    doneAt: time('done_at'),
  },
  (table) => [
    index('notices_open').on(table.dueAt).where(sql`${table.doneAt} is null`),
    index('notices_done').on(table.doneAt).where(sql`${table.doneAt} is not null`),
  ],
);

/** Whom a notice was made for: somebody in two of its audiences is told once. */
export const noticeRecipients = pgTable(
  'notice_recipients',
  { notice: text('notice').notNull(), identity: text('identity').notNull() },
  (table) => [
    primaryKey({ columns: [table.notice, table.identity] }),
    index('notice_recipients_identity').on(table.identity),
  ],
);

/** Who has asked to be reminded of a room. */
export const reminders = pgTable(
  'reminders',
  { room: text('room').notNull(), identity: text('identity').notNull(), createdAt: time('created_at').notNull() },
  (table) => [primaryKey({ columns: [table.room, table.identity] }), index('reminders_identity').on(table.identity)],
);
