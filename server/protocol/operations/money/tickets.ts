/** Quotes and tickets, for people in the lobby of a room. */

import { roomSummary, ticketInput, ticketOrCheckout } from '../../money/money.ts';
import { quote, quoteInput, quoteQuery } from '../../money/pricing.ts';
import { operation } from '../contract.ts';

export const ticketContract = {
  getQuote: operation({
    http: 'GET /v1/rooms/:id/quote',
    by: ['participant'],
    socket: 'money:quote',
    from: 'lobby',
    input: quoteQuery,
    answer: quote,
    socketInput: quoteInput,
    summary: 'Get a quote',
    description:
      'The split of a ticket, of a tip of `amountMinor`, of `minutes` of a private session, or of a payment for a membership (`tier`); the parts sum to the gross exactly. For a ticket, also the text of the waiver to accept and the number of tickets left. `charterUrl` is the page of the charter, where one is in force.',
    errors: [
      'nothing_to_buy',
      'tier_not_found',
      'private_not_offered',
      'wallet_off',
      'room_ended',
      'amount_invalid',
      'amount_too_small',
      'amount_too_large',
      'association_not_found',
    ],
  }),
  getRoomSummary: operation({
    http: 'GET /v1/rooms/:id/summary',
    by: ['participant'],
    socket: 'money:summary',
    from: 'lobby',
    answer: roomSummary,
    summary: 'Get what a room came to',
    description: 'How long it was live, what the caller paid in it, and what of it goes back. Also after its end.',
  }),
  buyTicket: operation({
    http: 'POST /v1/rooms/:id/tickets',
    by: ['participant'],
    socket: 'money:buyTicket',
    from: 'lobby',
    limit: 'money',
    input: ticketInput,
    example: { from: 'wallet' },
    answer: ticketOrCheckout,
    status: 201,
    summary: 'Buy a ticket',
    description:
      'From the wallet, returns the ticket, and an open socket gets `rooms:accessGranted`. By card, returns a `checkoutUrl` to redirect the person to. A person who holds a ticket already gets the same one without another charge.',
    errors: [
      'nothing_to_buy',
      'already_entitled',
      'room_ended',
      'live_stopped',
      'access_removed',
      'account_suspended',
      'insufficient_funds',
      'amount_invalid',
      'price_changed',
      'sold_out',
      'wallet_off',
      'waiver_invalid',
      'association_not_found',
      'checkout_limit',
      'card_payments_held',
      'provider_unavailable',
    ],
  }),
};
