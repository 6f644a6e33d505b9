import { boolean, index, integer, jsonb, pgTable, text, time } from '../../platform/db/tables.ts';
import type { PastMember, PublicText } from '../../protocol/trust/committee.ts';

/** Seats of the committee, each for a competence. A trigger refuses deletion, and changes of a removed seat. */
export const committeeSeats = pgTable('committee_seats', {
  id: text('id').primaryKey(),
  name: jsonb('name').$type<PublicText>().notNull(),
  /** The order in which seats are shown. */
  position: integer('position').notNull(),
  createdAt: time('created_at').notNull(),
  createdBy: text('created_by').notNull(),
  removedAt: time('removed_at'),
  removedBy: text('removed_by'),
});

/**
 * Terms of members. A trigger refuses deletion and all changes but of the biography and the end, which is written once.
 * A removal without a reason is refused.
 */
export const committeeTerms = pgTable(
  'committee_terms',
  {
    id: text('id').primaryKey(),
    seat: text('seat').notNull(),
    /** As the seat was called then. */
    seatName: jsonb('seat_name').$type<PublicText>().notNull(),
    person: text('person').notNull(),
    /** As it is shown. */
    appointedBy: jsonb('appointed_by').$type<PublicText>().notNull(),
    /** The operator with whose invitation the member came. */
    invitedBy: text('invited_by').notNull(),
    appointedAt: time('appointed_at').notNull(),
    from: time('from').notNull(),
    until: time('until').notNull(),
    /** The member's own words; null until they have written any, and once they were erased. */
    biography: jsonb('biography').$type<PublicText>(),
    /** Null where the term ends at its date. */
    endedAt: time('ended_at'),
    endedHow: text('ended_how').$type<Exclude<PastMember['ended']['how'], 'term'>>(),
    endedBy: text('ended_by'),
    /** Public. */
    endReason: jsonb('end_reason').$type<PublicText>(),
  },
  (table) => [
    index('committee_terms_seat').on(table.seat, table.from),
    index('committee_terms_person').on(table.person, table.until),
  ],
);

/** What members declare, each for a year. Append-only; erasure takes the interests out. */
export const committeeDeclarations = pgTable(
  'committee_declarations',
  {
    id: text('id').primaryKey(),
    term: text('term').notNull(),
    independent: boolean('independent').notNull(),
    unpaid: boolean('unpaid').notNull(),
    interests: jsonb('interests').$type<PublicText>(),
    declaredAt: time('declared_at').notNull(),
  },
  (table) => [index('committee_declarations_term').on(table.term, table.declaredAt)],
);
