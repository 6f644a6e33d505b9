import { bigint, boolean, index, jsonb, pgTable, text, time } from '../../platform/db/tables.ts';

export const passkeys = pgTable(
  'passkeys',
  {
    id: text('id').primaryKey(),
    person: text('person').notNull(),
    /** Given by the person. */
    name: text('name').notNull(),
    /** The authenticator's id of the credential, in base64url as the next. */
    credential: text('credential').notNull().unique(),
    /** A COSE key. */
    publicKey: text('public_key').notNull(),
    /** Signatures so far, by the authenticator's count; 0 if it does not count. */
    counter: bigint('counter', { mode: 'number' }).notNull(),
    transports: jsonb('transports').$type<string[]>().notNull(),
    /** Whether it is copied to the person's other devices. */
    isSynced: boolean('is_synced').notNull(),
    createdAt: time('created_at').notNull(),
    lastUsedAt: time('last_used_at'),
  },
  (table) => [index('passkeys_person').on(table.person)],
);

/** Challenges that are not used yet. */
export const passkeyChallenges = pgTable(
  'passkey_challenges',
  {
    challenge: text('challenge').primaryKey(),
    purpose: text('purpose').$type<'add' | 'use'>().notNull(),
    /** A random value in the cookie of the browser that asked. */
    browser: text('browser').notNull(),
    /** The signed-in person who asked; null for a stranger. */
    person: text('person'),
    expiresAt: time('expires_at').notNull(),
  },
  (table) => [index('passkey_challenges_expiry').on(table.expiresAt)],
);
