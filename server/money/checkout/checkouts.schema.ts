import { sql } from '../../platform/db/sql.ts';
import {
  check,
  dueColumns,
  dueIndexes,
  index,
  minor,
  pgTable,
  primaryKey,
  text,
  time,
  uniqueIndex,
} from '../../platform/db/tables.ts';

/**
 * A person's customers at the provider: one for their own payments and one for each club that they join. They are
 * separate because the provider applies a customer's credit to the next invoice of that customer, whatever it is for.
 */
export const providerCustomers = pgTable(
  'provider_customers',
  {
    identity: text('identity').notNull(),
    /** The creator of the club; empty for the person's own payments. */
    club: text('club').notNull().default(''),
    customer: text('customer').notNull().unique(),
    createdAt: time('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.identity, table.club] })],
);

export type CheckoutPurpose = 'topup' | 'ticket' | 'tip';

export type CheckoutStatus = 'opening' | 'open' | 'paid' | 'expired';

/** A card payment. The row is written before the provider is called, so every payment made there is known here. */
export const checkouts = pgTable(
  'checkouts',
  {
    id: text('id').primaryKey(),
    purpose: text('purpose').$type<CheckoutPurpose>().notNull(),
    /**
     * The top-up, ticket or tip that the checkout pays for. A second payment of a checkout gets its own row, and this
     * names nothing.
     */
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
    /** The saved card that is charged without a page. Such a checkout has no session at first. */
    card: text('card'),
    /** Of a top-up, for `countWithdrawnTopups`: the same for one card number in each account. */
    cardFingerprint: text('card_fingerprint'),
    /** For a top-up by saved card: a person's key belongs to one. */
    idempotencyKey: text('idempotency_key'),
    /** It is fetched until it is paid or expired. */
    ...dueColumns(),
    createdAt: time('created_at').notNull(),
    expiresAt: time('expires_at').notNull(),
    /** By the provider, also if the payment is booked days later. */
    paidAt: time('paid_at'),
    /**
     * Since when the payment is confirmed but cannot be booked; null once it is booked or being returned to the card.
     */
    unbookedSince: time('unbooked_since'),
    /** Why the payment bought nothing and is returned to the card; null if it bought its item. */
    unusableBecause: text('unusable_because'),
  },
  (table) => [
    index('checkouts_unbooked').on(table.unbookedSince).where(sql`${table.unbookedSince} is not null`),
    uniqueIndex('checkouts_idempotency')
      .on(table.identity, table.idempotencyKey)
      .where(sql`${table.idempotencyKey} is not null`),
    index('checkouts_card').on(table.cardFingerprint).where(sql`${table.cardFingerprint} is not null`),
    ...dueIndexes('checkouts', table),
    index('checkouts_identity').on(table.identity),
    index('checkouts_open').on(table.identity).where(sql`${table.status} in ('opening', 'open')`),
    check('checkouts_amount', sql`${table.amountMinor} > 0`),
  ],
);
