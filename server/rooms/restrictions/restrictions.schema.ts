import { sql } from '../../platform/db/sql.ts';
import { index, pgTable, text, time, unique, uniqueIndex } from '../../platform/db/tables.ts';
import type { ActorRole } from '../../protocol/chat/chat-moderation.ts';
import type { AnyRestrictionKind } from './restriction-kinds.ts';

/** Who may not do what, where, until when, and why. It ends by itself; a lifted one stays on record. */
export const restrictions = pgTable(
  'restrictions',
  {
    id: text('id').primaryKey(),
    kind: text('kind').$type<AnyRestrictionKind>().notNull(),
    /** Null: everybody in the room. */
    identity: text('identity'),
    /** In this room; if null, in all rooms of the creator; if that is null too, in the whole house. */
    room: text('room'),
    creator: text('creator'),
    until: time('until'),
    reason: text('reason').notNull(),
    by: text('by').notNull(),
    byRole: text('by_role').$type<ActorRole>().notNull(),
    /** Of the review of reports: it lasts until that is undone. */
    decision: text('decision'),
    createdAt: time('created_at').notNull(),
    liftedAt: time('lifted_at'),
  },
  (table) => [
    unique('restrictions_decision').on(table.decision, table.kind),
    // The first stays, and its reason. Chats replace theirs, each actor their own.
    uniqueIndex('restrictions_once')
      .on(table.kind, table.identity, sql`coalesce(${table.creator}, '')`, sql`coalesce(${table.room}, '')`)
      .where(
        sql`${table.kind} in ('removal', 'freeze', 'card_hold') and ${table.decision} is null and ${table.liftedAt} is null`,
      ),
    index('restrictions_identity').on(table.identity),
    index('restrictions_creator').on(table.creator, table.createdAt, table.id),
    index('restrictions_freezes')
      .on(table.createdAt)
      .where(sql`${table.kind} = 'freeze' and ${table.liftedAt} is null`),
    index('restrictions_card_holds')
      .on(table.createdAt)
      .where(sql`${table.kind} = 'card_hold' and ${table.liftedAt} is null`),
    index('restrictions_by').on(table.by),
    index('restrictions_room').on(table.room).where(sql`${table.identity} is null`),
  ],
);
