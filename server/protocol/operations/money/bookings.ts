/** Bookings by the desk of what happens outside the payment provider, each with a reason on record. */

import { deskReasonInput } from '../../accounts/people.ts';
import { withPeople } from '../../accounts/profiles.ts';
import { booking, bookingInput, bookingList } from '../../money/bookings.ts';
import { operation } from '../contract.ts';

const BY_OPERATOR = { by: ['operator'] } as const;
const DECISION_ERRORS = ['payment_not_found', 'already_decided'] as const;
const BOOKING_ERRORS = [
  ...(['amount_too_large', 'amount_invalid', 'association_not_found', 'wallet_off'] as const),
  'person_not_found',
] as const;

export const bookingContract = {
  deskBookings: operation({
    ...BY_OPERATOR,
    http: 'GET /v1/desk/bookings',
    answer: withPeople(bookingList),
    summary: 'List bookings by the desk',
    description:
      'Those that wait for a second operator, then the newest hundred; and what is owed outside the payment provider.',
  }),
  createBooking: operation({
    ...BY_OPERATOR,
    http: 'POST /v1/desk/bookings',
    limit: 'money',
    input: bookingInput,
    example: { kind: 'vat_remitted', amountMinor: 40_000, reason: 'Third quarter', idempotencyKey: 'vat-2026-q3' },
    answer: booking,
    status: 201,
    stepUp: true,
    summary: 'Book what happened outside the payment provider',
    description:
      'A payment to an association, VAT remitted, a refund sent by bank transfer, what is written off of a creator or of a closed account, or goodwill credit. Above `LOGE_UNCONFIRMED_BOOKING_MINOR` in a day it is `waiting`, and nothing is booked until another operator confirms it. Repeated calls with the same `idempotencyKey` book it once.',
    errors: [...BOOKING_ERRORS, 'payment_not_found', 'idempotency_conflict'],
  }),
  confirmBooking: operation({
    ...BY_OPERATOR,
    http: 'POST /v1/desk/bookings/:booking/confirm',
    limit: 'money',
    answer: booking,
    stepUp: true,
    summary: 'Confirm a booking of another operator',
    description: 'The only operator of a house confirms their own, a day after they asked for it.',
    errors: [...DECISION_ERRORS, ...BOOKING_ERRORS],
  }),
  declineBooking: operation({
    ...BY_OPERATOR,
    http: 'POST /v1/desk/bookings/:booking/decline',
    limit: 'money',
    input: deskReasonInput,
    example: { reason: 'The association has not confirmed its account' },
    answer: booking,
    summary: 'Decline a booking that waits, also your own',
    errors: DECISION_ERRORS,
  }),
};
