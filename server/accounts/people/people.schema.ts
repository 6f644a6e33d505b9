import { sql } from '../../platform/db/sql.ts';
import { index, integer, pgTable, text, time, uniqueIndex } from '../../platform/db/tables.ts';
import type { Language } from '../../protocol/accounts/people.ts';
import type { SignInMethod } from './session-strength.ts';

export const persons = pgTable('persons', {
  id: text('id').primaryKey(),
  /** Null until the person has given one. */
  name: text('name'),
  language: text('language').$type<Language>().notNull(),
  /** What they say of themselves on their page. */
  about: text('about').notNull().default(''),
  createdAt: time('created_at').notNull(),
  /** What a creator declares when they become one. */
  adultDeclaredAt: time('adult_declared_at'),
  termsAcceptedAt: time('terms_accepted_at'),
  closedAt: time('closed_at'),
});

/** Mail addresses, normalised. */
export const personAddresses = pgTable(
  'person_addresses',
  {
    address: text('address').primaryKey(),
    person: text('person').notNull(),
    confirmedAt: time('confirmed_at').notNull(),
  },
  (table) => [index('person_addresses_person').on(table.person)],
);

/** Handles in use, and those that rest after they were given up. */
export const handles = pgTable(
  'handles',
  {
    /** Equal for handles that look alike. */
    folded: text('folded').primaryKey(),
    handle: text('handle').notNull(),
    person: text('person').notNull(),
    freedAt: time('freed_at'),
  },
  (table) => [
    uniqueIndex('handles_person').on(table.person).where(sql`${table.freedAt} is null`),
    index('handles_ever').on(table.person),
  ],
);

/** Requests to sign in by mail. Link and code of one request are used up together. */
export const signInRequests = pgTable(
  'sign_in_requests',
  {
    id: text('id').primaryKey(),
    address: text('address').notNull(),
    language: text('language').$type<Language>().notNull(),
    returnPath: text('return_path'),
    linkDigest: text('link_digest').notNull().unique(),
    /** Of eight digits, so it hides nothing from a reader of the database, who lacks the browser's signed cookie. */
    codeDigest: text('code_digest').notNull(),
    tries: integer('tries').notNull().default(0),
    expiresAt: time('expires_at').notNull(),
    usedAt: time('used_at'),
    /** SHA-256 of a random value that the browser has: it may repeat what it did, as the answer may have got lost. */
    usedBy: text('used_by'),
    /** What the last use opened. */
    session: text('session'),
  },
  (table) => [
    index('sign_in_requests_expiry').on(table.expiresAt),
    index('sign_in_requests_address').on(table.address),
  ],
);

export const personSessions = pgTable(
  'person_sessions',
  {
    id: text('id').primaryKey(),
    person: text('person').notNull(),
    /** SHA-256 of 256 random bits. */
    secretDigest: text('secret_digest').notNull().unique(),
    secretIssuedAt: time('secret_issued_at').notNull(),
    /** The secret that replaces the first once a browser has used it: the answer that brings it may get lost. */
    nextDigest: text('next_digest').unique(),
    nextIssuedAt: time('next_issued_at'),
    /** What the next secret proves, of a confirmation; null where it only renews the first. */
    nextMethod: text('next_method').$type<SignInMethod>(),
    nextProvedAt: time('next_proved_at'),
    device: text('device').notNull(),
    /** How and when the person last proved who they are. */
    method: text('method').$type<SignInMethod>().notNull(),
    provedAt: time('proved_at').notNull(),
    createdAt: time('created_at').notNull(),
    lastUsedAt: time('last_used_at').notNull(),
    expiresAt: time('expires_at').notNull(),
    revokedAt: time('revoked_at'),
  },
  (table) => [index('person_sessions_person').on(table.person), index('person_sessions_expiry').on(table.expiresAt)],
);
