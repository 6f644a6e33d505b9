import { sql } from '../../platform/db/sql.ts';
import { check, index, integer, minor, pgTable, text, time, uniqueIndex } from '../../platform/db/tables.ts';

export const tickets = pgTable(
  'tickets',
  {
    id: text('id').primaryKey(),
    room: text('room').notNull(),
    identity: text('identity').notNull(),
    priceMinor: minor('price_minor').notNull(),
    currency: text('currency').notNull(),
    paidFrom: text('paid_from').$type<'wallet' | 'card'>().notNull(),
    /** `pending` while its checkout is open. Only a `valid` one gives access to the room. */
    status: text('status').$type<'pending' | 'valid' | 'expired' | 'refunded' | 'disputed'>().notNull(),
    /** Its terms (`sale_terms`). */
    terms: text('terms').notNull(),
    createdAt: time('created_at').notNull(),
    boughtAt: time('bought_at'),
    /** Of the lives of its room that had ended before it was bought. */
    liveSecondsBefore: integer('live_seconds_before').notNull().default(0),
  },
  (table) => [
    // One valid ticket and one open checkout per person and room, also across processes.
    uniqueIndex('tickets_valid').on(table.room, table.identity).where(sql`${table.status} = 'valid'`),
    uniqueIndex('tickets_pending').on(table.room, table.identity).where(sql`${table.status} = 'pending'`),
    index('tickets_person').on(table.identity),
    index('tickets_identity')
      .on(table.identity, sql`coalesce(${table.boughtAt}, ${table.createdAt})`, table.id)
      .where(sql`${table.status} in ('valid', 'refunded', 'disputed')`),
    index('tickets_room')
      .on(table.room, sql`coalesce(${table.boughtAt}, ${table.createdAt})`, table.id)
      .where(sql`${table.status} in ('valid', 'refunded', 'disputed')`),
    check('tickets_price', sql`${table.priceMinor} > 0`),
  ],
);

/** What a buyer agreed to about the right of withdrawal: the exact text and when. Append-only. */
export const waivers = pgTable('waivers', {
  /** The ticket or the membership. */
  item: text('item').primaryKey(),
  textVersion: text('text_version').notNull(),
  language: text('language').$type<'en' | 'fr'>().notNull(),
  text: text('text').notNull(),
  /** The date of the room then: for a room without one, the waiver holds once its live has begun. */
  startsAt: time('starts_at'),
  acceptedAt: time('accepted_at').notNull(),
});

/** A room that has ended: the decision to refund the tickets of those who saw no live, and its progress. */
export const cancellations = pgTable(
  'cancellations',
  {
    room: text('room').primaryKey(),
    /**
     * `not_held`: there was no live, or too short a one. `live_over`: there was none since these were bought.
     * `house_decision`: the house pays everybody back.
     */
    reason: text('reason').$type<'not_held' | 'live_over' | 'house_decision'>().notNull(),
    /** Tickets with less than this on stage since they were bought go back; null: all. */
    minLiveSeconds: integer('min_live_seconds'),
    decidedAt: time('decided_at').notNull(),
    /** When no ticket was left to refund. */
    completedAt: time('completed_at'),
    ticketCount: integer('ticket_count').notNull().default(0),
    refundedMinor: minor('refunded_minor').notNull().default(0),
  },
  (table) => [index('cancellations_open').on(table.decidedAt).where(sql`${table.completedAt} is null`)],
);
