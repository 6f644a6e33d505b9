/** Tips, the tip menu, the goal, the leaderboard, and the earnings of a room. */
import type { TipId } from '../../../protocol/ids.ts';
import { cardTipInput, checkout, tipAnswer, tipInput } from '../../../protocol/money/money.ts';
import {
  goalAnswer,
  goalInput,
  leaderboard,
  leaderboardInput,
  tipMenu,
  tipMenuInput,
  tippingState,
  tipRequest,
  tipRequestOutcome,
} from '../../../protocol/money/tipping.ts';
import { operation, socketOperation } from '../operation.ts';

const TIP_ERRORS = [
  'room_ended',
  'amount_invalid',
  'amount_too_small',
  'amount_too_large',
  'menu_item_not_found',
  'menu_price_mismatch',
  'idempotency_conflict',
] as const;

const INSIDE = { by: ['participant'], from: 'inside' } as const;
/** What was asked for stays when the room has ended. */
const AFTER_THE_END = { by: ['participant'], from: 'lobby', role: 'creator' } as const;
const CREATOR = { ...INSIDE, role: 'creator', limit: 'money' } as const;

const givingOperations = [
  operation({
    ...INSIDE,
    name: 'tip',
    http: 'POST /v1/rooms/:id/tips',
    socket: 'money:tip',
    right: 'tip',
    limit: 'money',
    input: tipInput,
    example: { amountMinor: 300, message: 'Bravo!', idempotencyKey: 'tip-2f0c9a51' },
    answer: tipAnswer,
    body: ({ tip, wallet }) => ({ ...tip, wallet }),
    status: 201,
    summary: 'Tip the creator',
    description:
      'From the wallet, by a person with access to the room. A repeated request with the same `idempotencyKey` returns the same tip without another charge.',
    errors: [...TIP_ERRORS, 'insufficient_funds', 'wallet_off'],
    run: async ({ money, rooms }, { room, caller: from, input }) =>
      money.tips.send({ room: await rooms.getRoom(room), from, input }),
  }),
  operation({
    ...INSIDE,
    name: 'tipByCard',
    http: 'POST /v1/rooms/:id/tips/card',
    socket: 'money:tipByCard',
    right: 'tip',
    limit: 'money',
    input: cardTipInput,
    example: { amountMinor: 1_000, message: 'Bravo!', idempotencyKey: 'tip-7d1b44e0' },
    answer: checkout,
    status: 201,
    summary: 'Tip by card directly',
    description:
      'Without a wallet, with a higher minimum. Redirect the person to `checkoutUrl`; the tip is shown once it is paid. The same `idempotencyKey` returns the same page.',
    errors: [...TIP_ERRORS, 'checkout_limit', 'provider_unavailable'],
    run: async ({ money, rooms }, { room, caller: from, input, locale: preferred }) => {
      const { returnUrl, locale = preferred, ...tip } = input;
      return money.cardTips.open({ room: await rooms.getRoom(room), from, input: tip, returnUrl, locale });
    },
  }),
];

const goalOperations = [
  operation({
    ...INSIDE,
    name: 'getTipping',
    http: 'GET /v1/rooms/:id/tipping',
    answer: tippingState,
    summary: 'Get the tip menu and the shared goal of the room',
    run: ({ money }, { room }) => money.tipping.get(room),
  }),
  operation({
    ...INSIDE,
    name: 'getLeaderboard',
    http: 'GET /v1/rooms/:id/leaderboard',
    socket: 'money:leaderboard',
    input: leaderboardInput,
    answer: leaderboard,
    summary: 'Get the leaderboard of the room',
    description: 'What went back, is disputed or was lost in a dispute does not count.',
    run: ({ money }, { room, input }) => money.tipping.getLeaderboard(room, input.limit),
  }),
  operation({
    ...CREATOR,
    name: 'setGoal',
    http: 'POST /v1/rooms/:id/goal',
    socket: 'money:setGoal',
    input: goalInput,
    example: { title: 'An encore', targetMinor: 10_000 },
    summary: 'Set the shared goal of the room',
    description: 'For the creator. Tips count from now on; it replaces an open goal.',
    run: async ({ money }, { room, input }) => ({ goal: await money.tipping.setGoal(room, input) }),
  }),
  operation({
    ...CREATOR,
    name: 'clearGoal',
    http: 'POST /v1/rooms/:id/goal/clear',
    socket: 'money:clearGoal',
    answer: goalAnswer,
    summary: 'Clear the shared goal of the room',
    description: 'For the creator.',
    run: async ({ money }, { room }) => {
      await money.tipping.clearGoal(room);
      return { goal: null };
    },
  }),
  operation({
    ...CREATOR,
    name: 'setTipMenu',
    http: 'POST /v1/rooms/:id/tip-menu',
    socket: 'money:setTipMenu',
    input: tipMenuInput,
    example: { items: [{ id: 'song', label: 'Choose the next song', amountMinor: 500 }] },
    answer: tipMenu,
    summary: 'Set the tip menu of the room',
    description: 'For the creator. Replaces the previous menu; an empty list removes it.',
    errors: ['menu_item_duplicate'],
    run: ({ money }, { room, input }) => money.tipping.setMenu(room, input.items),
  }),
  operation({
    ...AFTER_THE_END,
    name: 'listTipRequests',
    http: 'GET /v1/rooms/:id/tip-requests',
    socket: 'money:requests',
    summary: 'List the open requests of the room',
    description:
      'For the creator, also after the end of the room. A tip for an item of the menu is a request; oldest first.',
    run: ({ money }, { room }) => money.tipRequests.list(room),
  }),
  operation({
    ...AFTER_THE_END,
    name: 'settleTipRequest',
    http: 'POST /v1/rooms/:id/tip-requests/:tip',
    socket: 'money:settleRequest',
    limit: 'money',
    input: tipRequestOutcome,
    example: { outcome: 'done' },
    answer: tipRequest,
    summary: 'Say that a request is done, or pay it back',
    description:
      'For the creator, also after the end of the room. `undone` refunds the tip, for 30 days and while it was not paid out. Repeated calls answer how the request stands.',
    errors: ['tip_request_not_found', 'request_undo_closed', 'not_refundable', 'provider_unavailable'],
    run: ({ money }, { room, caller, params: { tip }, input: { outcome } }) =>
      money.tipRequests.settle({ room, tip: tip as TipId, outcome, by: caller.identity }),
  }),
  socketOperation({
    socket: 'money:earnings',
    from: 'inside',
    role: 'creator',
    run: ({ money }, { room }) => money.earnings.ofRoom(room),
  }),
];

export const tipOperations = [...givingOperations, ...goalOperations];
