/** Tips, the tip menu, the goal, the leaderboard, and the earnings of a room. */

import { z } from 'zod';
import { cardTipInput, checkout, earnings, tipAnswer, tipInput } from '../../money/money.ts';
import {
  goal,
  goalAnswer,
  goalInput,
  leaderboard,
  leaderboardInput,
  tipMenu,
  tipMenuInput,
  tippingState,
  tipRequest,
  tipRequestInput,
  tipRequestList,
  tipRequestOutcome,
} from '../../money/tipping.ts';
import { operation, socketOperation } from '../contract.ts';

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

export const tipContract = {
  tip: operation({
    ...INSIDE,
    http: 'POST /v1/rooms/:id/tips',
    socket: 'money:tip',
    right: 'tip',
    limit: 'money',
    input: tipInput,
    example: { amountMinor: 300, message: 'Bravo!', idempotencyKey: 'tip-2f0c9a51' },
    answer: tipAnswer,
    status: 201,
    summary: 'Tip the creator',
    description:
      'From the wallet, by a person with access to the room. A repeated request with the same `idempotencyKey` returns the same tip without another charge.',
    errors: [...TIP_ERRORS, 'insufficient_funds', 'wallet_off'],
  }),
  tipByCard: operation({
    ...INSIDE,
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
    errors: [...TIP_ERRORS, 'checkout_limit', 'card_payments_held', 'provider_unavailable'],
  }),
  getTipping: operation({
    ...INSIDE,
    http: 'GET /v1/rooms/:id/tipping',
    answer: tippingState,
    summary: 'Get the tip menu and the shared goal of the room',
  }),
  getLeaderboard: operation({
    ...INSIDE,
    http: 'GET /v1/rooms/:id/leaderboard',
    socket: 'money:leaderboard',
    input: leaderboardInput,
    answer: leaderboard,
    summary: 'Get the leaderboard of the room',
    description: 'What went back, is disputed or was lost in a dispute does not count.',
  }),
  setGoal: operation({
    ...CREATOR,
    http: 'POST /v1/rooms/:id/goal',
    socket: 'money:setGoal',
    input: goalInput,
    example: { title: 'An encore', targetMinor: 10_000 },
    answer: z.object({ goal }),
    summary: 'Set the shared goal of the room',
    description: 'For the creator. Tips count from now on; it replaces an open goal.',
  }),
  clearGoal: operation({
    ...CREATOR,
    http: 'POST /v1/rooms/:id/goal/clear',
    socket: 'money:clearGoal',
    answer: goalAnswer,
    summary: 'Clear the shared goal of the room',
    description: 'For the creator.',
  }),
  setTipMenu: operation({
    ...CREATOR,
    http: 'POST /v1/rooms/:id/tip-menu',
    socket: 'money:setTipMenu',
    input: tipMenuInput,
    example: { items: [{ id: 'song', label: 'Choose the next song', amountMinor: 500 }] },
    answer: tipMenu,
    summary: 'Set the tip menu of the room',
    description: 'For the creator. Replaces the previous menu; an empty list removes it.',
    errors: ['menu_item_duplicate'],
  }),
  listTipRequests: operation({
    ...AFTER_THE_END,
    http: 'GET /v1/rooms/:id/tip-requests',
    socket: 'money:requests',
    answer: tipRequestList,
    summary: 'List the open requests of the room',
    description:
      'For the creator, also after the end of the room. A tip for an item of the menu is a request; oldest first.',
  }),
  settleTipRequest: operation({
    ...AFTER_THE_END,
    http: 'POST /v1/rooms/:id/tip-requests/:tip',
    socket: 'money:settleRequest',
    limit: 'money',
    input: tipRequestOutcome,
    example: { outcome: 'done' },
    answer: tipRequest,
    socketInput: tipRequestInput,
    summary: 'Say that a request is done, or pay it back',
    description:
      'For the creator, also after the end of the room. `undone` refunds the tip, for 30 days and while it was not paid out. Repeated calls answer how the request stands.',
    errors: ['tip_request_not_found', 'request_undo_closed', 'not_refundable', 'provider_unavailable'],
  }),
  'money:earnings': socketOperation({
    from: 'inside',
    role: 'creator',
    answer: earnings,
    summary: 'Get what the room has earned so far',
  }),
};
