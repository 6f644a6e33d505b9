/**
 * Creators' earnings, their accounts with the payment provider, payouts, statements, disputes, reconciliation. Amounts
 * are minor units.
 */
import { z } from 'zod';
import { identity, pageLocale, singleLine } from '../accounts/accounts.ts';
import { idSchema } from '../ids.ts';
import * as LIMITS from '../limits.ts';
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
  /** `reserve`: the rest was released; this is held back for longer. */
  reason: z.enum(['standard', 'new_creator', 'live_ahead', 'disputed', 'reserve']),
  /** Null while a dispute is open, and for a ticket until its room has ended. */
  releaseAt: time.nullable(),
  /** What will be held back of it then, for longer; null: nothing. */
  reserve: z.object({ amountMinor: minor, releaseAt: time.nullable() }).nullable(),
});
export type EarningsHold = z.infer<typeof earningsHold>;

/** A day (UTC) on which held sales become available. */
export const earningsRelease = z.object({
  /** When the last of them does; a payout is created within the hour. */
  at: time,
  amountMinor: minor,
  saleCount: z.number().int(),
  /** What is paid out then, with what was available before; 0 where payouts wait, or it is below the minimum. */
  payoutMinor: minor,
});
export type EarningsRelease = z.infer<typeof earningsRelease>;
export const payoutCalendarQuery = z.object({ locale: pageLocale.optional() });

export const frozenEarnings = z.object({
  /**
   * `onboarding`: the payment provider does not know the creator yet. `recovery`: a refund came after the payout and is
   * deducted from later earnings. `house`: the house has frozen payouts. `suspended`: the creator's account is.
   */
  reason: z.enum(['onboarding', 'below_minimum', 'recovery', 'house', 'suspended']),
  amountMinor: minor,
  /** When a suspension ends by itself; of `recovery`, when what was sold already makes it up. Null: not known. */
  until: time.nullable().optional(),
});
export type FrozenEarnings = z.infer<typeof frozenEarnings>;

export const creatorEarnings = z.object({
  creator: z.string(),
  currency,
  /** Sold, and still held. */
  pendingMinor: minor,
  /** Available for payout; negative if refunds came after a payout. */
  availableMinor: minor,
  inPayoutMinor: minor,
  paidOutMinor: minor,
  payoutMinMinor: minor,
  /** The share of each sale that is held back, and for how many days; null: none. `reason`: why for this creator. */
  reserve: z.object({ shareBps: minor, days: minor, reason: z.string().nullable() }).nullable(),
  holds: z.array(earningsHold),
  /** Pass it as `after` for more holds. */
  nextHold: z.string().nullable(),
  frozen: z.array(frozenEarnings),
  /** The next ones, without sales that a dispute holds. */
  releases: z.array(earningsRelease),
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
  /**
   * `none`: not started. `pending`: something is still required. `enabled`: can be paid. `restricted`: stopped by the
   * provider.
   */
  status: z.enum(['none', 'pending', 'enabled', 'restricted']),
  chargesEnabled: z.boolean(),
  payoutsEnabled: z.boolean(),
  transfersEnabled: z.boolean(),
  detailsSubmitted: z.boolean(),
  /** What the provider still requires, in its own names. */
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
  /** Reversed manually at the payment provider, and owed to the creator again. */
  reversedMinor: minor,
  createdAt: time,
  settledAt: time.nullable(),
});
export type Payout = z.infer<typeof payout>;

/** Everything that the site's earnings page shows. */
export const earningsPage = z.object({
  account: creatorAccount,
  summary: creatorEarnings.omit({ holds: true, nextHold: true }),
  /** Why the house has frozen payouts, while it has. */
  freeze: z.object({ reason: z.string(), frozenAt: time }).nullable(),
  /** Mail address for questions about the hold; null if `LOGE_HOUSE_CONTACT` is not set. */
  contact: z.string().nullable(),
  holds: z.array(earningsHold),
  nextHold: z.string().nullable(),
  payouts: z.array(payout),
  /** Months with a statement, newest first: `2026-11`. */
  statements: z.array(z.string()),
});
export type EarningsPage = z.infer<typeof earningsPage>;

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
  /** Only these creators; absent: all. */
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
  /** Pending and available together, at the start and the end of the month. */
  openingMinor: minor,
  closingMinor: minor,
  sales: statementSums,
  /** Negative: refunds and lost disputes. */
  refunds: statementSums,
  /** Negative, less reversals. */
  payoutsMinor: minor,
  /** What the house has written off; negative where it was the creator's. */
  writtenOffMinor: minor,
  saleCount: minor,
  refundCount: minor,
});
export type Statement = z.infer<typeof statement>;
const month = z.string().regex(/^[12]\d{3}-(0[1-9]|1[0-2])$/, 'A month is like 2026-11');
export const statementQuery = z.object({ month });
/** Everything, or one month. */
export const earningsExportQuery = statementQuery.partial();

export const earningsEntry = z.object({
  transaction: z.string(),
  at: time,
  category: z.enum(['sale', 'refund', 'payout', 'write_off']),
  kind: z.string(),
  source: z.string(),
  room: z.string().nullable(),
  currency,
  grossMinor: minor,
  vatMinor: minor,
  feesMinor: minor,
  charityMinor: minor,
  /** The change of the creator's balance. */
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
/** What a platform reports about one seller for a year, by quarter. */
export const dac7Year = z.object({ year: z.string(), quarters: z.array(dac7Seller.extend({ quarter: z.string() })) });
export type TaxYear = z.infer<typeof dac7Year>;
export const dac7YearQuery = z.object({ year: z.string().regex(/^[12]\d{3}$/, 'A year is like 2026') });
export const dac7Query = z.object({ quarter: z.string().regex(/^[12]\d{3}-Q[1-4]$/, 'A quarter is like 2026-Q4') });

/** A financial year, by its first month. The longest in France is a first one of two years. */
export const journalQuery = z.object({ from: month, months: z.coerce.number().int().min(1).max(24).default(12) });

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
  /** The house's own loss, without the fee; null until decided. */
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
