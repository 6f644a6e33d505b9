/**
 * Bookings by the desk: money that moves outside the payment provider, debts that are given up, and goodwill. Above a
 * sum of the house a second operator confirms one before it is booked.
 */
import { z } from 'zod';
import { identity, singleLine } from '../accounts/accounts.ts';
import { idSchema } from '../ids.ts';
import * as LIMITS from '../limits.ts';
import { amountMinor, currency } from '../rooms.ts';
import { idempotencyKey } from './money.ts';

const minor = z.number().int();
const time = z.string();
const said = { reason: singleLine(LIMITS.reasonChars), idempotencyKey };

export const BOOKING_KINDS = [
  /** An association was paid from the house's bank. */
  'association_paid',
  /** VAT was remitted from the house's bank. */
  'vat_remitted',
  /** A refund that its card did not take was sent by bank transfer. */
  'refund_transferred',
  /** What a creator is owed and cannot be paid, or owes and will not make up. */
  'earnings_written_off',
  /** Credit that a closed account has left was sent by bank transfer, or is given up. */
  'credit_transferred',
  'credit_written_off',
  /** Promotional credit as goodwill. */
  'goodwill',
] as const;
export type BookingKind = (typeof BOOKING_KINDS)[number];

/** Where no amount is named, the whole is booked. */
export const bookingInput = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('association_paid'), subject: z.string().min(1).max(64), amountMinor, ...said }),
  z.object({ kind: z.literal('vat_remitted'), amountMinor, ...said }),
  z.object({ kind: z.literal('refund_transferred'), subject: idSchema('refund'), ...said }),
  z.object({ kind: z.literal('earnings_written_off'), subject: identity, ...said }),
  z.object({ kind: z.literal('credit_transferred'), subject: identity, ...said }),
  z.object({ kind: z.literal('credit_written_off'), subject: identity, ...said }),
  z.object({
    kind: z.literal('goodwill'),
    subject: identity,
    amountMinor: amountMinor.max(LIMITS.promotionMaxMinor),
    ...said,
  }),
]);
export type BookingInput = z.output<typeof bookingInput>;

export const booking = z.object({
  id: idSchema('deskBooking'),
  kind: z.enum(BOOKING_KINDS),
  /** The association, refund or person; `vat` for VAT. */
  subject: z.string(),
  /** Negative: debts of a creator that are written off. */
  amountMinor: minor,
  currency,
  reason: z.string(),
  by: z.string(),
  createdAt: time,
  /** `waiting` for a second operator; nothing is booked until then. */
  status: z.enum(['waiting', 'booked', 'declined']),
  decidedBy: z.string().nullable(),
  decidedAt: time.nullable(),
  /** Whether the caller may confirm it now. */
  isConfirmable: z.boolean(),
  /** When its own operator may confirm it, as the only one of the house; null where another one has to. */
  aloneFrom: time.nullable(),
});
export type Booking = z.infer<typeof booking>;

export const bookingList = z.object({
  /** Those that wait, then the newest hundred. */
  bookings: z.array(booking),
  currency,
  /** Above this sum in a day a second operator confirms an operator's bookings. */
  unconfirmedMinor: minor,
  owed: z.object({
    vatMinor: minor,
    associations: z.array(z.object({ association: z.string(), name: z.string(), amountMinor: minor })),
    /** Refunds that their cards did not take. */
    refunds: z.array(z.object({ refund: idSchema('refund'), identity: z.string(), amountMinor: minor })),
  }),
});
export type BookingList = z.infer<typeof bookingList>;
