/** The participant API for wallet, tickets and tips, and the server API for refunds. */
import { z } from 'zod';
import { permissionsOf } from '../accounts/tokens.ts';
import type { Participant, TokenClaims } from '../protocol/accounts.ts';
import { AppError, type ErrorCode } from '../protocol/errors.ts';
import type { RoomId } from '../protocol/ids.ts';
import {
  cardList,
  checkout,
  refund,
  refundInput,
  ticket,
  ticketInput,
  tip,
  tipInput,
  topupAnswer,
  topupInput,
  wallet,
} from '../protocol/money.ts';
import type { Access } from '../protocol/rooms.ts';
import type { Admission } from '../rooms/rooms.ts';
import type { HttpContext } from './http-context.ts';
import { defineRoute, type Route } from './http-route.ts';
import { TOPUP_ERRORS, topUp } from './topups.ts';

export const ticketOrCheckout = z.union([ticket, checkout]);
/** The tip itself, and what is left in the wallet. */
export const tipAnswer = tip.extend({ wallet });

export const TIP_ERRORS = [
  'forbidden',
  'tip_not_allowed',
  'access_required',
  'room_ended',
  'access_removed',
  'amount_invalid',
  'amount_too_small',
  'amount_too_large',
  'menu_item_not_found',
  'menu_price_mismatch',
  'idempotency_conflict',
] as const;
const PROVIDER_ERRORS = ['provider_unavailable'] as const;

export function moneyRoutes(context: HttpContext): Route[] {
  return [...walletRoutes(context), ...roomMoneyRoutes(context), refundRoute(context)];
}

function walletRoutes({ money }: HttpContext): Route[] {
  return [
    defineRoute({
      name: 'getWallet',
      method: 'get',
      path: '/v1/wallet',
      auth: 'participant',
      limit: 'participant',
      answer: wallet,
      summary: "Get the participant's wallet",
      handler: ({ caller }) => money.getWallet(caller.sub),
    }),
    defineRoute({
      name: 'createTopup',
      method: 'post',
      path: '/v1/wallet/topups',
      auth: 'participant',
      limit: 'money',
      input: topupInput,
      example: { amountMinor: 2_000, returnUrl: 'https://club.example/wallet' },
      answer: topupAnswer,
      status: 201,
      summary: 'Top up the wallet by card',
      description:
        'Send the person to `checkoutUrl`. The credit arrives when the payment provider confirms the payment. With a saved `card` and an `idempotencyKey` it is charged at once (`status: "succeeded"`), unless the bank asks the person first (`"requires_action"`): send them to `actionUrl`. The same key never charges twice.',
      errors: TOPUP_ERRORS,
      handler: ({ caller, input, locale }) =>
        topUp(money, { identity: caller.sub, name: caller.name }, { locale, ...input }),
    }),
    defineRoute({
      name: 'listCards',
      method: 'get',
      path: '/v1/wallet/cards',
      auth: 'participant',
      limit: 'participant',
      answer: cardList,
      summary: 'List the saved cards',
      description: 'A card is saved on the payment page, by whoever ticks the box there.',
      errors: PROVIDER_ERRORS,
      handler: async ({ caller }) => ({ cards: await money.cards.list(caller.sub) }),
    }),
    defineRoute({
      name: 'removeCard',
      method: 'delete',
      path: '/v1/wallet/cards/:card',
      auth: 'participant',
      limit: 'money',
      answer: cardList,
      summary: 'Remove a saved card',
      errors: ['card_not_found', ...PROVIDER_ERRORS],
      handler: async ({ caller, params }) => ({ cards: await money.cards.remove(caller.sub, params.card) }),
    }),
  ];
}

function roomMoneyRoutes(context: HttpContext): Route[] {
  const { money } = context;
  return [
    defineRoute({
      name: 'buyTicket',
      method: 'post',
      path: '/v1/rooms/:id/tickets',
      auth: 'participant',
      limit: 'money',
      input: ticketInput,
      example: { from: 'wallet' },
      answer: ticketOrCheckout,
      status: 201,
      summary: 'Buy a ticket',
      description:
        'From the wallet, this answers the ticket. By card, it answers a `checkoutUrl` to send the person to. Who holds a ticket already gets the same one and is not charged again.',
      errors: [
        'forbidden',
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
        ...PROVIDER_ERRORS,
      ],
      handler: async ({ caller, params, input, locale }) => {
        const { room, role } = await admitCaller(context, caller, params.id);
        if (role !== 'fan') throw new AppError('nothing_to_buy');
        const bought = await money.buyTicket({ room, identity: caller.sub, name: caller.name, locale, ...input });
        return 'ticket' in bought ? bought.ticket : bought;
      },
    }),
    defineRoute({
      name: 'tip',
      method: 'post',
      path: '/v1/rooms/:id/tips',
      auth: 'participant',
      limit: 'money',
      input: tipInput,
      example: { amountMinor: 300, message: 'Bravo!', idempotencyKey: 'tip-2f0c9a51' },
      answer: tipAnswer,
      status: 201,
      summary: 'Tip the creator',
      description:
        'From the wallet, by somebody who is let into the room. The same `idempotencyKey` with the same request answers the same tip and charges nothing.',
      errors: [...TIP_ERRORS, 'insufficient_funds', 'wallet_off'],
      handler: async ({ caller, params, input }) => {
        const admission = await admitCaller(context, caller, params.id);
        const from = assertMayTip(caller, admission);
        const receipt = await money.tip({ room: admission.room, from, input });
        return { ...receipt.tip, wallet: receipt.wallet };
      },
    }),
  ];
}

function refundRoute({ money }: HttpContext): Route {
  return defineRoute({
    name: 'createRefund',
    method: 'post',
    path: '/v1/refunds',
    auth: 'server',
    scope: 'money',
    limit: 'server',
    input: refundInput,
    example: { ticket: 'ticket_9aYx3mPq7LdR2vKe5tWz', reason: 'The concert was cut short' },
    answer: refund,
    status: 201,
    summary: 'Refund a payment, whole or in part',
    description:
      'Name exactly one of `ticket`, `tip`, `topup`, `membership` and `privateSession`; a payment can be given back in part once, and then the rest; a top-up in as many parts as there are keys (`idempotencyKey`). Access that it gave ends at once when all of it goes back. Money goes back to where it came from; what goes to a card is `pending` until the payment provider confirms it.',
    errors: [
      'payment_not_found',
      'not_refundable',
      'already_refunded',
      'amount_too_large',
      'idempotency_conflict',
      ...PROVIDER_ERRORS,
    ],
    handler: ({ input, caller }) => money.desk.refund(input, caller.apiKey),
  });
}

/** The room of the path and how its holder stands there, when the token is for it; what the token says of them is taken in first. */
export async function admitCaller(
  { rooms }: Pick<HttpContext, 'rooms'>,
  caller: TokenClaims,
  id: RoomId,
): Promise<Admission> {
  if (caller.room !== id) throw new AppError('forbidden', 'This token is for another room.');
  return rooms.admit(caller);
}

/** Who tips, when they may: the token gives the right, and they are let into the room. */
export function assertMayTip(caller: TokenClaims, { access, role }: Admission): Participant {
  if (!permissionsOf({ role, can: caller.can }).tip) throw new AppError('tip_not_allowed');
  assertInside(access);
  return { identity: caller.sub, name: caller.name, role };
}

export const REFUSAL_OF_STATE = { required: 'access_required', refused: 'forbidden' } as const satisfies Record<
  Exclude<Access['state'], 'granted'>,
  ErrorCode
>;

export function assertInside(access: Access): void {
  if (access.state === 'granted') return;
  if (access.reason === 'removed') throw new AppError('access_removed');
  if (access.reason === 'room_ended') throw new AppError('room_ended');
  throw new AppError(REFUSAL_OF_STATE[access.state]);
}
