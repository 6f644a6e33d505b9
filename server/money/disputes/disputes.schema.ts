import { sql } from '../../platform/db/sql.ts';
import {
  boolean,
  check,
  dueColumns,
  dueIndexes,
  index,
  integer,
  jsonb,
  minor,
  pgTable,
  primaryKey,
  text,
  time,
} from '../../platform/db/tables.ts';

export type DisputeStatus = 'inquiry' | 'open' | 'under_review' | 'won' | 'lost';

export type EvidenceField =
  | 'customer_name'
  | 'product_description'
  | 'service_date'
  | 'access_activity_log'
  | 'refund_policy_disclosure'
  | 'uncategorized_text';

export type Evidence = Partial<Record<EvidenceField, string>>;

export const disputes = pgTable(
  'disputes',
  {
    id: text('id').primaryKey(),
    providerDispute: text('provider_dispute').notNull().unique(),
    providerPayment: text('provider_payment').notNull(),
    /** What the disputed payment paid for. */
    sourceType: text('source_type').notNull(),
    sourceId: text('source_id').notNull(),
    identity: text('identity').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    feeMinor: minor('fee_minor').notNull().default(0),
    currency: text('currency').notNull(),
    reason: text('reason').notNull(),
    status: text('status').$type<DisputeStatus>().notNull(),
    /** The payer's unspent credit that is held until the end. */
    frozenCreditMinor: minor('frozen_credit_minor').notNull().default(0),
    isFrozen: boolean('is_frozen').notNull().default(false),
    /** The money that the bank holds now, including its fee. */
    withdrawnMinor: minor('withdrawn_minor').notNull().default(0),
    /** What the bank has kept by its last decision; 0 when that was for the house. */
    lostMinor: minor('lost_minor').notNull().default(0),
    /** How often it was decided: a bank may decide again. */
    decisions: integer('decisions').notNull().default(0),
    /** The house's loss beside what its sales bear; null until the dispute is decided. */
    lossMinor: minor('loss_minor'),
    /** Creators' parts of its sales that the house bears, because they were released. */
    borneMinor: minor('borne_minor').notNull().default(0),
    /** The part of the debt to the card that a lost dispute has paid. */
    settledMinor: minor('settled_minor').notNull().default(0),
    /** What was sent last, by `submittedBy`; accepted from `submittedAt` on. */
    evidence: jsonb('evidence').$type<Evidence>(),
    evidenceDueAt: time('evidence_due_at'),
    submittedAt: time('submitted_at'),
    submittedBy: text('submitted_by'),
    openedAt: time('opened_at').notNull(),
    closedAt: time('closed_at'),
    /** The provider is asked again periodically until it is closed. */
    ...dueColumns(),
  },
  (table) => [
    ...dueIndexes('disputes', table),
    index('disputes_opened').on(table.openedAt),
    index('disputes_identity').on(table.identity),
    index('disputes_source').on(table.sourceId),
    check('disputes_amount', sql`${table.amountMinor} > 0`),
  ],
);

/** Sales frozen by a dispute: they are neither released to a creator nor, unless the bank only asks, refunded. */
export const disputeFreezes = pgTable(
  'dispute_freezes',
  {
    transaction: text('transaction').notNull(),
    dispute: text('dispute').notNull(),
    /** What of its price is disputed; after a lost dispute, what that has taken, until the bank gives it back. */
    amountMinor: minor('amount_minor').notNull(),
    frozenAt: time('frozen_at').notNull(),
    liftedAt: time('lifted_at'),
  },
  (table) => [
    primaryKey({ columns: [table.transaction, table.dispute] }),
    index('dispute_freezes_dispute').on(table.dispute),
  ],
);
