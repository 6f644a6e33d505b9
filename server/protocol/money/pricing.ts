/** Fee policies, associations, pledges, and what a price is made of, on the wire. Shares are in basis points: 100 is 1 %. */
import { z } from 'zod';
import { country, identity, singleLine } from '../accounts.ts';
import { LIMITS } from '../limits.ts';
import { moment } from '../moments.ts';
import { amountMinor, currency } from '../rooms.ts';

const paymentId = z
  .string()
  .max(64)
  .regex(/^[a-z]+_[0-9A-Za-z]{8,40}$/);
const bps = z.number().int().min(0).max(10_000);
export const feePolicyInput = z.object({
  /** The platform's share of what is left after VAT. */
  commissionBps: bps,
  /** When it begins to hold; absent means now. Not in the past. */
  effectiveAt: moment.optional(),
});
export type FeePolicyInput = z.infer<typeof feePolicyInput>;

export const feePolicy = z.object({
  id: z.string(),
  version: z.number().int(),
  commissionBps: bps,
  /** The house country's rate of VAT when it was made; each sale carries the rate of its buyer's country. */
  vatBps: bps,
  effectiveAt: z.string(),
  /** Whether it splits what is sold now. */
  inForce: z.boolean(),
});
export type FeePolicyView = z.infer<typeof feePolicy>;
export const feePolicyList = z.object({ feePolicies: z.array(feePolicy) });

export const associationInput = z.object({
  id: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9_-]+$/),
  name: singleLine(LIMITS.titleChars),
  country,
  url: z
    .url({ protocol: /^https$/ })
    .max(500)
    .meta({ pattern: '^https:' })
    .optional(),
});
export type AssociationInput = z.infer<typeof associationInput>;

export const association = z.object({
  id: z.string(),
  name: z.string(),
  country,
  url: z.string().nullable(),
  createdAt: z.string(),
});
export type Association = z.infer<typeof association>;
export const associationList = z.object({ associations: z.array(association) });

/** What an association has got, for everyone to read; creators and fans do not appear in it. */
export const associationAccount = z.object({
  association,
  currency,
  /** What is held for it now. */
  balanceMinor: z.number().int(),
  givenMinor: z.number().int(),
  /** What refunds took back of it. */
  refundedMinor: z.number().int(),
  pledgingCreators: z.number().int(),
  months: z.array(z.object({ month: z.string(), amountMinor: z.number().int(), saleCount: z.number().int() })),
});
export type AssociationAccount = z.infer<typeof associationAccount>;

export const pledgeInput = z.object({
  association: associationInput.shape.id,
  /** Of the creator's part; 0 takes the pledge back. */
  shareBps: bps,
});
export type PledgeInput = z.infer<typeof pledgeInput>;

const namedAssociation = z.object({ id: z.string(), name: z.string(), url: z.string().nullable() });
export const pledge = z.object({ creator: identity, association: namedAssociation, shareBps: bps, since: z.string() });
export type Pledge = z.infer<typeof pledge>;
export const pledgeAnswer = z.object({ pledge: pledge.nullable() });

export const buyerInput = z.object({ country });
export const buyer = z.object({ identity, country });

/** Who gets what of a price. The five parts sum to the gross exactly. */
export const priceParts = z.object({
  creatorMinor: z.number().int(),
  associationMinor: z.number().int(),
  /** The payment provider's fee: an estimate, before it is paid. It comes out of the platform's part, which can become negative. */
  processorMinor: z.number().int(),
  platformMinor: z.number().int(),
  vatMinor: z.number().int(),
});
export type PriceParts = z.infer<typeof priceParts>;

export const vatShare = z.object({ rateBps: bps, country: z.string(), amountMinor: z.number().int() });

/** The text by which a buyer gives up the right of withdrawal; a version is never changed. */
export const waiverText = z.object({ textVersion: z.string(), language: z.enum(['en', 'fr']), text: z.string() });
export type WaiverText = z.infer<typeof waiverText>;
export const waiverInput = z.object({
  accepted: z.literal(true),
  textVersion: z.string().min(1).max(32),
  /** In which language it was read; absent means that of the request. */
  language: z.enum(['en', 'fr']).optional(),
});
export type WaiverInput = z.infer<typeof waiverInput>;
export const waiver = waiverText.extend({ acceptedAt: z.string() });
export type Waiver = z.infer<typeof waiver>;

export const quoteQuery = z.object({
  kind: z.enum(['ticket', 'tip', 'private_session']),
  /** Of a tip; the others have their price. */
  amountMinor: z.coerce.number().int().min(1).max(100_000_000).optional(),
  /** Of a private session; absent means one. */
  minutes: z.coerce.number().int().min(1).max(LIMITS.quoteMinutesMax).optional(),
  /** Decides the estimate of the provider's fee. */
  from: z.enum(['wallet', 'card']).optional(),
});
export const quoteInput = quoteQuery.extend({
  amountMinor: amountMinor.optional(),
  minutes: z.number().int().min(1).max(LIMITS.quoteMinutesMax).optional(),
  locale: z.enum(['en', 'fr']).optional(),
});
export type QuoteInput = z.input<typeof quoteInput>;

/** The receipt before paying. */
export const quote = z.object({
  kind: z.enum(['ticket', 'tip', 'private_session']),
  from: z.enum(['wallet', 'card']),
  grossMinor: amountMinor,
  currency,
  parts: priceParts,
  vat: vatShare,
  association: namedAssociation.extend({ shareBps: bps }).nullable(),
  feePolicy: z.string(),
  /** For a ticket: the text to accept, and how many are left; null when any number is. */
  waiver: waiverText.nullable(),
  ticketsLeft: z.number().int().min(0).nullable(),
});
export type Quote = z.infer<typeof quote>;

/** What has been paid, given back or added, with everything that explains it. */
export const receipt = z.object({
  id: paymentId,
  kind: z.enum(['topup', 'ticket', 'tip', 'membership', 'private_session', 'refund', 'promotion']),
  identity,
  amountMinor,
  currency,
  at: z.string(),
  /** Of a payment for a membership and of a private session `settled`, `part_refunded` or `refunded`; what else there is says how it stands in its own words. */
  status: z.string(),
  /** How it was paid, or where it went: promotional credit, paid credit and card sum to the amount. */
  paid: z.object({ promoMinor: z.number().int(), walletMinor: z.number().int(), cardMinor: z.number().int() }),
  /** Of a ticket, a tip, and (negative) of their refund. A top-up is credit: it is taxed when it is spent. */
  parts: priceParts.omit({ processorMinor: true }).nullable(),
  vat: vatShare.nullable(),
  feePolicy: z.string().nullable(),
  association: namedAssociation.nullable(),
  room: z.object({ id: z.string(), title: z.string() }).nullable(),
  creator: z.object({ identity, name: z.string() }).nullable(),
  waiver: waiver.nullable(),
  /** Of a payment for a membership: which one, of which tier now, and until when this one pays. */
  membership: z.object({ id: z.string(), tier: z.string(), paidUntil: z.string() }).nullable(),
  /** Of a private session: the price of a minute, and the time for which both sides' media was confirmed. */
  privateSession: z.object({ ratePerMinuteMinor: amountMinor, confirmedMs: z.number().int() }).nullable(),
  /** Of a ticket: whether its buyer can still give it back by themselves. */
  withdrawable: z.boolean(),
  reason: z.string().nullable(),
  /** The refund of this payment, or the payment of this refund. */
  relatesTo: z.string().nullable(),
});
export type Receipt = z.infer<typeof receipt>;

export const walletEntry = z.object({
  id: z.string(),
  kind: z.enum([
    'topup',
    'ticket',
    'tip',
    'private_session',
    'refund',
    'promotion',
    'promotion_expired',
    // The payer's bank has taken back what a top-up had bought.
    'dispute_loss',
  ]),
  /** Signed: what came in, or went out. */
  amountMinor: z.number().int(),
  /** How much of it is promotional credit. */
  promoMinor: z.number().int(),
  currency,
  at: z.string(),
  label: z.string().nullable(),
  room: z.string().optional(),
});
export const walletHistory = z.object({
  entries: z.array(walletEntry),
  /** While there is more, the place to go on from: give it as `after`. */
  next: z.string().nullable(),
});
export type WalletHistory = z.infer<typeof walletHistory>;
export const walletHistoryQuery = z.object({
  /** `next` of the page before. */
  after: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9_]+$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.listPageItems).default(LIMITS.listPageItems),
});

export const promotionInput = z.object({
  identity,
  amountMinor,
  reason: singleLine(LIMITS.reasonChars),
  expiresAt: moment.optional(),
  /** The same key grants once. */
  idempotencyKey: z
    .string()
    .min(8)
    .max(LIMITS.idempotencyKeyChars)
    .regex(/^[A-Za-z0-9_.:-]+$/)
    .optional(),
});
export type PromotionInput = z.infer<typeof promotionInput>;
export const promotion = z.object({
  id: z.string(),
  identity,
  amountMinor,
  currency,
  reason: z.string(),
  expiresAt: z.string().nullable(),
  expiredAt: z.string().nullable(),
  createdAt: z.string(),
});
export type Promotion = z.infer<typeof promotion>;

export const withdrawalInput = z.object({ ticket: paymentId });
export const receiptInput = z.object({ payment: paymentId });
