import { sql } from '../../platform/db/sql.ts';
import { check, index, minor, pgTable, text, time, uniqueIndex } from '../../platform/db/tables.ts';
import type { BookingKind } from '../../protocol/money/bookings.ts';

/** Bookings that operators asked for. A trigger lets each be decided once, and nothing else change. */
export const deskBookings = pgTable(
  'desk_bookings',
  {
    id: text('id').primaryKey(),
    kind: text('kind').$type<BookingKind>().notNull(),
    /** The association, refund or person; `vat` for VAT. */
    subject: text('subject').notNull(),
    /** What was owed when it was asked for, where the whole is booked; negative for debts. */
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    reason: text('reason').notNull(),
    by: text('by').notNull(),
    idempotencyKey: text('idempotency_key').notNull(),
    createdAt: time('created_at').notNull(),
    /** `waiting` for a second operator. */
    status: text('status').$type<'waiting' | 'booked' | 'declined'>().notNull(),
    /** Null: it needed no second operator. */
    decidedBy: text('decided_by'),
    decidedAt: time('decided_at'),
  },
  (table) => [
    uniqueIndex('desk_bookings_idempotency').on(table.by, table.idempotencyKey),
    index('desk_bookings_subject').on(table.subject),
    index('desk_bookings_created').on(table.createdAt),
    index('desk_bookings_waiting').on(table.createdAt).where(sql`${table.status} = 'waiting'`),
    check('desk_bookings_amount', sql`${table.amountMinor} <> 0`),
  ],
);
