/** Creators' earnings, their accounts with the payment provider, payouts, statements, disputes, reconciliation. Amounts are minor units. */
import { z } from 'zod';
import { identity, singleLine } from '../accounts.ts';
import { idSchema } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { moment } from '../moments.ts';
import { currency } from '../rooms.ts';

const minor = z.number().int();
const time = z.string();

export const earningsHold = z.object({
  /** The sale in the ledger. */
  sale: z.string(),
  /** `ticket`, `tip`, … */
  kind: z.string(),
  /** The ticket, tip or other payment. */
  source: z.string(),
  room: z.string().nullable(),
  amountMinor: minor,
  soldAt: time,
  reason: z.enum(['standard', 'new_creator', 'disputed']),
  /** Null while a dispute is not decided. */
  releaseAt: time.nullable(),
});
export type EarningsHold = z.infer<typeof earningsHold>;

export const frozenEarnings = z.object({
  /**
   * `onboarding`: the payment provider does not know the creator yet. `recovery`: a refund came after the payout; later earnings fill it.
   * `house`: the house has stopped payouts for a time.
   */
  reason: z.enum(['onboarding', 'below_minimum', 'recovery', 'house']),
  amountMinor: minor,
});
export type FrozenEarnings = z.infer<typeof frozenEarnings>;

export const creatorEarnings = z.object({
  creator: z.string(),
  currency,
  /** Sold, and still held. */
  pendingMinor: minor,
  /** To be paid out; below zero when refunds came after a payout. */
  availableMinor: minor,
  inPayoutMinor: minor,
  paidOutMinor: minor,
  payoutMinMinor: minor,
  holds: z.array(earningsHold),
  /** Ask again with `after` set to it for more holds. */
  nextHold: z.string().nullable(),
  frozen: z.array(frozenEarnings),
});
export type CreatorEarnings = z.infer<typeof creatorEarnings>;
export const earningsQuery = z.object({ after: z.string().max(64).optional() });

export const onboardingInput = z.object({
  /** Where the creator is sent back to; must be on an allowed origin. */
  returnUrl: z.url().max(2000).optional(),
});
export const onboarding = z.object({ onboardingUrl: z.url() });
export const creatorAccount = z.object({
  creator: z.string(),
  /** `none`: never begun. `pending`: something is still asked. `enabled`: can be paid. `restricted`: the provider has stopped it. */
  status: z.enum(['none', 'pending', 'enabled', 'restricted']),
  chargesEnabled: z.boolean(),
  payoutsEnabled: z.boolean(),
  transfersEnabled: z.boolean(),
  detailsSubmitted: z.boolean(),
  /** What the provider still asks for, in its own names. */
  requirements: z.array(z.string()),
  disabledReason: z.string().nullable(),
});
export type CreatorAccount = z.infer<typeof creatorAccount>;

export const payout = z.object({
  id: idSchema('payout'),
  batch: idSchema('payoutBatch'),
  creator: z.string(),
  amountMinor: minor,
  currency,
  status: z.enum(['pending', 'paid', 'failed']),
  failure: z.string().nullable(),
  /** What of it was taken back at the payment provider by hand; it is owed to the creator again. */
  reversedMinor: minor.default(0),
  createdAt: time,
  settledAt: time.nullable(),
});
export type Payout = z.infer<typeof payout>;

/** Everything about one creator's earnings that the site shows on one page. */
export const earningsPage = z.object({
  account: creatorAccount,
  summary: creatorEarnings.omit({ holds: true, nextHold: true }),
  /** Why the house has stopped payouts, while it has. */
  freeze: z.object({ reason: z.string(), frozenAt: time }).nullable(),
  holds: z.array(earningsHold),
  nextHold: z.string().nullable(),
  payouts: z.array(payout),
  /** Months that have a statement, the newest first: `2026-11`. */
  statements: z.array(z.string()),
});

export const payoutBatch = z.object({
  id: idSchema('payoutBatch'),
  by: z.string(),
  createdAt: time,
  totalMinor: minor,
  payouts: z.array(payout),
});
export type PayoutBatch = z.infer<typeof payoutBatch>;
export const payoutList = z.object({ payouts: z.array(payout) });
export const payoutBatchInput = z.object({
  /** Only these creators; absent means all. */
  creators: z.array(identity).min(1).max(LIMITS.listPageItems).optional(),
});

const statementSums = z.object({
  grossMinor: minor,
  vatMinor: minor,
  feesMinor: minor,
  charityMinor: minor,
  netMinor: minor,
});
export type StatementSums = z.infer<typeof statementSums>;
export const statement = z.object({
  creator: z.string(),
  month: z.string(),
  currency,
  /** Pending and available together, before and after the month. */
  openingMinor: minor,
  closingMinor: minor,
  sales: statementSums,
  /** Negative: what was taken back, refunds and lost disputes. */
  refunds: statementSums,
  /** Negative, less what came back. */
  payoutsMinor: minor,
  saleCount: minor,
  refundCount: minor,
});
export type Statement = z.infer<typeof statement>;
export const statementQuery = z.object({
  month: z.string().regex(/^[12]\d{3}-(0[1-9]|1[0-2])$/, 'A month is like 2026-11'),
});
/** All of it, or one month. */
export const earningsExportQuery = statementQuery.partial();

export const earningsEntry = z.object({
  transaction: z.string(),
  at: time,
  category: z.enum(['sale', 'refund', 'payout']),
  kind: z.string(),
  source: z.string(),
  room: z.string().nullable(),
  currency,
  grossMinor: minor,
  vatMinor: minor,
  feesMinor: minor,
  charityMinor: minor,
  /** What it changed of what the creator is owed. */
  netMinor: minor,
});
export type EarningsEntry = z.infer<typeof earningsEntry>;

export const dac7Seller = z.object({
  creator: z.string(),
  name: z.string(),
  country: z.string(),
  currency,
  /** Credited in the quarter, net of what was withheld. */
  considerationMinor: minor,
  activities: minor,
  feesMinor: minor,
  taxesMinor: minor,
  charityMinor: minor,
});
export type Dac7Seller = z.infer<typeof dac7Seller>;
export const dac7Report = z.object({ quarter: z.string(), currency, sellers: z.array(dac7Seller) });
export type Dac7Report = z.infer<typeof dac7Report>;
/** What a platform reports of one seller in a year, quarter by quarter. */
export const dac7Year = z.object({ year: z.string(), quarters: z.array(dac7Seller.extend({ quarter: z.string() })) });
export const dac7YearQuery = z.object({ year: z.string().regex(/^[12]\d{3}$/, 'A year is like 2026') });
export const dac7Query = z.object({ quarter: z.string().regex(/^[12]\d{3}-Q[1-4]$/, 'A quarter is like 2026-Q4') });

export const dispute = z.object({
  id: idSchema('dispute'),
  source: z.string(),
  sourceType: z.string(),
  identity: z.string(),
  amountMinor: minor,
  feeMinor: minor,
  currency,
  reason: z.string(),
  status: z.enum(['inquiry', 'open', 'under_review', 'won', 'lost']),
  frozenCreditMinor: minor,
  /** What the house itself lost, without the fee; null until it is decided. */
  lossMinor: minor.nullable(),
  evidenceDueAt: time.nullable(),
  submittedAt: time.nullable(),
  openedAt: time,
  closedAt: time.nullable(),
});
export type Dispute = z.infer<typeof dispute>;
export const disputeList = z.object({ disputes: z.array(dispute) });
export const disputesQuery = z.object({ status: dispute.shape.status.optional() });
export const evidenceInput = z.object({ note: singleLine(LIMITS.reasonChars).optional() });
export const evidence = z.object({ dispute, evidence: z.record(z.string(), z.string()) });

export const reconciliationItem = z.object({
  verdict: z.string(),
  isExplained: z.boolean(),
  reference: z.string(),
  differenceMinor: minor,
  text: z.string(),
});
export const reconciliationInput = z.object({ since: moment.optional() });
export const reconciliation = z.object({
  id: idSchema('reconciliation'),
  startedAt: time,
  since: time,
  currency,
  movementCount: minor,
  ledgerMinor: minor,
  providerMinor: minor,
  differenceMinor: minor,
  unexplainedCount: minor,
  items: z.array(reconciliationItem),
});
export type Reconciliation = z.infer<typeof reconciliation>;
