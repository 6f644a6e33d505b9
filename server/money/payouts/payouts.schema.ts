import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';

const time = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' });
const minor = (name: string) => bigint(name, { mode: 'number' });

/** Sales whose hold is over: each is released once, many of them in one transaction. */
export const releasedEarnings = pgTable(
  'released_earnings',
  {
    /** The sale's transaction in the ledger. */
    sale: text('sale').primaryKey(),
    creator: text('creator').notNull(),
    /** What became available: the creator's part, less what was refunded before. */
    amountMinor: minor('amount_minor').notNull(),
    /** The batch that it was released in, which is what the ledger's transaction is booked for. */
    release: text('release').notNull(),
    releasedAt: time('released_at').notNull(),
  },
  (table) => [
    index('released_earnings_creator').on(table.creator),
    index('released_earnings_release').on(table.release),
  ],
);

/** A creator's account with the payment provider, as it was when last looked at. */
export const creatorAccounts = pgTable(
  'creator_accounts',
  {
    creator: text('creator').primaryKey(),
    providerAccount: text('provider_account').notNull().unique(),
    isDetailsSubmitted: boolean('is_details_submitted').notNull().default(false),
    isChargesEnabled: boolean('is_charges_enabled').notNull().default(false),
    isPayoutsEnabled: boolean('is_payouts_enabled').notNull().default(false),
    isTransfersEnabled: boolean('is_transfers_enabled').notNull().default(false),
    requirements: jsonb('requirements').$type<string[]>().notNull().default([]),
    disabledReason: text('disabled_reason'),
    createdAt: time('created_at').notNull(),
    checkedAt: time('checked_at').notNull(),
    /** When it is looked at again by itself: what the provider told of it may have been lost. */
    nextCheckAt: time('next_check_at').notNull().defaultNow(),
  },
  (table) => [index('creator_accounts_due').on(table.nextCheckAt)],
);

export const payoutBatches = pgTable(
  'payout_batches',
  {
    id: text('id').primaryKey(),
    by: text('by').notNull(),
    createdAt: time('created_at').notNull(),
  },
  (table) => [index('payout_batches_created').on(table.createdAt)],
);

/** Earnings on their way to a creator; written before the provider is asked, with the ledger's transaction that takes them. */
export const payouts = pgTable(
  'payouts',
  {
    id: text('id').primaryKey(),
    batch: text('batch').notNull(),
    creator: text('creator').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    status: text('status').$type<'pending' | 'paid' | 'failed'>().notNull(),
    providerAccount: text('provider_account').notNull(),
    providerTransfer: text('provider_transfer').unique(),
    /** Counts the orders to the provider: after a failure of its own the next one needs a new idempotency key. */
    round: integer('round').notNull().default(1),
    attempts: integer('attempts').notNull().default(0),
    nextAttemptAt: time('next_attempt_at'),
    failure: text('failure'),
    createdAt: time('created_at').notNull(),
    settledAt: time('settled_at'),
    /** What somebody has taken back of it at the provider itself, by hand. */
    reversedMinor: minor('reversed_minor').notNull().default(0),
  },
  (table) => [
    index('payouts_batch').on(table.batch),
    index('payouts_creator').on(table.creator, table.createdAt),
    // One at a time: what makes paying the same earnings out twice impossible, also across processes.
    uniqueIndex('payouts_pending').on(table.creator).where(sql`${table.status} = 'pending'`),
    index('payouts_due').on(table.nextAttemptAt).where(sql`${table.nextAttemptAt} is not null`),
    check('payouts_amount', sql`${table.amountMinor} > 0`),
    check('payouts_reversed', sql`${table.reversedMinor} between 0 and ${table.amountMinor}`),
  ],
);

/** Creators whom the house has stopped paying out for a time, with who said so and why. */
export const creatorFreezes = pgTable(
  'creator_freezes',
  {
    id: text('id').primaryKey(),
    creator: text('creator').notNull(),
    reason: text('reason').notNull(),
    by: text('by').notNull(),
    frozenAt: time('frozen_at').notNull(),
    liftedAt: time('lifted_at'),
    liftedBy: text('lifted_by'),
    liftReason: text('lift_reason'),
  },
  (table) => [
    // One at a time: freezing twice is the same freeze.
    uniqueIndex('creator_freezes_standing').on(table.creator).where(sql`${table.liftedAt} is null`),
  ],
);

export type DeskAct = 'refund' | 'evidence' | 'payouts' | 'freeze' | 'unfreeze' | 'reconciliation' | 'fee_policy';

/** What people of the house did with money, who and why: written before it is done. Append-only. */
export const deskActs = pgTable(
  'desk_acts',
  {
    id: text('id').primaryKey(),
    act: text('act').$type<DeskAct>().notNull(),
    /** The payment, dispute, creator or policy. */
    subject: text('subject').notNull(),
    by: text('by').notNull(),
    reason: text('reason'),
    at: time('at').notNull(),
  },
  (table) => [index('desk_acts_subject').on(table.subject), index('desk_acts_at').on(table.at)],
);

/** How an act went, once. Append-only. An act without an outcome was cut off: whether it was done is to be looked up. */
export const deskActOutcomes = pgTable(
  'desk_act_outcomes',
  {
    act: text('act').primaryKey(),
    outcome: text('outcome').$type<'done' | 'failed'>().notNull(),
    /** What the act turned out to be about, where that is known only afterwards. */
    subject: text('subject'),
    /** The code of what refused it. */
    failure: text('failure'),
    at: time('at').notNull(),
  },
  (table) => [index('desk_act_outcomes_subject').on(table.subject).where(sql`${table.subject} is not null`)],
);

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
    /** Unspent credit of the payer that is held until the end. */
    frozenCreditMinor: minor('frozen_credit_minor').notNull().default(0),
    isFrozen: boolean('is_frozen').notNull().default(false),
    /** What the bank has at present, with its fee. */
    withdrawnMinor: minor('withdrawn_minor').notNull().default(0),
    /** What the house itself lost; null until it is decided. */
    lossMinor: minor('loss_minor'),
    /** What was owed to the card by refunds, and has left by a lost dispute instead. */
    settledMinor: minor('settled_minor').notNull().default(0),
    evidence: jsonb('evidence').$type<Evidence>(),
    evidenceDueAt: time('evidence_due_at'),
    submittedAt: time('submitted_at'),
    submittedBy: text('submitted_by'),
    openedAt: time('opened_at').notNull(),
    closedAt: time('closed_at'),
    /** When the provider is asked again; null once it is closed. */
    nextCheckAt: time('next_check_at'),
  },
  (table) => [
    index('disputes_due').on(table.nextCheckAt).where(sql`${table.nextCheckAt} is not null`),
    index('disputes_opened').on(table.openedAt),
    index('disputes_source').on(table.sourceId),
    check('disputes_amount', sql`${table.amountMinor} > 0`),
  ],
);

/** Transactions that a dispute has frozen: they are neither released to a creator nor refunded meanwhile. */
export const disputeFreezes = pgTable(
  'dispute_freezes',
  {
    transaction: text('transaction').notNull(),
    dispute: text('dispute').notNull(),
    frozenAt: time('frozen_at').notNull(),
    liftedAt: time('lifted_at'),
  },
  (table) => [
    primaryKey({ columns: [table.transaction, table.dispute] }),
    index('dispute_freezes_dispute').on(table.dispute),
  ],
);

/**
 * Refunds that have left at the provider, whoever ordered them, each once. First they settle what is owed to the card; what is left of one that the
 * house has not decided is taken from the sale or the credit, and the rest is the house's loss.
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
    /** What was owed to the card, by refunds that the house had decided. */
    settledMinor: minor('settled_minor').notNull().default(0),
    /** What no account could bear: credit that was spent, a sale that was refunded before. */
    lossMinor: minor('loss_minor').notNull().default(0),
    currency: text('currency').notNull(),
    createdAt: time('created_at').notNull(),
    /** When the bank sent it back; one that never left here is kept too, so that older news of it is not booked. */
    returnedAt: time('returned_at'),
  },
  (table) => [
    index('provider_refunds_source').on(table.sourceId),
    check('provider_refunds_amount', sql`${table.amountMinor} > 0`),
    check('provider_refunds_parts', sql`${table.settledMinor} + ${table.lossMinor} <= ${table.amountMinor}`),
  ],
);

export type ReconciliationVerdict =
  | 'in_flight'
  | 'fee_not_known'
  | 'unknown_payment'
  | 'amount_differs'
  | 'missing_here'
  | 'missing_there'
  | 'bank_payout'
  | 'provider_charge';

/** One difference between the books and the provider, in words. */
export interface ReconciliationItem {
  verdict: ReconciliationVerdict;
  /** Whether it is as it should be, and will close by itself or needs nothing. */
  isExplained: boolean;
  /** The provider's object or our record. */
  reference: string;
  /** What the provider has beyond the books; negative where the books have more. */
  differenceMinor: number;
  text: string;
}

export const reconciliations = pgTable(
  'reconciliations',
  {
    id: text('id').primaryKey(),
    startedAt: time('started_at').notNull(),
    finishedAt: time('finished_at').notNull(),
    /** From when on the provider's movements were compared one by one. */
    since: time('since').notNull(),
    currency: text('currency').notNull(),
    movementCount: integer('movement_count').notNull(),
    ledgerMinor: minor('ledger_minor').notNull(),
    providerMinor: minor('provider_minor').notNull(),
    /** What is left of the difference after everything that was explained. */
    differenceMinor: minor('difference_minor').notNull(),
    unexplainedCount: integer('unexplained_count').notNull(),
    items: jsonb('items').$type<ReconciliationItem[]>().notNull(),
  },
  (table) => [index('reconciliations_started').on(table.startedAt)],
);
