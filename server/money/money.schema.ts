import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Role } from '../protocol/accounts.ts';
import type { AccountKind, TransactionKind } from './ledger/ledger.ts';

const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' });
/** Minor units; a JavaScript number holds them exactly up to 2^53, far above what a house can turn over. */
const minor = (name: string) => bigint(name, { mode: 'number' });

/**
 * One account of the double-entry ledger. Positive is what the owner is owed. Only fans' accounts keep a cached `balance`, because only
 * they are guarded when money leaves; every other balance is the sum of its entries, so that no sale has to lock a shared row.
 */
export const ledgerAccounts = pgTable(
  'ledger_accounts',
  {
    id: text('id').primaryKey(),
    owner: text('owner').notNull(),
    kind: text('kind').$type<AccountKind>().notNull(),
    currency: text('currency').notNull(),
    balance: minor('balance'),
    held: minor('held').notNull().default(0),
    minBalance: minor('min_balance'),
    createdAt: time('created_at').notNull().defaultNow(),
    /** Of a creator's pending account: when it is to be looked at for sales whose hold is over, and up to where that is done. */
    releaseDueAt: time('release_due_at').notNull().defaultNow(),
    releasedSeq: bigint('released_seq', { mode: 'number' }).notNull().default(0),
  },
  (table) => [
    index('ledger_accounts_release').on(table.releaseDueAt).where(sql`${table.kind} = 'creator_pending'`),
    uniqueIndex('ledger_accounts_owner').on(table.owner, table.kind, table.currency),
    check(
      'ledger_accounts_cached',
      sql`(${table.kind} in ('fan_wallet', 'fan_promo')) = (${table.balance} is not null)`,
    ),
    check('ledger_accounts_not_below', sql`${table.balance} >= coalesce(${table.minBalance}, 0)`),
    check('ledger_accounts_held', sql`${table.held} >= 0`),
  ],
);

/** Append-only, held by a trigger. One source gives one transaction of a kind: booking twice is impossible. */
export const ledgerTransactions = pgTable(
  'ledger_transactions',
  {
    id: text('id').primaryKey(),
    kind: text('kind').$type<TransactionKind>().notNull(),
    sourceType: text('source_type').notNull(),
    sourceId: text('source_id').notNull(),
    reversesId: text('reverses_id'),
    currency: text('currency').notNull(),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('ledger_transactions_source').on(table.kind, table.sourceType, table.sourceId),
    index('ledger_transactions_reverses').on(table.reversesId).where(sql`${table.reversesId} is not null`),
  ],
);

/**
 * Append-only legs. A trigger refuses a statement whose entries do not sum to zero within each transaction, or name an account of another
 * currency; that stands in for foreign keys, which would take a lock on the house's accounts at every sale.
 */
export const ledgerEntries = pgTable(
  'ledger_entries',
  {
    seq: bigserial('seq', { mode: 'number' }).notNull(),
    transaction: text('transaction').notNull(),
    account: text('account').notNull(),
    amountMinor: minor('amount_minor').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.transaction, table.account] }),
    index('ledger_entries_account').on(table.account, table.seq),
    check('ledger_entries_not_zero', sql`${table.amountMinor} <> 0`),
  ],
);

/** How a sale is split, in immutable versions; every ticket and tip keeps the version that it was split by. */
export const feePolicies = pgTable('fee_policies', {
  id: text('id').primaryKey(),
  version: integer('version').notNull().unique(),
  vatBps: integer('vat_bps').notNull(),
  commissionBps: integer('commission_bps').notNull(),
  charityBps: integer('charity_bps').notNull(),
  effectiveAt: time('effective_at').notNull(),
});

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

export const topups = pgTable(
  'topups',
  {
    id: text('id').primaryKey(),
    identity: text('identity').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    status: text('status').$type<'pending' | 'settled' | 'expired'>().notNull(),
    /** Of a top-up by saved card: the same key of the same person is the same top-up. */
    idempotencyKey: text('idempotency_key'),
    createdAt: time('created_at').notNull(),
    settledAt: time('settled_at'),
  },
  (table) => [
    // The desk finds what was paid by whom and for what, the newest first; each kind of payment has such indexes.
    index('topups_identity').on(table.identity, table.settledAt, table.id),
    // The desk turns the pages of what was paid, the newest first; each kind of payment has such an index.
    index('topups_paid').on(table.settledAt, table.id).where(sql`${table.status} = 'settled'`),
    uniqueIndex('topups_idempotency')
      .on(table.identity, table.idempotencyKey)
      .where(sql`${table.idempotencyKey} is not null`),
    check('topups_amount', sql`${table.amountMinor} > 0`),
  ],
);

export const tickets = pgTable(
  'tickets',
  {
    id: text('id').primaryKey(),
    room: text('room').notNull(),
    identity: text('identity').notNull(),
    priceMinor: minor('price_minor').notNull(),
    currency: text('currency').notNull(),
    paidFrom: text('paid_from').$type<'wallet' | 'card'>().notNull(),
    /** `pending` while its checkout is open; only a `valid` one is a key to the room. */
    status: text('status').$type<'pending' | 'valid' | 'expired' | 'refunded' | 'disputed'>().notNull(),
    feePolicy: text('fee_policy').notNull(),
    /** The creator's part of the price after VAT, commission and pledge. */
    creatorMinor: minor('creator_minor').notNull(),
    /** The terms that it is split by (`sale_terms`); absent on sales from before there were any. */
    terms: text('terms'),
    createdAt: time('created_at').notNull(),
    boughtAt: time('bought_at'),
  },
  (table) => [
    // One valid ticket a person and room, and one open checkout: what makes buying twice impossible, also across processes.
    uniqueIndex('tickets_valid').on(table.room, table.identity).where(sql`${table.status} = 'valid'`),
    uniqueIndex('tickets_pending').on(table.room, table.identity).where(sql`${table.status} = 'pending'`),
    // By the terms of the desk's search, word for word.
    index('tickets_bought')
      .on(sql`coalesce(${table.boughtAt}, ${table.createdAt})`, table.id)
      .where(sql`${table.status} in ('valid', 'refunded', 'disputed')`),
    index('tickets_identity')
      .on(table.identity, sql`coalesce(${table.boughtAt}, ${table.createdAt})`, table.id)
      .where(sql`${table.status} in ('valid', 'refunded', 'disputed')`),
    index('tickets_room')
      .on(table.room, sql`coalesce(${table.boughtAt}, ${table.createdAt})`, table.id)
      .where(sql`${table.status} in ('valid', 'refunded', 'disputed')`),
    check('tickets_price', sql`${table.priceMinor} > 0`),
  ],
);

export const tips = pgTable(
  'tips',
  {
    id: text('id').primaryKey(),
    room: text('room').notNull(),
    identity: text('identity').notNull(),
    name: text('name').notNull(),
    role: text('role').$type<Role>().notNull(),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    message: text('message'),
    menuItem: text('menu_item'),
    idempotencyKey: text('idempotency_key').notNull(),
    status: text('status').$type<'settled' | 'refunded'>().notNull(),
    feePolicy: text('fee_policy').notNull(),
    creatorMinor: minor('creator_minor').notNull(),
    terms: text('terms'),
    sentAt: time('sent_at').notNull(),
  },
  (table) => [
    // Begins with the room, so that it serves the room's earnings too.
    uniqueIndex('tips_idempotency').on(table.room, table.identity, table.idempotencyKey),
    index('tips_sent').on(table.sentAt, table.id),
    index('tips_identity').on(table.identity, table.sentAt),
    index('tips_room').on(table.room, table.sentAt),
    check('tips_amount', sql`${table.amountMinor} > 0`),
  ],
);

/**
 * A decision to give money back, the whole of a payment or a part. One to a card is `pending` while an order to the provider is under way and
 * `failed` while there is none: until `settled_minor` is the whole of it, it is owed to the card.
 */
export const refunds = pgTable(
  'refunds',
  {
    id: text('id').primaryKey(),
    ticket: text('ticket'),
    tip: text('tip'),
    topup: text('topup'),
    membershipInvoice: text('membership_invoice'),
    privateSession: text('private_session'),
    /** Counts the refunds of one payment. */
    part: integer('part').notNull().default(0),
    /** The same key of the same person is the same refund. */
    idempotencyKey: text('idempotency_key'),
    identity: text('identity').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    /** What has left for it: by its own order, by hand at the provider, or by the bank in a dispute. */
    settledMinor: minor('settled_minor').notNull().default(0),
    currency: text('currency').notNull(),
    to: text('to').$type<'wallet' | 'card'>().notNull(),
    status: text('status').$type<'pending' | 'succeeded' | 'failed'>().notNull(),
    reason: text('reason').notNull(),
    by: text('by').notNull(),
    providerPayment: text('provider_payment'),
    providerRefund: text('provider_refund'),
    /** Counts the orders to the provider: a new one after a failure needs a new idempotency key. */
    round: integer('round').notNull().default(1),
    attempts: integer('attempts').notNull().default(0),
    nextAttemptAt: time('next_attempt_at'),
    failure: text('failure'),
    createdAt: time('created_at').notNull(),
    settledAt: time('settled_at'),
  },
  (table) => [
    index('refunds_due').on(table.nextAttemptAt).where(sql`${table.nextAttemptAt} is not null`),
    check('refunds_amount', sql`${table.amountMinor} > 0`),
    check(
      'refunds_settled',
      sql`${table.settledMinor} between 0 and ${table.amountMinor}
        and (${table.status} = 'succeeded') = (${table.settledMinor} = ${table.amountMinor})`,
    ),
    // What makes giving back twice impossible, also across processes.
    uniqueIndex('refunds_one_ticket').on(table.ticket, table.part),
    uniqueIndex('refunds_one_tip').on(table.tip, table.part),
    uniqueIndex('refunds_one_topup').on(table.topup, table.part),
    uniqueIndex('refunds_idempotency')
      .on(table.by, table.idempotencyKey)
      .where(sql`${table.idempotencyKey} is not null`),
    uniqueIndex('refunds_one_membership_invoice').on(table.membershipInvoice, table.part),
    uniqueIndex('refunds_one_private_session').on(table.privateSession, table.part),
    index('refunds_created').on(table.createdAt),
    check(
      'refunds_of_one',
      sql`num_nonnulls(${table.ticket}, ${table.tip}, ${table.topup}, ${table.membershipInvoice}, ${table.privateSession}) = 1`,
    ),
  ],
);

/** The inbox: what the provider told, kept before it is answered and processed by fetching the object again. */
export const providerEvents = pgTable(
  'provider_events',
  {
    id: text('id').primaryKey(),
    subject: text('subject')
      .$type<
        | 'checkout'
        | 'subscription'
        | 'payment'
        | 'refund'
        | 'dispute'
        | 'account'
        | 'transfer'
        | 'bank_payout'
        | 'other'
      >()
      .notNull(),
    objectId: text('object_id').notNull(),
    /** Of a dispute, and of a refund that has succeeded: the payment that it is about. */
    payment: text('payment'),
    type: text('type').notNull(),
    createdAt: time('created_at').notNull(),
    receivedAt: time('received_at').notNull(),
    processedAt: time('processed_at'),
    attempts: integer('attempts').notNull().default(0),
    nextAttemptAt: time('next_attempt_at'),
    error: text('error'),
  },
  (table) => [
    index('provider_events_due').on(table.nextAttemptAt).where(sql`${table.nextAttemptAt} is not null`),
    index('provider_events_created').on(table.createdAt),
  ],
);
