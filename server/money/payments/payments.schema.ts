import { sql } from '../../platform/db/sql.ts';
import { check, dueColumns, dueIndexes, index, jsonb, minor, pgTable, text, time } from '../../platform/db/tables.ts';
import type { PaymentKind } from '../../protocol/money/payment-kind.ts';
import type { CountryEvidence } from '../sales/country-evidence.ts';

/**
 * A payment of any kind, written in the transaction that books it: a sale, a top-up, or a card payment that bought
 * nothing. What only one kind has, such as the message of a tip, stands in the table of that kind under the same id.
 */
export const payments = pgTable(
  'payments',
  {
    id: text('id').primaryKey(),
    kind: text('kind').$type<PaymentKind>().notNull(),
    /** The payer. */
    identity: text('identity').notNull(),
    room: text('room'),
    /** The creator whose room or club it was paid for. */
    creator: text('creator'),
    /** What it is one of several payments for: the membership. */
    item: text('item'),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    /** What each payee got of it at first, after VAT, commission and pledge. */
    shares: jsonb('shares').$type<Record<string, number>>().notNull().default({}),
    /** What split it (`sale_terms`); null for what is no sale. */
    terms: text('terms'),
    paidFrom: text('paid_from').$type<'wallet' | 'card'>().notNull(),
    /** The provider's id of a card payment. */
    providerPayment: text('provider_payment'),
    /** What a card payment says of its payer's country. */
    evidence: jsonb('evidence').$type<CountryEvidence[]>(),
    /** The provider's fee, which is known only some time after the payment, and is looked up until then. */
    feeMinor: minor('fee_minor'),
    ...dueColumns(),
    /** When it was ordered, at the price and on the terms of that moment. */
    createdAt: time('created_at').notNull(),
    paidAt: time('paid_at').notNull(),
    /**
     * When nothing of it was left after a refund; a lost dispute alone does not set it. Always null for a top-up, whose
     * credit is refunded as far as it is unspent.
     */
    refundedAt: time('refunded_at'),
  },
  (table) => [
    // For searches, newest first.
    index('payments_kind').on(table.kind, table.paidAt, table.id),
    index('payments_identity').on(table.identity, table.kind, table.paidAt, table.id),
    index('payments_room').on(table.room, table.kind, table.paidAt, table.id).where(sql`${table.room} is not null`),
    index('payments_creator')
      .on(table.creator, table.kind, table.paidAt, table.id)
      .where(sql`${table.creator} is not null`),
    index('payments_item').on(table.item, table.kind, table.paidAt, table.id).where(sql`${table.item} is not null`),
    index('payments_card').on(table.identity, table.paidAt, table.id).where(sql`${table.paidFrom} = 'card'`),
    ...dueIndexes('payments', table),
    index('payments_provider').on(table.providerPayment).where(sql`${table.providerPayment} is not null`),
    check('payments_amount', sql`${table.amountMinor} > 0`),
  ],
);
