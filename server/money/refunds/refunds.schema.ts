import { sql } from '../../platform/db/sql.ts';
import {
  boolean,
  check,
  dueColumns,
  dueIndexes,
  index,
  integer,
  minor,
  pgTable,
  text,
  time,
  uniqueIndex,
} from '../../platform/db/tables.ts';

/**
 * A decision to refund a payment, wholly or in part. A refund to a card is `pending` while it has an order at the
 * provider and `failed` while it has none. Until `settled_minor` reaches its amount, the rest is owed to the card.
 */
export const refunds = pgTable(
  'refunds',
  {
    id: text('id').primaryKey(),
    payment: text('payment').notNull(),
    /** Counts the refunds of one payment. */
    part: integer('part').notNull().default(0),
    /** A person's key belongs to one refund. */
    idempotencyKey: text('idempotency_key'),
    identity: text('identity').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    /** Money sent for it: by its own order, manually at the provider, or by the bank in a dispute. */
    settledMinor: minor('settled_minor').notNull().default(0),
    currency: text('currency').notNull(),
    to: text('to').$type<'wallet' | 'card'>().notNull(),
    status: text('status').$type<'pending' | 'succeeded' | 'failed'>().notNull(),
    reason: text('reason').notNull(),
    by: text('by').notNull(),
    providerPayment: text('provider_payment'),
    providerRefund: text('provider_refund'),
    /** Counts the orders to the provider: an order after a failure needs a new idempotency key. */
    round: integer('round').notNull().default(1),
    ...dueColumns(),
    failure: text('failure'),
    /** Its card did not take it: the desk has booked a bank transfer. */
    isByTransfer: boolean('is_by_transfer').notNull().default(false),
    createdAt: time('created_at').notNull(),
    settledAt: time('settled_at'),
  },
  (table) => [
    index('refunds_identity').on(table.identity),
    ...dueIndexes('refunds', table),
    check('refunds_amount', sql`${table.amountMinor} > 0`),
    check(
      'refunds_settled',
      sql`${table.settledMinor} between 0 and ${table.amountMinor}
        and (${table.status} = 'succeeded') = (${table.settledMinor} = ${table.amountMinor})`,
    ),
    // One refund per payment and part, also across processes.
    uniqueIndex('refunds_one').on(table.payment, table.part),
    uniqueIndex('refunds_idempotency')
      .on(table.by, table.idempotencyKey)
      .where(sql`${table.idempotencyKey} is not null`),
    index('refunds_created').on(table.createdAt),
  ],
);

/**
 * Refunds that have left at the provider, each once, including those made by hand. They first reduce the debt to the
 * card. The rest of a refund by hand is taken from the sale or the credit, and what they cannot cover is the house's
 * loss.
 */
export const providerRefunds = pgTable(
  'provider_refunds',
  {
    providerRefund: text('provider_refund').primaryKey(),
    providerPayment: text('provider_payment').notNull(),
    sourceType: text('source_type').notNull(),
    sourceId: text('source_id').notNull(),
    identity: text('identity').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    /** The part that was owed to the card by refunds of the house. */
    settledMinor: minor('settled_minor').notNull().default(0),
    /** The part that no account covered: spent credit, or a sale that was refunded before. */
    lossMinor: minor('loss_minor').notNull().default(0),
    currency: text('currency').notNull(),
    /** By the provider, which moves the money then, also while the refund is pending. */
    createdAt: time('created_at').notNull(),
    /**
     * When the bank returned it. A refund that was never booked is stored too, so that late events about it book
     * nothing.
     */
    returnedAt: time('returned_at'),
  },
  (table) => [
    index('provider_refunds_identity').on(table.identity),
    index('provider_refunds_source').on(table.sourceId),
    check('provider_refunds_amount', sql`${table.amountMinor} > 0`),
    check('provider_refunds_parts', sql`${table.settledMinor} + ${table.lossMinor} <= ${table.amountMinor}`),
  ],
);
