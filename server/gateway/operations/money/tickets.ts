/** Quotes and tickets, for people in the lobby of a room. */
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
    run: async ({ money, rooms, charter, config }, { room, caller: { identity }, input, locale }) => ({
      ...(await money.quotes.quote({ room: await rooms.getRoom(room), identity, locale, ...input })),
      charterUrl: (await charter.isInForce()) ? `${config.publicUrl}/charter` : null,
    }),
  }),
  operation({
    name: 'getRoomSummary',
    http: 'GET /v1/rooms/:id/summary',
    by: ['participant'],
    socket: 'money:summary',
    from: 'lobby',
    summary: 'Get what a room came to',
    description: 'How long it was live, what the caller paid in it, and what of it goes back. Also after its end.',
    run: async ({ money, rooms }, { room, caller }) => money.summaries.of(await rooms.getRoom(room), caller.identity),
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
      'From the wallet, returns the ticket. By card, returns a `checkoutUrl` to redirect the person to. A person who holds a ticket already gets the same one without another charge.',
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
      'provider_unavailable',
    ],
    run: async ({ money, rooms }, { room, caller: { identity, name, role }, input, locale }) =>
      money.tickets.buy({ room: await rooms.getRoom(room), identity, name, role, locale, ...input }),
  }),
];
