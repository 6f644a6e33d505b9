/**
 * Fee policies, associations, pledges, and the parts of a price on the wire. Shares are in basis points: 100 is 1 %.
 */
import { z } from 'zod';
import { country, identity, pageLocale, singleLine } from '../accounts/accounts.ts';
import { idSchema } from '../ids.ts';
import * as LIMITS from '../limits.ts';
import { moment } from '../moments.ts';
import { amountMinor, currency } from '../rooms.ts';
import { SOLD_KINDS } from './payment-kind.ts';
import { tipRequestState } from './tipping.ts';

export const paymentId = z
  .string()
  .max(64)
  .regex(/^[a-z]+_[0-9A-Za-z]{8,40}$/);
const bps = z.number().int().min(0).max(10_000);
export const feePolicyInput = z.object({
  /** The platform's share of the price without VAT. */
  commissionBps: bps,
  /** When it takes effect; absent means now. Not in the past. */
  effectiveAt: moment.optional(),
});
export type FeePolicyInput = z.infer<typeof feePolicyInput>;

export const feePolicy = z.object({
  id: z.string(),
  version: z.number().int(),
  commissionBps: bps,
  /** The house country's VAT rate at its creation; each sale uses the rate of its buyer's country. */
  vatBps: bps,
  effectiveAt: z.string(),
  /** Whether it applies to sales now. */
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

/** An association's public account, without creators and fans. */
export const associationAccount = z.object({
  association,
  currency,
  /** What is held for it now. */
  balanceMinor: z.number().int(),
  givenMinor: z.number().int(),
  /** What refunds have deducted. */
  refundedMinor: z.number().int(),
  /** What the house has paid it. */
  paidMinor: z.number().int(),
  pledgingCreators: z.number().int(),
  months: z.array(z.object({ month: z.string(), amountMinor: z.number().int(), saleCount: z.number().int() })),
});
export type AssociationAccount = z.infer<typeof associationAccount>;

export const pledgeInput = z.object({
  association: associationInput.shape.id,
  /** Of the creator's part; 0 withdraws the pledge. */
  shareBps: bps,
});
export type PledgeInput = z.infer<typeof pledgeInput>;

const namedAssociation = z.object({ id: z.string(), name: z.string(), url: z.string().nullable() });
export const pledge = z.object({ creator: identity, association: namedAssociation, shareBps: bps, since: z.string() });
export type Pledge = z.infer<typeof pledge>;
export const pledgeAnswer = z.object({ pledge: pledge.nullable() });

/** An operator says why; an API key need not. */
const saidWhy = { reason: singleLine(LIMITS.reasonChars).optional() };
export const deskPledgeInput = pledgeInput.extend(saidWhy);
export const buyerInput = z.object({ country, ...saidWhy });
export const buyer = z.object({ identity, country });

/** The split of a price. The five parts sum to the gross exactly. */
export const priceParts = z.object({
  creatorMinor: z.number().int(),
  associationMinor: z.number().int(),
  /**
   * The payment provider's fee, an estimate before payment. It is deducted from the platform's part, which can become
   * negative.
   */
  processorMinor: z.number().int(),
  platformMinor: z.number().int(),
  vatMinor: z.number().int(),
});
export type PriceParts = z.infer<typeof priceParts>;

export const vatShare = z.object({ rateBps: bps, country: z.string(), amountMinor: z.number().int() });

/** The text by which a buyer waives the right of withdrawal; versions are immutable. */
export const waiverText = z.object({ textVersion: z.string(), language: pageLocale, text: z.string() });
export type WaiverText = z.infer<typeof waiverText>;
export const waiverInput = z.object({
  accepted: z.literal(true),
  textVersion: z.string().min(1).max(32),
  /** The language in which it was read; by default that of the request. */
  language: pageLocale.optional(),
});
export type WaiverInput = z.infer<typeof waiverInput>;
export const waiver = waiverText.extend({
  /** The date of the room then; without one, the waiver counts once a live has begun. */
  startsAt: z.string().nullable(),
  acceptedAt: z.string(),
});
export type Waiver = z.infer<typeof waiver>;

export const quoteQuery = z.object({
  kind: z.enum(['ticket', 'tip', 'private_session', 'membership']),
  /** For a membership of the room's creator. */
  tier: idSchema('tier').optional(),
  /** For a tip; the others have their price. */
  amountMinor: z.coerce.number().int().min(1).max(100_000_000).optional(),
  /** For a private session; by default one. */
  minutes: z.coerce.number().int().min(1).max(LIMITS.quoteMinutesMax).optional(),
  /** Determines the estimate of the provider's fee. */
  from: z.enum(['wallet', 'card']).optional(),
});
export const quoteInput = quoteQuery.extend({
  amountMinor: amountMinor.optional(),
  minutes: z.number().int().min(1).max(LIMITS.quoteMinutesMax).optional(),
  locale: pageLocale.optional(),
});
export type QuoteInput = z.input<typeof quoteInput>;

/** The receipt before payment. */
export const quote = z.object({
  kind: z.enum(['ticket', 'tip', 'private_session', 'membership']),
  from: z.enum(['wallet', 'card']),
  grossMinor: amountMinor,
  currency,
  parts: priceParts,
  /** `isEstimate`: the buyer's country is not known before they pay, so all parts are those of the house's country. */
  vat: vatShare.extend({ isEstimate: z.boolean() }),
  association: namedAssociation.extend({ shareBps: bps }).nullable(),
  feePolicy: z.string(),
  /** For a ticket or a membership: the text to accept. `ticketsLeft` null: unlimited. */
  waiver: waiverText.nullable(),
  ticketsLeft: z.number().int().min(0).nullable(),
  /** Page of the charter; null where none is in force. */
  charterUrl: z.string().nullable(),
});
export type Quote = z.infer<typeof quote>;
/** What money knows of it. */
export type PriceQuote = Omit<Quote, 'charterUrl'>;

const correctionKind = z.enum(['refund', 'dispute_lost', 'dispute_undone']);
const correction = z.object({ id: paymentId, kind: correctionKind, amountMinor, at: z.string() });
export type Correction = z.infer<typeof correction>;

/** A payment, refund or top-up with all its details. */
export const receipt = z.object({
  id: paymentId,
  kind: z.enum([...SOLD_KINDS, 'topup', 'promotion', ...correctionKind.options]),
  identity,
  amountMinor,
  currency,
  at: z.string(),
  /** For tips, memberships and private sessions `settled`, `part_refunded` or `refunded`; others have their own. */
  status: z.string(),
  /** How it was paid, or where it went: promotional credit, paid credit and card sum to the amount. */
  paid: z.object({ promoMinor: z.number().int(), walletMinor: z.number().int(), cardMinor: z.number().int() }),
  /** For a sale, and (negative) for what reverses it. A top-up is credit, which is taxed when spent. */
  parts: priceParts.omit({ processorMinor: true }).nullable(),
  vat: vatShare.nullable(),
  feePolicy: z.string().nullable(),
  association: namedAssociation.nullable(),
  room: z.object({ id: z.string(), title: z.string() }).nullable(),
  creator: z.object({ identity, name: z.string() }).nullable(),
  waiver: waiver.nullable(),
  /** For a membership payment: the membership, its current tier, and until when this payment lasts. */
  membership: z.object({ id: z.string(), tier: z.string(), paidUntil: z.string() }).nullable(),
  /** For a private session: the rate, and the time for which both sides' media was confirmed. */
  privateSession: z.object({ ratePerMinuteMinor: amountMinor, confirmedMs: z.number().int() }).nullable(),
  /** For a sale or what reverses it, once its number is given: who sold to whom. */
  invoice: z
    .object({
      number: z.string(),
      /** Number of the receipt that this one corrects. */
      corrects: z.string().nullable(),
      issuedAt: z.string(),
      seller: z.object({ name: z.string(), address: z.string(), vatNumber: z.string().nullable() }),
      /** As the buyer wants it; null if they gave no name. */
      buyerName: z.string().nullable(),
    })
    .nullable(),
  /** For a tip from the menu: what it asks for, and whether the creator has done it or paid it back. */
  request: z.object({ label: z.string(), state: tipRequestState }).nullable(),
  /** For a ticket: whether its buyer can still return it. */
  withdrawable: z.boolean(),
  reason: z.string().nullable(),
  /** The payment that this refund, lost dispute or its undoing belongs to. */
  relatesTo: z.string().nullable(),
  /** What has reversed this payment, oldest first; each has a receipt. */
  corrections: z.array(correction),
});
export type Receipt = z.infer<typeof receipt>;

export const walletEntry = z.object({
  id: z.string(),
  kind: z.enum([
    ...SOLD_KINDS,
    'topup',
    'refund',
    'promotion',
    'promotion_expired',
    // The payer's bank has reversed a top-up.
    'dispute_loss',
    // The bank has decided again and given that back.
    'dispute_undone',
  ]),
  /** Signed: positive for credit, negative for debit. */
  amountMinor: z.number().int(),
  /** How much of it is promotional credit. */
  promoMinor: z.number().int(),
  currency,
  at: z.string(),
  /** Title of the room, or reason of a refund or a gift; a top-up has none. */
  label: z.string().nullable(),
  room: z.string().optional(),
  /** Title of the room, where the label is a reason. */
  roomTitle: z.string().optional(),
  /** Of a refund; `failed` where the bank did not take it. */
  status: z.enum(['pending', 'succeeded', 'failed']).optional(),
});
export const walletHistory = z.object({
  entries: z.array(walletEntry),
  /** If there is more: pass it as `after`. */
  next: z.string().nullable(),
});
export type WalletHistory = z.infer<typeof walletHistory>;
export const walletHistoryQuery = z.object({
  /** `next` of the previous page. */
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
  /** Idempotent. */
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

/** The name on a person's receipts from now on; null: none. */
export const billingName = z.object({ name: singleLine(LIMITS.titleChars).nullable() });

export const withdrawalKind = z.enum(['ticket', 'membership', 'topup']);
const contract = z.object({
  kind: withdrawalKind,
  /** The id of the ticket, the membership or the top-up. */
  item: paymentId,
  /** The room, or the tier and its creator; a top-up has none. */
  title: z.string().nullable(),
  /** What goes back. */
  amountMinor,
  currency,
});
/** What a person can withdraw from now. */
export const withdrawable = contract.extend({
  concludedAt: z.string(),
  /** The last moment; null where no day is set. */
  until: z.string().nullable(),
});
export type Withdrawable = z.infer<typeof withdrawable>;
export const withdrawableList = z.object({ contracts: z.array(withdrawable) });
export const withdrawalInput = z.object({ item: paymentId });
/** A declaration of withdrawal, as it was received. */
export const withdrawal = contract.extend({ madeAt: z.string() });
export type Withdrawal = z.infer<typeof withdrawal>;
export const receiptInput = z.object({ payment: paymentId });
