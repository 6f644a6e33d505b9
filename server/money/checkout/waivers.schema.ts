import { pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** That a buyer gave up the right of withdrawal for a ticket: what they read, word by word, and when they agreed. Append-only. */
export const ticketWaivers = pgTable('ticket_waivers', {
  ticket: text('ticket').primaryKey(),
  textVersion: text('text_version').notNull(),
  language: text('language').$type<'en' | 'fr'>().notNull(),
  text: text('text').notNull(),
  acceptedAt: timestamp('accepted_at', { withTimezone: true, mode: 'string' }).notNull(),
});
