import { index, pgTable, text, time, uniqueIndex } from '../../platform/db/tables.ts';

/** Which account at the house's OpenID provider is whose. */
export const oidcBindings = pgTable(
  'oidc_bindings',
  {
    id: text('id').primaryKey(),
    person: text('person').notNull(),
    issuer: text('issuer').notNull(),
    /** The provider's `sub`, which never changes; a mail address of the provider identifies nobody. */
    subject: text('subject').notNull(),
    createdAt: time('created_at').notNull(),
    lastUsedAt: time('last_used_at'),
  },
  (table) => [
    uniqueIndex('oidc_bindings_subject').on(table.issuer, table.subject),
    uniqueIndex('oidc_bindings_person').on(table.person, table.issuer),
  ],
);

/** Browsers that were sent to the provider and have not come back. */
export const oidcRequests = pgTable(
  'oidc_requests',
  {
    state: text('state').primaryKey(),
    /** A random value in the cookie of the browser that asked. */
    browser: text('browser').notNull(),
    purpose: text('purpose').$type<'sign-in' | 'confirm' | 'enrol'>().notNull(),
    nonce: text('nonce').notNull(),
    /** PKCE's code verifier. */
    verifier: text('verifier').notNull(),
    returnPath: text('return_path').notNull(),
    /** The signed-in person who asked, and their session; null for a stranger. */
    person: text('person'),
    session: text('session'),
    /** Digest of the operator's invitation that this enrolment uses up. */
    invitation: text('invitation'),
    createdAt: time('created_at').notNull(),
    expiresAt: time('expires_at').notNull(),
  },
  (table) => [index('oidc_requests_expiry').on(table.expiresAt)],
);
