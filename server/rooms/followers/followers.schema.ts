import { index, pgTable, primaryKey, text, time } from '../../platform/db/tables.ts';

/** Who follows which creator. */
export const follows = pgTable(
  'follows',
  {
    creator: text('creator').notNull(),
    follower: text('follower').notNull(),
    since: time('since').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.creator, table.follower] }),
    index('follows_follower').on(table.follower, table.since),
  ],
);
