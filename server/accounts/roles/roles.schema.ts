import { sql } from '../../platform/db/sql.ts';
import { index, pgTable, text, time, uniqueIndex } from '../../platform/db/tables.ts';
import type { RoleName } from '../../protocol/roles.ts';

/** Who had which role, when, and by whose decision. A trigger refuses deletion, and all but giving and ending. */
export const roles = pgTable(
  'roles',
  {
    id: text('id').primaryKey(),
    person: text('person').notNull(),
    role: text('role').$type<RoleName>().notNull(),
    /** Of moderators: whose rooms; null otherwise. */
    creator: text('creator'),
    /** One room of that creator; null: all of theirs. */
    room: text('room'),
    requestedAt: time('requested_at').notNull(),
    /** Null while a request waits for an operator. */
    givenBy: text('given_by'),
    givenAt: time('given_at'),
    endedBy: text('ended_by'),
    endedAt: time('ended_at'),
  },
  (table) => [
    uniqueIndex('roles_held')
      .on(table.person, table.role, sql`coalesce(${table.creator}, '')`, sql`coalesce(${table.room}, '')`)
      .where(sql`${table.endedAt} is null`),
    index('roles_person').on(table.person),
    index('roles_holders').on(table.role, table.requestedAt).where(sql`${table.endedAt} is null`),
    index('roles_moderators').on(table.creator).where(sql`${table.endedAt} is null`),
  ],
);

/** A creator's invitations to moderate: to a person, or by a link that one person uses. */
export const moderatorInvitations = pgTable(
  'moderator_invitations',
  {
    id: text('id').primaryKey(),
    creator: text('creator').notNull(),
    /** One room of the creator; null: all of theirs. */
    room: text('room'),
    /** Who is invited, or has used the link; null while a link is unused. */
    person: text('person'),
    /** SHA-256 of the link's token; null for an invitation to a person. */
    linkDigest: text('link_digest').unique(),
    createdAt: time('created_at').notNull(),
    expiresAt: time('expires_at').notNull(),
    /** How it ended: accepted, declined by the person, or withdrawn by the creator. */
    outcome: text('outcome').$type<'accepted' | 'declined' | 'withdrawn'>(),
    endedAt: time('ended_at'),
  },
  (table) => [
    index('moderator_invitations_creator').on(table.creator, table.createdAt),
    index('moderator_invitations_person').on(table.person),
    index('moderator_invitations_expiry').on(table.expiresAt),
  ],
);
