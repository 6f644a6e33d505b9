import { index, integer, pgTable, primaryKey, text, time } from '../../platform/db/tables.ts';

/** How long somebody was inside a room while it was live, as far as a claim needs it. Deleted after a day. */
export const attendances = pgTable(
  'attendances',
  {
    identity: text('identity').notNull(),
    room: text('room').notNull(),
    /** Between counts that followed each other; not counted past `LIMITS.claimMinutes`. */
    minutes: integer('minutes').notNull(),
    countedAt: time('counted_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.identity, table.room] }), index('attendances_counted').on(table.countedAt)],
);
