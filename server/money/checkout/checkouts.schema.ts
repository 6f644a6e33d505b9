import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { minor, time } from '../columns.ts';

/**
 * A person at the provider: one customer for what they pay themselves, and one for each club that they join, because the provider lets a credit
 * pay whichever invoice of the customer comes next.
 */
export const providerCustomers = pgTable(
  'provider_customers',
  {
    identity: text('identity').notNull(),
    /** The creator whose club it is; empty for the person's own payments. */
    club: text('club').notNull().default(''),
    customer: text('customer').notNull().unique(),
    createdAt: time('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.identity, table.club] })],
);

export type CheckoutPurpose = 'topup' | 'ticket' | 'tip';

export type CheckoutStatus = 'opening' | 'open' | 'paid' | 'expired';

/** A card payment on the provider's page: written before the provider is asked, so that nothing paid there can be unknown here. */
export const checkouts = pgTable(
  'checkouts',
  {
    id: text('id').primaryKey(),
    purpose: text('purpose').$type<CheckoutPurpose>().notNull(),
    /** The top-up, ticket or tip that it pays for; names nothing where a checkout was paid a second time. */
    sourceId: text('source_id').notNull().unique(),
    identity: text('identity').notNull(),
    name: text('name').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    description: text('description').notNull(),
    successUrl: text('success_url').notNull(),
    cancelUrl: text('cancel_url').notNull(),
    locale: text('locale'),
    status: text('status').$type<CheckoutStatus>().notNull(),
    providerSession: text('provider_session').unique(),
    url: text('url'),
    providerPayment: text('provider_payment'),
    /** The saved card that pays without a page; then there is no session. */
    card: text('card'),
    /** What the provider kept for itself; known some time after the payment. */
    feeMinor: minor('fee_minor'),
    /** When the sweeper looks at the provider again by itself; null when there is nothing left to learn. */
    nextCheckAt: time('next_check_at'),
    checks: integer('checks').notNull().default(0),
    createdAt: time('created_at').notNull(),
    expiresAt: time('expires_at').notNull(),
    paidAt: time('paid_at'),
    /** Since when it is paid and cannot be booked; null once it is booked or on its way back to the card. */
    unbookedSince: time('unbooked_since'),
    /** Why it bought nothing and went back to the card; null for one that bought what it was for. */
    unusableBecause: text('unusable_because'),
  },
  (table) => [
    index('checkouts_unbooked').on(table.unbookedSince).where(sql`${table.unbookedSince} is not null`),
    index('checkouts_unusable').on(table.paidAt, table.sourceId).where(sql`${table.unusableBecause} is not null`),
    index('checkouts_unusable_identity')
      .on(table.identity, table.paidAt, table.sourceId)
      .where(sql`${table.unusableBecause} is not null`),
    index('checkouts_due').on(table.nextCheckAt).where(sql`${table.nextCheckAt} is not null`),
    index('checkouts_payment').on(table.providerPayment),
    index('checkouts_open').on(table.identity).where(sql`${table.status} in ('opening', 'open')`),
    check('checkouts_amount', sql`${table.amountMinor} > 0`),
  ],
);
