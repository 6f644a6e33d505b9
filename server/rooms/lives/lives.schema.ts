import { sql } from '../../platform/db/sql.ts';
import { index, pgTable, primaryKey, text, time, uniqueIndex } from '../../platform/db/tables.ts';

/**
 * When rooms were live. A live that continues after a restart has several rows. A trigger refuses deletion, and all
 * changes but the end, which is written once.
 */
export const lives = pgTable(
  'lives',
  {
    room: text('room').notNull(),
    startedAt: time('started_at').notNull(),
    endedAt: time('ended_at'),
  },
  (table) => [
    primaryKey({ columns: [table.room, table.startedAt] }),
    uniqueIndex('lives_open').on(table.room).where(sql`${table.endedAt} is null`),
    index('lives_ended').on(table.endedAt),
  ],
);
