import { sql } from 'drizzle-orm';
import { bigserial, boolean, check, index, integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { minor, time } from '../columns.ts';

/**
 * One person's place in one creator's club: `pending` while the page to join is open, `abandoned` when nobody paid there, then as the provider
 * says. A membership that has ended stays ended: who comes back gets a new one.
 */
export const memberships = pgTable(
  'memberships',
  {
    id: text('id').primaryKey(),
    /** The tier in force: what is paid for now, and after that time the lower one of that and the next. */
    tier: text('tier').notNull(),
    /** The tier of the next renewal, as the provider says. */
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
     * `disputed`: a payment for it is disputed, and it is no key until that is decided. `refunded`, `lost`: what paid for its time was given back,
     * or lost in a dispute, and the house ends it.
     */
    standing: text('standing').$type<'disputed' | 'refunded' | 'lost'>(),
    cancelAtPeriodEnd: boolean('cancel_at_period_end').notNull().default(false),
    /** It was the house that cancelled it, since a payment is disputed: taken back when that is won. */
    isCancelledByDispute: boolean('is_cancelled_by_dispute').notNull().default(false),
    /** What the member last decided, here or on the provider's page: to leave at the end of the paid time, or to go on; null before that. */
    wantsToLeave: boolean('wants_to_leave'),
    /** Counts when a decision was begun and when it was done, so that an answer of the provider can be told from one of before it. */
    decisions: integer('decisions').notNull().default(0),
    /** Until when the provider is being told whether it is to end; past that whoever told was cut off, and it is told again. */
    tellingUntil: time('telling_until'),
    /** How many tell it in that time: the last of them to be done ends it. Whoever is cut off is never done. */
    tellers: integer('tellers').notNull().default(0),
    paidUntil: time('paid_until'),
    accessUntil: time('access_until'),
    createdAt: time('created_at').notNull(),
    /** A page to join closes then. */
    expiresAt: time('expires_at').notNull(),
    startedAt: time('started_at'),
    endedAt: time('ended_at'),
    /** Counts the looks at the provider that were taken, so that one that is older than another can be told. */
    looks: integer('looks').notNull().default(0),
    /** When the sweeper looks at the provider again by itself; null when there is nothing left to learn. */
    nextCheckAt: time('next_check_at'),
  },
  (table) => [
    // One membership a person and club, and one open page: what makes joining twice impossible, also across processes.
    uniqueIndex('memberships_held')
      .on(table.creator, table.identity)
      .where(sql`${table.status} in ('active', 'past_due')`),
    uniqueIndex('memberships_pending').on(table.creator, table.identity).where(sql`${table.status} = 'pending'`),
    index('memberships_identity').on(table.identity),
    index('memberships_creator').on(table.creator),
    index('memberships_due').on(table.nextCheckAt).where(sql`${table.nextCheckAt} is not null`),
  ],
);

/** What was paid for a membership, an invoice of the provider each: booked once, when the provider says that it is paid. */
export const membershipInvoices = pgTable(
  'membership_invoices',
  {
    invoice: text('invoice').primaryKey(),
    /** Our id of the payment, by which it is searched, refunded and has its receipt. */
    id: text('id').notNull().unique().default(sql`'invoice_0000000' || substr(md5(random()::text), 1, 17)`),
    membership: text('membership').notNull(),
    tier: text('tier').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    feePolicy: text('fee_policy').notNull(),
    terms: text('terms').notNull(),
    /** The creator's part after VAT, commission and pledge. */
    creatorMinor: minor('creator_minor').notNull(),
    providerPayment: text('provider_payment'),
    /** What the provider kept for itself; known some time after the payment. */
    feeMinor: minor('fee_minor'),
    feeChecks: integer('fee_checks').notNull().default(0),
    nextFeeCheckAt: time('next_fee_check_at'),
    periodEnd: time('period_end').notNull(),
    paidAt: time('paid_at').notNull(),
    bookedAt: time('booked_at').notNull(),
  },
  (table) => [
    index('membership_invoices_membership').on(table.membership, table.paidAt, table.id),
    index('membership_invoices_paid').on(table.paidAt, table.id),
    index('membership_invoices_payment').on(table.providerPayment),
    index('membership_invoices_fee').on(table.nextFeeCheckAt).where(sql`${table.nextFeeCheckAt} is not null`),
    check('membership_invoices_amount', sql`${table.amountMinor} > 0`),
  ],
);

/**
 * What each paid invoice of a membership pays for, line by line, also where credit has paid it: a tier, from when until when. `upgrade`: the
 * tier instead of the one that is paid for that time; `unused`: time of a tier that a change took back.
 */
export const membershipTerms = pgTable(
  'membership_terms',
  {
    invoice: text('invoice').notNull(),
    line: integer('line').notNull(),
    /** Counts in the order in which they were invoiced: the provider's times are whole seconds. */
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
