import { sql } from '../../platform/db/sql.ts';
import { index, pgTable, primaryKey, text, time } from '../../platform/db/tables.ts';

/** What the house has decided about people and rooms. Lifted, never deleted. */
export const suspensions = pgTable(
  'suspensions',
  {
    decision: text('decision').notNull(),
    kind: text('kind').$type<'account' | 'room' | 'stage'>().notNull(),
    /** Who enters no room, or with `room` not that one; null: nobody goes live in the room. */
    identity: text('identity'),
    room: text('room'),
    reason: text('reason').notNull(),
    until: time('until'),
    createdAt: time('created_at').notNull(),
    liftedAt: time('lifted_at'),
  },
  (table) => [
    primaryKey({ columns: [table.decision, table.kind] }),
    index('suspensions_identity').on(table.identity),
    index('suspensions_room').on(table.room).where(sql`${table.liftedAt} is null`),
  ],
);
