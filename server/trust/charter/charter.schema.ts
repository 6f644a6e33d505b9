import { sql } from '../../platform/db/sql.ts';
import { index, integer, jsonb, pgTable, primaryKey, text, time, uniqueIndex } from '../../platform/db/tables.ts';
import type { Acceptance, Article } from '../../protocol/trust/charter.ts';

/**
 * Versions of the charter. At most one is a draft, which is not announced and may change; all others are final. A
 * version is in force if its date has come and none with a higher number is in force.
 */
export const charterVersions = pgTable(
  'charter_versions',
  {
    version: integer('version').primaryKey(),
    articles: jsonb('articles').$type<Article[]>().notNull(),
    /** SHA-256 of the canonical form (`charter-hash.ts`). */
    hash: text('hash').notNull(),
    changedAt: time('changed_at').notNull(),
    /** An operator's identity, or the id of an API key. */
    changedBy: text('changed_by').notNull(),
    announcedAt: time('announced_at'),
    announcedBy: text('announced_by'),
    effectiveFrom: time('effective_from'),
  },
  (table) => [
    uniqueIndex('charter_versions_draft')
      .on(sql`(${table.announcedAt} is null)`)
      .where(sql`${table.announcedAt} is null`),
  ],
);

export const charterAcceptances = pgTable(
  'charter_acceptances',
  {
    identity: text('identity').notNull(),
    version: integer('version').notNull(),
    hash: text('hash').notNull(),
    language: text('language').$type<Acceptance['language']>().notNull(),
    acceptedAt: time('accepted_at').notNull(),
    via: text('via').$type<Acceptance['via']>().notNull(),
    /** The id of the embedder's API key, if its server recorded it. */
    apiKey: text('api_key'),
  },
  (table) => [
    primaryKey({ columns: [table.identity, table.version] }),
    index('charter_acceptances_version').on(table.version),
  ],
);
