/** Wallet, tickets, tips and refunds on the wire. Amounts are integers in the currency's minor unit. */
import { z } from 'zod';
import { pageLocale, participant, singleLine } from '../accounts/accounts.ts';
import { idSchema, roomId, ticketId, tipId, topupId } from '../ids.ts';
import * as LIMITS from '../limits.ts';
import { amountMinor, currency, roomStatus } from '../rooms.ts';
import { paymentId, waiverInput } from './pricing.ts';
import { goal, tipMenuItem } from './tipping.ts';

export const wallet = z.object({
  /** Spendable credit: paid and promotional. */
  balanceMinor: z.number().int().min(0),
  currency,
  /** Promotional credit: spent first, never refunded to a card. */
  promoMinor: z.number().int().min(0),
});
export type Wallet = z.infer<typeof wallet>;

/** Language of the payment page; by default the browser's. */

export const idempotencyKey = z
  .string()
  .min(8)
  .max(LIMITS.idempotencyKeyChars)
  .regex(/^[A-Za-z0-9_.:-]+$/);

/** A saved card's id at the provider. */
export const cardId = z
  .string()
  .min(8)
  .max(255)
  .regex(/^[A-Za-z0-9_]+$/);

export const topupInput = z
  .object({
    amountMinor,
    /** Pays with this saved card, without the payment page. */
    card: cardId.optional(),
    /** Required with `card`; idempotent. */
    idempotencyKey: idempotencyKey.optional(),
    /** Where the payment page or the bank's page sends the person back to; must be on an allowed origin. */
    returnUrl: z.url().max(2000).optional(),
    locale: pageLocale.optional(),
  })
  .refine(({ card, idempotencyKey: key }) => (card === undefined) === (key === undefined), {
    message: 'Name card and idempotencyKey together',
  })
  .meta({ dependentRequired: { card: ['idempotencyKey'], idempotencyKey: ['card'] } });

export const savedCard = z.object({
  id: cardId,
  brand: z.string(),
  last4: z.string(),
  expMonth: z.number().int(),
  expYear: z.number().int(),
});
export type SavedCard = z.infer<typeof savedCard>;
export const cardList = z.object({ cards: z.array(savedCard) });
export const cardInput = z.object({ card: cardId });

export const ticketInput = z.object({
  from: z.enum(['wallet', 'card']),
  /** The price that the buyer saw: refused with `price_changed` if it is another one now. */
  priceMinor: amountMinor.optional(),
  returnUrl: z.url().max(2000).optional(),
  locale: pageLocale.optional(),
  /**
   * The buyer's waiver of the right of withdrawal; without it the ticket can be returned until a live begins after the
   * purchase.
   */
  waiver: waiverInput.optional(),
});

export const checkout = z.object({ checkoutUrl: z.url() });
export const topupCheckout = checkout.extend({ topup: topupId });

/** A top-up by saved card: done, or the bank requires authentication at `actionUrl`. */
export const cardTopup = z.discriminatedUnion('status', [
  z.object({ status: z.literal('succeeded'), topup: topupId, wallet }),
  z.object({ status: z.literal('requires_action'), topup: topupId, actionUrl: z.url() }),
]);
export type CardTopup = z.infer<typeof cardTopup>;
export const topupAnswer = z.union([cardTopup, topupCheckout]);
export type TopupAnswer = z.infer<typeof topupAnswer>;

/** The provider's id of a checkout, as in the return URL. */
export const checkoutConfirmInput = z.object({
  checkoutSession: z
    .string()
    .min(8)
    .max(255)
    .regex(/^[A-Za-z0-9_]+$/),
});
/** The result of a checkout, as the provider reports it now. */
/** `returned`: it was paid and bought nothing, and the money goes back. */
export const checkoutStatus = z.object({ status: z.enum(['open', 'paid', 'returned', 'expired']) });
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

export const tipInput = z.object({
  amountMinor,
  message: singleLine(LIMITS.tipMessageChars).optional(),
  menuItem: tipMenuItem.shape.id.optional(),
  /** Only the giver and the house see who gave it. */
  anonymous: z.boolean().optional(),
  idempotencyKey,
});
export type TipInput = z.infer<typeof tipInput>;

/** A tip that is paid by card on the payment page. */
export const cardTipInput = tipInput.extend({
  returnUrl: z.url().max(2000).optional(),
  locale: pageLocale.optional(),
});

export const tip = z.object({
  id: tipId,
  room: roomId,
  from: participant,
  amountMinor,
  currency,
  message: z.string().nullable(),
  /** The item of the menu that it is for: a request to the creator. */
  item: z.object({ id: tipMenuItem.shape.id, label: z.string() }).nullable(),
  /** Shown to nobody else under the giver's name; embedders' servers keep to it as well. */
  anonymous: z.boolean().optional(),
  sentAt: z.string(),
});
export type Tip = z.infer<typeof tip>;

/** A person’s own ticket with what it is for; withdrawable while no live followed it, unless they waived that. */
export const ownTicket = ticket.extend({
  title: z.string(),
  creatorName: z.string(),
  roomStatus,
  startsAt: z.string().nullable(),
  pausedUntil: z.string().nullable(),
  pauseAnnounced: z.boolean(),
  withdrawable: z.boolean(),
  /** When the date was changed, while the ticket can be returned for it; otherwise null. */
  movedAt: z.string().nullable(),
});
export type OwnTicket = z.infer<typeof ownTicket>;
/** The newest, at most a hundred. */
export const ownTicketList = z.object({ tickets: z.array(ownTicket) });

/** A ticket, or the payment page on which to buy it. */
export const ticketOrCheckout = z.union([ticket, checkout]);

/** The tip, and the wallet after it. */
export const tipAnswer = tip.extend({ wallet });

const REFUNDABLE = ['payment', 'ticket', 'tip', 'topup'] as const;

export const refundInput = z
  .object({
    /** A payment of any kind; a membership's id means its latest payment. */
    payment: paymentId.optional(),
    ticket: ticketId.optional(),
    tip: tipId.optional(),
    topup: topupId.optional(),
    /**
     * A part; absent: the whole remainder. A payment can be refunded in part once, then the rest; a top-up in as many
     * parts as there are keys.
     */
    amountMinor: amountMinor.optional(),
    /** Idempotent. With another key a top-up is refunded again, as long as some of its credit is unspent. */
    idempotencyKey: idempotencyKey.optional(),
    reason: singleLine(LIMITS.reasonChars),
  })
  .refine((value) => idOfNamed(value) !== undefined, {
    message: `Name exactly one of ${REFUNDABLE.join(', ')}`,
  })
  .meta({ oneOf: REFUNDABLE.map((name) => ({ required: [name] })) });
export type RefundInput = z.infer<typeof refundInput>;

export const refund = z.object({
  id: idSchema('refund'),
  payment: paymentId,
  amountMinor,
  currency,
  /** Where the money went: the fan's wallet, or the card that had paid. */
  to: z.enum(['wallet', 'card']),
  /** `pending` until the provider has confirmed a card refund. */
  status: z.enum(['pending', 'succeeded', 'failed']),
  reason: z.string(),
  /** The card did not take it, and the house sent it by bank transfer. */
  byTransfer: z.literal(true).optional(),
  createdAt: z.string(),
});
export type Refund = z.infer<typeof refund>;
/** The id of the payment that is named; undefined if that is none or several. */
export function idOfNamed(
  named: {
    [field in (typeof REFUNDABLE)[number]]?: string | undefined;
  },
): string | undefined {
  const [id, ...others] = REFUNDABLE.flatMap((field) => named[field] ?? []);
  return others.length === 0 ? id : undefined;
}

/** A creator's earnings in one room so far, less what was paid back and what goes back because the room has ended. */
export const earnings = z.object({
  tipsMinor: z.number().int(),
  ticketsMinor: z.number().int(),
  /** Ended private sessions; absent if there was none. */
  privateMinor: z.number().int().optional(),
  /** The creator's share of everything, after VAT and commission. */
  creatorMinor: z.number().int(),
  ticketCount: z.number().int(),
  tipCount: z.number().int(),
  currency,
});
export type Earnings = z.infer<typeof earnings>;

const countAndSum = z.object({ count: z.number().int(), amountMinor: z.number().int() });
/** Summary of a room for the caller: how long it was live, what they paid, and what is refunded. */
export const roomSummary = z.object({
  /** Of all lives that have ended. */
  liveSeconds: z.number().int(),
  currency,
  /** `returning`: it goes back by itself, because its buyer saw no live. */
  ticket: z
    .object({
      id: ticketId,
      priceMinor: amountMinor,
      paidFrom: z.enum(['wallet', 'card']),
      state: z.enum(['kept', 'returning', 'returned']),
    })
    .nullable(),
  /** Less refunded ones. */
  tips: countAndSum,
  /** For those who could be inside: the goal, and who gave most. */
  goal: goal.nullable(),
  givers: z.array(z.object({ identity: z.string(), name: z.string() })),
  /** The creator's next live that the site lists; see `next` of a reminder. */
  next: z.object({ id: roomId, title: z.string(), startsAt: z.string() }).nullable(),
  /** For the creator of a room that has ended: tickets that went back by themselves, or will. */
  returnedTickets: countAndSum.nullable(),
  /** For the creator; the returned tickets are not counted. */
  earnings: earnings.nullable(),
});
export type RoomSummary = z.infer<typeof roomSummary>;
