/** Payments that a person could have refunded, as the site shows them. */
import { z } from 'zod';
import { currency } from '../rooms.ts';
import { paymentKind } from './desk.ts';

/** A card payment that did not use the wallet. */
export const cardPayment = z.object({
  id: z.string(),
  kind: paymentKind,
  amountMinor: z.number().int(),
  refundedMinor: z.number().int(),
  currency,
  at: z.string(),
  /** Of the room; for a membership, the name of the creator whose club it is. */
  title: z.string().nullable(),
  /** What went back to the card, newest first. */
  refunds: z.array(
    z.object({ id: z.string(), amountMinor: z.number().int(), currency, at: z.string(), status: z.string() }),
  ),
});
export type CardPayment = z.infer<typeof cardPayment>;
export const cardPaymentList = z.object({ payments: z.array(cardPayment), next: z.string().nullable() });
