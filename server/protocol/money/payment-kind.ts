/** The kinds of payments. Without zod, because pages read them too. */

/** Those that sell something, whose price is split by the terms of the sale. */
export const SOLD_KINDS = ['ticket', 'tip', 'membership', 'private_session'] as const;
/** `unusable`: a card payment that bought nothing and is refunded to the card. */
export const PAYMENT_KINDS = [...SOLD_KINDS, 'topup', 'unusable'] as const;

export type SoldKind = (typeof SOLD_KINDS)[number];
export type PaymentKind = (typeof PAYMENT_KINDS)[number];
