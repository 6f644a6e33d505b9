import { sql } from '../../platform/db/sql.ts';
import { dueColumns, dueIndexes, index, pgTable, primaryKey, text, time } from '../../platform/db/tables.ts';
import type { TemplateName } from './letters/data.ts';
import type { Lane } from './letters/sending.ts';

/** Letters to send, and what became of them. Deleted a month after they were settled. */
export const letters = pgTable(
  'letters',
  {
    id: text('id').primaryKey(),
    /** The caller's; a second letter with the same key is not queued. */
    key: text('key').notNull().unique(),
    template: text('template').$type<TemplateName>().notNull(),
    /** Each lane has its own limits and its own place in the queue. */
    lane: text('lane').$type<Lane>().notNull(),
    /** Shares the budget of the lane: no cause can use all of it. */
    cause: text('cause').notNull(),
    recipient: text('recipient').notNull(),
    /** The recipient's mailbox in one spelling, to count its letters. */
    mailbox: text('mailbox').notNull(),
    language: text('language').$type<'en' | 'fr'>().notNull(),
    /** The template's data, encrypted: it may hold a sign-in code. Null once the letter is settled. */
    sealedData: text('sealed_data'),
    status: text('status').$type<'queued' | 'sent' | 'bounced' | 'expired' | 'unsubscribed'>().notNull(),
    ...dueColumns(),
    /** What the mail server answered in the end, or why nothing was sent. */
    answer: text('answer'),
    createdAt: time('created_at').notNull(),
    /** Counts in the hourly limits from here on. */
    firstAttemptAt: time('first_attempt_at'),
    expiresAt: time('expires_at').notNull(),
    settledAt: time('settled_at'),
  },
  (table) => [
    ...dueIndexes('letters', table, table.lane),
    index('letters_expiry').on(table.expiresAt).where(sql`${table.status} = 'queued'`),
    index('letters_attempted').on(table.lane, table.firstAttemptAt, table.cause),
    index('letters_recipient').on(table.recipient),
    index('letters_mailbox').on(table.mailbox, table.firstAttemptAt),
    index('letters_settled').on(table.settledAt).where(sql`${table.settledAt} is not null`),
    index('letters_undelivered').on(table.settledAt).where(sql`${table.status} in ('bounced', 'expired')`),
  ],
);

/** Addresses that want no more letters of a topic. */
export const mailOptOuts = pgTable(
  'mail_opt_outs',
  {
    /** Normalised. */
    address: text('address').notNull(),
    topic: text('topic').notNull(),
    at: time('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.address, table.topic] })],
);
