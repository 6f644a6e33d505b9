import { sql } from '../platform/db/sql.ts';
import { check, index, jsonb, pgTable, text, time } from '../platform/db/tables.ts';
import type { Scope } from '../protocol/keys.ts';

export const creators = pgTable('creators', {
  identity: text('identity').primaryKey(),
  name: text('name').notNull(),
  country: text('country').notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
});

/** Operators' desk sessions: opened once by a link, then valid until expiry or revocation. */
export const deskSessions = pgTable(
  'desk_sessions',
  {
    id: text('id').primaryKey(),
    operator: text('operator').notNull(),
    name: text('name').notNull(),
    /** A digest, so that a reader of the database cannot open the link. */
    linkDigest: text('link_digest').notNull().unique(),
    createdAt: time('created_at').notNull(),
    /** The API key that created the link; the session ends with it. */
    createdBy: text('created_by').notNull(),
    linkExpiresAt: time('link_expires_at').notNull(),
    openedAt: time('opened_at'),
    expiresAt: time('expires_at'),
    revokedAt: time('revoked_at'),
  },
  (table) => [index('desk_sessions_operator').on(table.operator)],
);

/** API keys created here. Those of the environment are not in the table. */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    scopes: jsonb('scopes').$type<Scope[]>().notNull(),
    origins: jsonb('origins').$type<string[]>(),
    /** For a key with the scope `tokens`, whose tokens it verifies; encrypted. */
    sealedSecret: text('sealed_secret'),
    /** For any other key: SHA-256. The secret is 256 random bits, which a slow hash would not protect better. */
    secretDigest: text('secret_digest'),
    createdAt: time('created_at').notNull(),
    createdBy: text('created_by').notNull(),
    expiresAt: time('expires_at'),
    revokedAt: time('revoked_at'),
    lastUsedAt: time('last_used_at'),
  },
  (table) => [
    check('api_keys_secret', sql`(${table.sealedSecret} is null) <> (${table.secretDigest} is null)`),
    index('api_keys_live').on(table.createdAt).where(sql`${table.revokedAt} is null`),
  ],
);
