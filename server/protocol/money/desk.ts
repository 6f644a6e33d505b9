/** The money desk: what people of the house see of all money, and what they may do with it. Amounts are minor units. */
import { z } from 'zod';
import { displayName, identity, singleLine } from '../accounts.ts';
import { idSchema } from '../ids.ts';
import { LIMITS } from '../limits.ts';
import { currency } from '../rooms.ts';
import { refund } from './money.ts';
import { dispute, payout, payoutBatchInput, reconciliation } from './payouts.ts';
import { receipt } from './pricing.ts';

const minor = z.number().int();
const count = z.number().int().min(0);
const time = z.string();
const reason = singleLine(LIMITS.reasonChars);

export const deskAct = z.object({
  id: idSchema('deskAct'),
  act: z.enum(['refund', 'evidence', 'payouts', 'freeze', 'unfreeze', 'reconciliation', 'fee_policy']),
  /** The payment, dispute, batch, creator or policy. */
  subject: z.string(),
  by: z.string(),
  reason: z.string().nullable(),
  at: time,
  /** `begun`: it is under way, or was cut off, and whether it was done is to be looked up. */
  outcome: z.enum(['begun', 'done', 'failed']),
  /** The code of the error that refused it. */
  failure: z.string().nullable(),
});
export type DeskActView = z.infer<typeof deskAct>;

export const deskOverview = z.object({
  currency,
  /** What lies at the provider by the books, and what the provider says; null while it does not answer. */
  clearing: z.object({ ledgerMinor: minor, providerMinor: minor.nullable() }),
  lastReconciliation: reconciliation.omit({ items: true }).nullable(),
  /** To whom the house owes what, by the books. */
  owed: z.object({
    fansMinor: minor,
    promoMinor: minor,
    creatorsPendingMinor: minor,
    creatorsAvailableMinor: minor,
    associationsMinor: minor,
    vatMinor: minor,
    cardsMinor: minor,
  }),
  /** Commission less the provider's fees, promotions and losses. */
  revenueMinor: minor,
  disputes: z.object({ openCount: count, openMinor: minor, evidenceDueAt: time.nullable() }),
  payouts: z.object({ dueCount: count, dueMinor: minor, pendingCount: count, pendingMinor: minor }),
  frozenCreators: count,
  /**
   * What waits for somebody: refunds and payouts that were refused, provider events that could not be processed, payments that could not be booked
   * and are tried again for a day before they go back to the card.
   */
  failures: z.object({ refunds: count, payouts: count, providerEvents: count, payments: count }),
  /**
   * What people of the house began more than a quarter of an hour ago, of which nobody knows whether it was done, and which was not asked for again
   * since with an answer.
   */
  cutOffActs: z.object({ count, oldest: deskAct.nullable() }),
});
export type DeskOverview = z.infer<typeof deskOverview>;

/** `unusable`: a card payment that bought nothing and goes back to the card. */
export const paymentKind = z.enum(['topup', 'ticket', 'tip', 'membership', 'private_session', 'unusable']);
export type PaymentKind = z.infer<typeof paymentKind>;

export const deskPayment = z.object({
  id: z.string(),
  kind: paymentKind,
  identity: z.string(),
  creator: z.string().nullable(),
  room: z.string().nullable(),
  amountMinor: minor,
  refundedMinor: minor,
  currency,
  from: z.enum(['wallet', 'card']),
  status: z.enum(['settled', 'part_refunded', 'refunded', 'disputed']),
  at: time,
});
export type DeskPayment = z.infer<typeof deskPayment>;

export const deskPaymentsQuery = z.object({
  /** An identity, of buyer or creator, or the id of a payment, a refund or a room; whole. */
  query: singleLine(128).optional(),
  kind: paymentKind.optional(),
  /** `next` of the page before. */
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.listPageItems).default(50),
});
export type DeskPaymentsQuery = z.output<typeof deskPaymentsQuery>;
export const deskPaymentList = z.object({ payments: z.array(deskPayment), next: z.string().nullable() });
export type DeskPaymentList = z.infer<typeof deskPaymentList>;

/** One line of the books. */
export const deskLeg = z.object({
  transaction: z.string(),
  kind: z.string(),
  at: time,
  account: z.string(),
  owner: z.string(),
  amountMinor: minor,
});
export const deskPaymentDetail = z.object({
  payment: deskPayment,
  receipt: receipt.nullable(),
  legs: z.array(deskLeg),
  refunds: z.array(refund.extend({ by: z.string(), failure: z.string().nullable() })),
  dispute: dispute.nullable(),
  /** The provider's id of the card payment; null for one from the wallet. */
  providerPayment: z.string().nullable(),
});
export type DeskPaymentDetail = z.infer<typeof deskPaymentDetail>;

export const refundPreviewQuery = z.object({
  /** Absent: all that is left. */
  amountMinor: z.coerce.number().int().min(1).max(100_000_000).optional(),
});
/** What a refund would take from whom, in proportion, before it is decided. */
export const refundPreview = z.object({
  amountMinor: minor,
  to: refund.shape.to,
  /** By the kind of account in the books; positive. They sum to the amount. */
  legs: z.array(z.object({ part: z.string(), amountMinor: minor })),
});
export type RefundPreview = z.infer<typeof refundPreview>;

export const creatorFreeze = z.object({
  id: idSchema('creatorFreeze'),
  creator: z.string(),
  reason: z.string(),
  by: z.string(),
  frozenAt: time,
  liftedAt: time.nullable(),
  liftedBy: z.string().nullable(),
  liftReason: z.string().nullable(),
});
export type CreatorFreeze = z.infer<typeof creatorFreeze>;
export const creatorFreezeInput = z.object({
  /** True: nothing is paid out to them until it is lifted. What they earn goes on being booked. */
  frozen: z.boolean(),
  reason,
});
export type CreatorFreezeInput = z.infer<typeof creatorFreezeInput>;
export const creatorFreezeAnswer = z.object({ freeze: creatorFreeze.nullable() });

export const duePayout = z.object({ creator: z.string(), amountMinor: minor });
export const deskPayouts = z.object({
  /** What the next batch would pay out. */
  due: z.array(duePayout),
  /** The newest first. */
  payouts: z.array(payout),
  frozen: z.array(creatorFreeze),
});
export type DeskPayouts = z.infer<typeof deskPayouts>;
export const deskPayoutsInput = payoutBatchInput.extend({ reason: reason.optional() });

export const reconciliationList = z.object({ reconciliations: z.array(reconciliation) });

export const deskActList = z.object({ acts: z.array(deskAct) });
export const deskActsQuery = z.object({ subject: z.string().max(128).optional() });

export const deskSessionInput = z.object({
  /** One of `LOGE_OPERATORS`. */
  operator: identity,
  name: displayName,
});
export type DeskSessionInput = z.infer<typeof deskSessionInput>;

export const deskSessionLink = z.object({
  id: idSchema('deskSession'),
  /** Opens the desk once, for whoever has it. */
  url: z.url(),
  /** Until when the link opens. */
  expiresAt: time,
});

export const deskSession = z.object({
  id: idSchema('deskSession'),
  operator: identity,
  name: displayName,
  openedAt: time.nullable(),
  /** Null as long as the link was not opened. */
  expiresAt: time.nullable(),
  revokedAt: time.nullable(),
});
export type DeskSession = z.infer<typeof deskSession>;
