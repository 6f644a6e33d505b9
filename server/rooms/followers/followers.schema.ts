import { index, pgTable, primaryKey, text, timestamp } from '../../platform/db/tables.ts';

/** Who follows which creator. */
export const follows = pgTable(
  'follows',
  {
    creator: text('creator').notNull(),
    follower: text('follower').notNull(),
    since: timestamp('since', { withTimezone: true, mode: 'string' }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.creator, table.follower] }),
    index('follows_follower').on(table.follower, table.since),
  ],
);
