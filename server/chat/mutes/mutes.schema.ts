import { index, pgTable, primaryKey, text, time } from '../../platform/db/tables.ts';

/**
 * Whose messages a person does not want to read. No restriction: it takes no right from the other, and a row of theirs
 * would be in their export.
 */
export const mutes = pgTable(
  'mutes',
  {
    identity: text('identity').notNull(),
    muted: text('muted').notNull(),
    /** Of the muted person at that time. */
    name: text('name').notNull(),
    since: time('since').notNull(),
  },
  (table) => [primaryKey({ columns: [table.identity, table.muted] }), index('mutes_muted').on(table.muted)],
);
