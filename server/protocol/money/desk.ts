/** The money desk: what operators see of all money, and their acts. Amounts are minor units. */
import { z } from 'zod';
import { displayName, identity, singleLine } from '../accounts/accounts.ts';
import { idSchema } from '../ids.ts';
import * as LIMITS from '../limits.ts';
import { currency } from '../rooms.ts';
import { refund } from './money.ts';
import { PAYMENT_KINDS } from './payment-kind.ts';
import { dispute, payout, payoutBatchInput, reconciliation } from './payouts.ts';
import { receipt } from './pricing.ts';

const minor = z.number().int();
const count = z.number().int().min(0);
const time = z.string();
const reason = singleLine(LIMITS.reasonChars);

export const deskAct = z.object({
  id: idSchema('deskAct'),
  act: z.enum([
    ...(['refund', 'evidence', 'payouts', 'freeze', 'unfreeze', 'reconciliation', 'fee_policy'] as const),
    ...(['card_hold', 'card_release'] as const),
    ...(['role_given', 'role_ended', 'sessions_ended', 'account_closed', 'look'] as const),
    ...(['recovery', 'recovery_withdrawn', 'seat_changed', 'member_invited', 'member_removed'] as const),
    ...(['opinion_answered', 'opinion_step_done'] as const),
    ...(['booking', 'booking_confirmed', 'booking_declined', 'buyer_country', 'pledge', 'reserve'] as const),
  ]),
  /** The payment, dispute, batch, creator or policy. */
  subject: z.string(),
  by: z.string(),
  reason: z.string().nullable(),
  at: time,
  /** `begun`: under way or interrupted; whether it was done must be checked. */
  outcome: z.enum(['begun', 'done', 'failed']),
  /** The error code, if it failed. */
  failure: z.string().nullable(),
});
export type DeskActView = z.infer<typeof deskAct>;

export const deskOverview = z.object({
  currency,
  /** The balance at the provider by the books and by the provider; null while it does not answer. */
  clearing: z.object({
    ledgerMinor: minor,
    providerMinor: minor.nullable(),
    /** When the provider pays the balance out by itself, such as `daily`; the house needs `manual`. */
    payoutInterval: z.string().nullable(),
  }),
  lastReconciliation: reconciliation.omit({ items: true }).nullable(),
  /** Whether a gateway's clock has jumped, or differs from the database's: what cannot be undone waits. */
  isClockInDoubt: z.boolean(),
  /** The house's liabilities by the books. */
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
  /** Bookings that wait for a second operator. */
  waitingBookings: count,
  /** Creators whose monthly bills wait for their tax details. */
  waitingSelfBills: z.object({ count, first: identity.nullable() }),
  /**
   * What needs attention: refused refunds and payouts, unprocessed provider events, payments that could not be booked
   * (retried for a day, then refunded to the card).
   */
  failures: z.object({ refunds: count, payouts: count, providerEvents: count, payments: count }),
  /** Credit of closed accounts that no card takes back. */
  closedWallets: z.object({ count, amountMinor: minor, oldest: identity.nullable() }),
  /**
   * Acts that were begun more than a quarter of an hour ago, without a known outcome or a later repetition that has
   * one.
   */
  cutOffActs: z.object({ count, oldest: deskAct.nullable() }),
});
export type DeskOverview = z.infer<typeof deskOverview>;

/** `unusable`: a card payment that bought nothing and is refunded to the card. */
export const paymentKind = z.enum(PAYMENT_KINDS);

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
  /** The exact identity of a buyer or creator, or the exact id of a payment, refund or room. */
  query: singleLine(128).optional(),
  kind: paymentKind.optional(),
  /** `next` of the previous page. */
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.listPageItems).default(50),
});
export type DeskPaymentsQuery = z.output<typeof deskPaymentsQuery>;
export const deskPaymentList = z.object({ payments: z.array(deskPayment), next: z.string().nullable() });
export type DeskPaymentList = z.infer<typeof deskPaymentList>;

/** A ledger entry. */
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
  /** The provider's id of the card payment; null for a payment from the wallet. */
  providerPayment: z.string().nullable(),
});
export type DeskPaymentDetail = z.infer<typeof deskPaymentDetail>;

export const refundPreviewQuery = z.object({
  /** Absent: the whole remainder. */
  amountMinor: z.coerce.number().int().min(1).max(100_000_000).optional(),
});
/** How a refund would be split, before it is decided. */
export const refundPreview = z.object({
  amountMinor: minor,
  to: refund.shape.to,
  /** By kind of ledger account; positive, and summing to the amount. */
  legs: z.array(z.object({ part: z.string(), amountMinor: minor })),
});
export type RefundPreview = z.infer<typeof refundPreview>;

export const creatorFreeze = z.object({
  id: idSchema('creatorFreeze'),
  creator: z.string(),
  reason: z.string(),
  by: z.string(),
  frozenAt: time,
});
export type CreatorFreeze = z.infer<typeof creatorFreeze>;
export const creatorFreezeInput = z.object({
  /** True: no payouts until it is lifted. Earnings are still booked. */
  frozen: z.boolean(),
  reason,
});
export type CreatorFreezeInput = z.infer<typeof creatorFreezeInput>;
export const creatorFreezeAnswer = z.object({ freeze: creatorFreeze.nullable() });

const reserveTerms = { shareBps: z.number().int().min(0).max(10_000), days: z.number().int().min(1).max(365) };
/** A share of each sale that is held back from one creator, instead of the house's own. */
export const creatorReserve = z.object({
  creator: z.string(),
  ...reserveTerms,
  reason: z.string(),
  by: z.string(),
  setAt: time,
});
export type CreatorReserve = z.infer<typeof creatorReserve>;
export const creatorReserveInput = z.object({
  /** Null: the house's own holds again. A share of 0: none for this creator. */
  reserve: z.object(reserveTerms).nullable(),
  reason,
});
export type CreatorReserveInput = z.infer<typeof creatorReserveInput>;
export const creatorReserveAnswer = z.object({ reserve: creatorReserve.nullable() });

/** A person who pays by card only after an operator's word. */
export const cardHold = z.object({
  id: idSchema('cardHold'),
  identity: z.string(),
  /** `dispute_lost`: by the house itself. */
  reason: z.string(),
  by: z.string(),
  heldAt: time,
});
export type CardHold = z.infer<typeof cardHold>;
export const cardHoldInput = z.object({ held: z.boolean(), reason });
export type CardHoldInput = z.infer<typeof cardHoldInput>;
export const cardHoldAnswer = z.object({ hold: cardHold.nullable() });
export const cardHoldList = z.object({ holds: z.array(cardHold) });

export const duePayout = z.object({ creator: z.string(), amountMinor: minor });
export const deskPayouts = z.object({
  /** What the next batch would pay. */
  due: z.array(duePayout),
  /** Newest first. */
  payouts: z.array(payout),
  frozen: z.array(creatorFreeze),
  reserves: z.array(creatorReserve),
});
export type DeskPayouts = z.infer<typeof deskPayouts>;
export const deskPayoutsInput = payoutBatchInput
  .extend({
    reason: reason.optional(),
    /** Pays the named creators also what is below the minimum. */
    withoutMinimum: z.boolean().optional(),
  })
  .refine(({ withoutMinimum, creators }) => !withoutMinimum || creators !== undefined, {
    message: 'Name the creators',
    path: ['creators'],
  });

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
  /** Opens the desk once, for anyone who has it. */
  url: z.url(),
  /** When the link expires. */
  expiresAt: time,
});

export const deskSession = z.object({
  id: idSchema('deskSession'),
  operator: identity,
  name: displayName,
  openedAt: time.nullable(),
  /** Null until the link was opened. */
  expiresAt: time.nullable(),
  revokedAt: time.nullable(),
});
export type DeskSession = z.infer<typeof deskSession>;
