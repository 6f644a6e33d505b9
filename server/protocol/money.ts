/** Wallet, tickets, tips and refunds on the wire. Amounts are integers in the currency's minor unit. */
import { z } from 'zod';
import { participant, singleLine } from './accounts.ts';
import { idSchema, roomId, ticketId, tipId, topupId } from './ids.ts';
import { LIMITS } from './limits.ts';
import { waiverInput } from './pricing.ts';
import { amountMinor, currency } from './rooms.ts';

export const wallet = z.object({
  /** What can be spent: paid credit and promotional credit together. */
  balanceMinor: z.number().int().min(0),
  currency,
  /** How much of it the house has given away; spent first, and never sent to a card. */
  promoMinor: z.number().int().min(0),
});
export type Wallet = z.infer<typeof wallet>;

/** Language of the payment page; absent: what the person's browser asks for. */
const pageLocale = z.enum(['en', 'fr']);

export const topupInput = z.object({
  amountMinor,
  /** Where the payment page sends the person back to; must be on an allowed origin. */
  returnUrl: z.url().max(2000).optional(),
  locale: pageLocale.optional(),
});
export type TopupInput = z.infer<typeof topupInput>;

export const ticketInput = z.object({
  from: z.enum(['wallet', 'card']),
  returnUrl: z.url().max(2000).optional(),
  locale: pageLocale.optional(),
  /** That the buyer gives up the right of withdrawal; without it the ticket can be given back until the first live begins. */
  waiver: waiverInput.optional(),
});
export type TicketInput = z.infer<typeof ticketInput>;

export const checkout = z.object({ checkoutUrl: z.url() });
export type Checkout = z.infer<typeof checkout>;
export const topupCheckout = checkout.extend({ topup: topupId });

/** The provider's id of a checkout, as the return address carries it. */
export const checkoutConfirmInput = z.object({
  checkoutSession: z
    .string()
    .min(8)
    .max(255)
    .regex(/^[A-Za-z0-9_]+$/),
});
/** What came of a checkout, as the provider says at this moment. */
export const checkoutStatus = z.object({ status: z.enum(['open', 'paid', 'expired']) });
export type CheckoutStatus = z.infer<typeof checkoutStatus>;

export const ticket = z.object({
  id: ticketId,
  room: roomId,
  identity: z.string(),
  priceMinor: amountMinor,
  currency,
  paidFrom: z.enum(['wallet', 'card']),
  status: z.enum(['valid', 'refunded']),
  boughtAt: z.string(),
});
export type Ticket = z.infer<typeof ticket>;

const idempotencyKey = z
  .string()
  .min(8)
  .max(LIMITS.idempotencyKeyChars)
  .regex(/^[A-Za-z0-9_.:-]+$/);

export const tipInput = z.object({
  amountMinor,
  message: singleLine(LIMITS.tipMessageChars).optional(),
  menuItem: z.string().max(64).optional(),
  idempotencyKey,
});
export type TipInput = z.infer<typeof tipInput>;

/** A tip that is paid by card directly, on the payment page. */
export const cardTipInput = tipInput.extend({
  returnUrl: z.url().max(2000).optional(),
  locale: z.enum(['en', 'fr']).optional(),
});

export const tip = z.object({
  id: tipId,
  room: roomId,
  from: participant,
  amountMinor,
  currency,
  message: z.string().nullable(),
  sentAt: z.string(),
});
export type Tip = z.infer<typeof tip>;

/** What a tip answers: the tip, and what is left in the wallet. */
export const tipReceipt = z.object({ tip, wallet });
export type TipReceipt = z.infer<typeof tipReceipt>;

export const refundInput = z
  .object({
    ticket: ticketId.optional(),
    tip: tipId.optional(),
    topup: topupId.optional(),
    reason: singleLine(LIMITS.reasonChars),
  })
  .refine((value) => [value.ticket, value.tip, value.topup].filter(Boolean).length === 1, {
    message: 'Name exactly one of ticket, tip, topup',
  });
export type RefundInput = z.infer<typeof refundInput>;

export const refund = z.object({
  id: idSchema('refund'),
  ticket: ticketId.optional(),
  tip: tipId.optional(),
  topup: topupId.optional(),
  amountMinor,
  currency,
  /** Where the money went back to: the fan's wallet, or the card that had paid. */
  to: z.enum(['wallet', 'card']),
  /** `pending` until the provider has confirmed a refund to a card. */
  status: z.enum(['pending', 'succeeded', 'failed']),
  reason: z.string(),
  createdAt: z.string(),
});
export type Refund = z.infer<typeof refund>;

/** A creator's earnings in one room so far. */
export const earnings = z.object({
  tipsMinor: z.number().int(),
  ticketsMinor: z.number().int(),
  /** Private sessions that are over; absent where there was none. */
  privateMinor: z.number().int().optional(),
  /** What the creator gets of all, after VAT and commission. */
  creatorMinor: z.number().int(),
  ticketCount: z.number().int(),
  tipCount: z.number().int(),
  currency,
});
export type Earnings = z.infer<typeof earnings>;
