import { pgTable, text, timestamp } from 'drizzle-orm/pg-core';

const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' });

export const creators = pgTable('creators', {
  identity: text('identity').primaryKey(),
  name: text('name').notNull(),
  country: text('country').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
});

/** Operators who were let to the desk: by a link that opens once, and then for a limited time or until it is revoked. */
export const deskSessions = pgTable('desk_sessions', {
  id: text('id').primaryKey(),
  operator: text('operator').notNull(),
  name: text('name').notNull(),
  /** A digest: whoever reads the database cannot open the link. */
  linkDigest: text('link_digest').notNull().unique(),
  createdAt: time('created_at').notNull(),
  linkExpiresAt: time('link_expires_at').notNull(),
  openedAt: time('opened_at'),
  expiresAt: time('expires_at'),
  revokedAt: time('revoked_at'),
});
