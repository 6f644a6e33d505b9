import { sql } from '../../platform/db/sql.ts';
import {
  check,
  index,
  integer,
  minor,
  pgTable,
  primaryKey,
  text,
  time,
  uniqueIndex,
} from '../../platform/db/tables.ts';
import type { PrivateEndReason, PrivateSessionStatus } from '../../protocol/money/private-sessions.ts';

/** A session from its request to its end. Confirmed time and charges are those of its last heartbeat. */
export const privateSessions = pgTable(
  'private_sessions',
  {
    id: text('id').primaryKey(),
    room: text('room').notNull(),
    creator: text('creator').notNull(),
    identity: text('identity').notNull(),
    name: text('name').notNull(),
    status: text('status').$type<PrivateSessionStatus>().notNull(),
    rateMinor: minor('rate_minor').notNull(),
    currency: text('currency').notNull(),
    terms: text('terms').notNull(),
    heldMinor: minor('held_minor').notNull(),
    confirmedMs: minor('confirmed_ms').notNull().default(0),
    chargedMinor: minor('charged_minor').notNull().default(0),
    creatorMinor: minor('creator_minor').notNull().default(0),
    sequence: integer('sequence').notNull().default(0),
    endReason: text('end_reason').$type<PrivateEndReason>(),
    requestedAt: time('requested_at').notNull(),
    expiresAt: time('expires_at').notNull(),
    startedAt: time('started_at'),
    heartbeatAt: time('heartbeat_at'),
    endedAt: time('ended_at'),
  },
  (table) => [
    // One active session per room and one open request per fan, also across processes.
    uniqueIndex('private_sessions_active').on(table.room).where(sql`${table.status} = 'active'`),
    uniqueIndex('private_sessions_open')
      .on(table.room, table.identity)
      .where(sql`${table.status} in ('requested', 'active')`),
    index('private_sessions_due')
      .on(table.status, table.expiresAt)
      .where(sql`${table.status} in ('requested', 'active')`),
    index('private_sessions_room').on(table.room),
    index('private_sessions_identity').on(table.identity),
    check('private_sessions_charged', sql`${table.chargedMinor} between 0 and ${table.heldMinor}`),
    check('private_sessions_confirmed', sql`${table.confirmedMs} >= 0`),
  ],
);

/** What each step added to the confirmed time and the charge. */
export const privateSessionCharges = pgTable(
  'private_session_charges',
  {
    session: text('session').notNull(),
    sequence: integer('sequence').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    confirmedMs: minor('confirmed_ms').notNull(),
    chargedAt: time('charged_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.session, table.sequence] }),
    check('private_session_charges_amount', sql`${table.amountMinor} >= 0`),
  ],
);
