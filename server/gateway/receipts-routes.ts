/** The participant API for what explains payments: the receipt before paying, history, receipts, withdrawal; and promotional credit. */
import { AppError } from '../protocol/errors.ts';
import type { TicketId } from '../protocol/ids.ts';
import { checkout, refund, tipInput } from '../protocol/money.ts';
import {
  promotion,
  promotionInput,
  quote,
  quoteQuery,
  receipt,
  walletHistory,
  walletHistoryQuery,
  withdrawalInput,
} from '../protocol/pricing.ts';
import type { HttpContext } from './http-context.ts';
import { defineRoute, type Route } from './http-route.ts';
import { admitCaller, assertMayTip, TIP_ERRORS } from './money-routes.ts';

export function receiptsRoutes(context: HttpContext): Route[] {
  return [...beforePaying(context), ...afterPaying(context), promotionRoute(context)];
}

function beforePaying(context: HttpContext): Route[] {
  const { money } = context;
  return [
    defineRoute({
      name: 'getQuote',
      method: 'get',
      path: '/v1/rooms/:id/quote',
      auth: 'participant',
      limit: 'participant',
      input: quoteQuery,
      answer: quote,
      summary: 'The receipt before paying',
      description:
        'Who gets what of the ticket, of a tip of `amountMinor`, or of so many `minutes` of a private session: the parts sum to the gross exactly. For a ticket it carries the text of the waiver to accept, and how many tickets are left.',
      errors: [
        'forbidden',
        'nothing_to_buy',
        'private_not_offered',
        'wallet_off',
        'room_ended',
        'amount_invalid',
        'amount_too_small',
        'amount_too_large',
        'association_not_found',
      ],
      handler: async ({ caller, params, input, locale }) => {
        const { room } = await admitCaller(context, caller, params.id);
        return money.quote({ room, identity: caller.sub, locale, ...input });
      },
    }),
    defineRoute({
      name: 'tipByCard',
      method: 'post',
      path: '/v1/rooms/:id/tips/card',
      auth: 'participant',
      limit: 'money',
      input: tipInput,
      example: { amountMinor: 1_000, message: 'Bravo!', idempotencyKey: 'tip-7d1b44e0' },
      answer: checkout,
      status: 201,
      summary: 'Tip by card directly',
      description:
        'Without a wallet, with a higher minimum. Send the person to `checkoutUrl`; the tip is shown once it is paid. The same `idempotencyKey` answers the same page.',
      errors: [...TIP_ERRORS, 'checkout_limit', 'provider_unavailable'],
      handler: async ({ caller, params, input, locale }) => {
        const admission = await admitCaller(context, caller, params.id);
        const from = assertMayTip(caller, admission);
        return money.tipByCard({ room: admission.room, from, input, locale });
      },
    }),
  ];
}

function afterPaying({ money }: HttpContext): Route[] {
  return [
    defineRoute({
      name: 'getWalletHistory',
      method: 'get',
      path: '/v1/wallet/history',
      auth: 'participant',
      limit: 'participant',
      input: walletHistoryQuery,
      answer: walletHistory,
      summary: 'What came into the wallet and went out of it',
      description: 'The newest first; each id has a receipt. While `next` is not null, give it as `after`.',
      errors: ['cursor_invalid'],
      handler: ({ caller, input }) => money.getWalletHistory(caller.sub, input),
    }),
    defineRoute({
      name: 'getReceipt',
      method: 'get',
      path: '/v1/receipts/:payment',
      auth: 'participant',
      limit: 'participant',
      answer: receipt,
      summary: 'Get a receipt',
      description:
        "Of one's own top-up, ticket, tip, refund or promotional credit: who got what, VAT, the fee policy, and the waiver as it was accepted.",
      errors: ['payment_not_found'],
      handler: ({ caller, params }) => money.getReceipt(params.payment, caller.sub),
    }),
    defineRoute({
      name: 'withdraw',
      method: 'post',
      path: '/v1/withdrawals',
      auth: 'participant',
      limit: 'money',
      input: withdrawalInput,
      example: { ticket: 'ticket_9aYx3mPq7LdR2vKe5tWz' },
      answer: refund,
      status: 201,
      summary: "Give one's ticket back",
      description: 'Possible until the first live of the room begins, for a ticket that was bought without the waiver.',
      errors: ['payment_not_found', 'not_refundable', 'already_refunded', 'provider_unavailable'],
      handler: ({ caller, input }) => {
        if (!input.ticket.startsWith('ticket_')) throw new AppError('payment_not_found');
        return money.withdraw(input.ticket as TicketId, caller.sub);
      },
    }),
  ];
}

function promotionRoute({ money }: HttpContext): Route {
  return defineRoute({
    name: 'createPromotion',
    method: 'post',
    path: '/v1/promotions',
    auth: 'server',
    scope: 'money',
    limit: 'server',
    input: promotionInput,
    example: { identity: 'fan-7', amountMinor: 500, reason: 'Welcome', idempotencyKey: 'welcome-fan-7' },
    answer: promotion,
    status: 201,
    summary: 'Give promotional credit',
    description:
      'It is spent before paid credit, is never sent to a card, and runs out at `expiresAt`. The same `idempotencyKey` gives once.',
    errors: ['time_in_past', 'wallet_off', 'amount_invalid', 'amount_too_large', 'idempotency_conflict'],
    handler: ({ input, caller }) => money.grantPromotion(input, caller.apiKey),
  });
}
