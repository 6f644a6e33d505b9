import { sql } from '../../platform/db/sql.ts';
import {
  bigserial,
  boolean,
  check,
  dueColumns,
  dueIndexes,
  index,
  integer,
  minor,
  pgTable,
  primaryKey,
  text,
  time,
  uniqueIndex,
} from '../../platform/db/tables.ts';

export const CLOSURE_CAUSES = ['blocked', 'suspended', 'club_closed', 'withdrawal'] as const;
export type ClosureCause = (typeof CLOSURE_CAUSES)[number];

/**
 * A person's membership of a creator's club: `pending` while the page to join is open, `abandoned` if nobody paid
 * there, then the state at the provider. A membership that has ended stays ended: a person who returns gets a new one.
 */
export const memberships = pgTable(
  'memberships',
  {
    id: text('id').primaryKey(),
    /** The tier in force: what is paid for now, and after that the lower of it and the next. */
    tier: text('tier').notNull(),
    /** The tier of the next renewal at the provider. */
    renewalTier: text('renewal_tier').notNull(),
    creator: text('creator').notNull(),
    identity: text('identity').notNull(),
    name: text('name').notNull(),
    status: text('status').$type<'pending' | 'abandoned' | 'active' | 'past_due' | 'ended'>().notNull(),
    successUrl: text('success_url').notNull(),
    cancelUrl: text('cancel_url').notNull(),
    locale: text('locale'),
    providerSession: text('provider_session').unique(),
    providerSubscription: text('provider_subscription').unique(),
    providerCustomer: text('provider_customer'),
    /**
     * `disputed`: a payment is disputed, and there is no access until that is decided. `refunded`, `lost`: the payment
     * for its time was refunded or lost in a dispute, and the house ends the membership. Others: why it ended before
     * its paid time was over, of which the unused part goes back (`membership-closures.ts`).
     */
    standing: text('standing').$type<'disputed' | 'refunded' | 'lost' | ClosureCause>(),
    cancelAtPeriodEnd: boolean('cancel_at_period_end').notNull().default(false),
    /** The house cancelled it because of a dispute or the creator's suspension, and resumes it when that is over. */
    isCancelledByHouse: boolean('is_cancelled_by_house').notNull().default(false),
    /**
     * The member's last decision, here or on the provider's page: true to leave at the end of the paid time, false to
     * continue; null without a decision.
     */
    wantsToLeave: boolean('wants_to_leave'),
    /**
     * Counts decisions when they begin and when they are done, which tells whether an answer of the provider is older
     * than a decision.
     */
    decisions: integer('decisions').notNull().default(0),
    /**
     * Lease of the callers that send the cancellation to the provider. Past it, they were interrupted, and the sweeper
     * sends it again.
     */
    cancellationLeaseUntil: time('cancellation_lease_until'),
    /** Number of those callers. The last one that finishes ends the lease; an interrupted one never does. */
    cancellationLeaseHolders: integer('cancellation_lease_holders').notNull().default(0),
    paidUntil: time('paid_until'),
    /** The end of the paid time whose renewal the member was told of. */
    toldOfRenewalAt: time('told_of_renewal_at'),
    accessUntil: time('access_until'),
    createdAt: time('created_at').notNull(),
    /** When a page to join expires. */
    expiresAt: time('expires_at').notNull(),
    startedAt: time('started_at'),
    endedAt: time('ended_at'),
    /** Counts completed syncs, so that an older answer of the provider is recognised. */
    syncVersion: integer('sync_version').notNull().default(0),
    /** It is synced periodically until there is nothing left to learn. */
    ...dueColumns(),
  },
  (table) => [
    // One membership per person and club, and one open page, also across processes.
    uniqueIndex('memberships_held')
      .on(table.creator, table.identity)
      .where(sql`${table.status} in ('active', 'past_due')`),
    uniqueIndex('memberships_pending').on(table.creator, table.identity).where(sql`${table.status} = 'pending'`),
    index('memberships_identity').on(table.identity),
    index('memberships_creator').on(table.creator),
    ...dueIndexes('memberships', table),
  ],
);

/** A paid invoice of a membership, booked once, when the provider confirms it. */
export const membershipInvoices = pgTable(
  'membership_invoices',
  {
    invoice: text('invoice').primaryKey(),
    /** Our id of the payment, used for search, refunds and receipts. */
    id: text('id').notNull().unique().default(sql`'invoice_0000000' || substr(md5(random()::text), 1, 17)`),
    membership: text('membership').notNull(),
    tier: text('tier').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    periodEnd: time('period_end').notNull(),
    paidAt: time('paid_at').notNull(),
    bookedAt: time('booked_at').notNull(),
  },
  (table) => [
    index('membership_invoices_membership').on(table.membership, table.paidAt, table.id),
    check('membership_invoices_amount', sql`${table.amountMinor} > 0`),
  ],
);

/**
 * The lines of each paid invoice, also if credit paid it: a tier and its period. `upgrade`: this tier instead of the
 * one paid for that period; `unused`: a period that a change took back.
 */
export const membershipTerms = pgTable(
  'membership_terms',
  {
    invoice: text('invoice').notNull(),
    line: integer('line').notNull(),
    /** Order of the invoices, because the provider's times are whole seconds. */
    seq: bigserial('seq', { mode: 'number' }),
    membership: text('membership').notNull(),
    kind: text('kind').$type<'term' | 'upgrade' | 'unused'>().notNull(),
    tier: text('tier').notNull(),
    startsAt: time('starts_at').notNull(),
    endsAt: time('ends_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.invoice, table.line] }),
    index('membership_terms_membership').on(table.membership, table.seq),
  ],
);
