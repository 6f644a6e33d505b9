/** What somebody at the door of a room asks: what it costs, and a ticket. */
import { ticketInput, ticketOrCheckout } from '../../../protocol/money/money.ts';
import { quote, quoteQuery } from '../../../protocol/money/pricing.ts';
import { operation } from '../operation.ts';

export const ticketOperations = [
  operation({
    name: 'getQuote',
    http: 'GET /v1/rooms/:id/quote',
    by: ['participant'],
    socket: 'money:quote',
    from: 'lobby',
    input: quoteQuery,
    answer: quote,
    summary: 'The receipt before paying',
    description:
      'Who gets what of the ticket, of a tip of `amountMinor`, or of so many `minutes` of a private session: the parts sum to the gross exactly. For a ticket it carries the text of the waiver to accept, and how many tickets are left.',
    errors: [
      'nothing_to_buy',
      'private_not_offered',
      'wallet_off',
      'room_ended',
      'amount_invalid',
      'amount_too_small',
      'amount_too_large',
      'association_not_found',
    ],
    run: async ({ money, rooms }, { room, caller: { identity }, input, locale }) =>
      money.quotes.quote({ room: await rooms.getRoom(room), identity, locale, ...input }),
  }),
  operation({
    name: 'buyTicket',
    http: 'POST /v1/rooms/:id/tickets',
    by: ['participant'],
    socket: 'money:buyTicket',
    from: 'lobby',
    limit: 'money',
    input: ticketInput,
    example: { from: 'wallet' },
    answer: ticketOrCheckout,
    body: (bought) => ('ticket' in bought ? bought.ticket : bought),
    status: 201,
    summary: 'Buy a ticket',
    description:
      'From the wallet, this answers the ticket. By card, it answers a `checkoutUrl` to send the person to. Who holds a ticket already gets the same one and is not charged again.',
    errors: [
      'nothing_to_buy',
      'already_entitled',
      'room_ended',
      'access_removed',
      'insufficient_funds',
      'amount_invalid',
      'sold_out',
      'wallet_off',
      'waiver_invalid',
      'association_not_found',
      'checkout_limit',
      'provider_unavailable',
    ],
    run: async ({ money, rooms }, { room, caller: { identity, name, role }, input, locale }) =>
      money.tickets.buy({ room: await rooms.getRoom(room), identity, name, role, locale, ...input }),
  }),
];
