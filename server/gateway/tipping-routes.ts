/** The participant API for what goes with tips: the menu, the shared goal, the leaderboard. */
import type { TokenClaims } from '../protocol/accounts.ts';
import { AppError } from '../protocol/errors.ts';
import type { RoomId } from '../protocol/ids.ts';
import {
  goalAnswer,
  goalInput,
  leaderboard,
  leaderboardInput,
  tipMenu,
  tipMenuInput,
  tippingState,
} from '../protocol/tipping.ts';
import type { HttpContext } from './http-context.ts';
import { defineRoute, type Route } from './http-route.ts';
import { admitCaller, assertInside, REFUSAL_OF_STATE } from './money-routes.ts';

const READ_ERRORS = ['forbidden', ...Object.values(REFUSAL_OF_STATE), 'access_removed', 'room_ended'] as const;
const WRITE_ERRORS = ['forbidden', 'room_ended'] as const;

export function tippingRoutes(context: HttpContext): Route[] {
  return [...readingRoutes(context), ...settingRoutes(context)];
}

function readingRoutes(context: HttpContext): Route[] {
  const { money } = context;
  return [
    defineRoute({
      name: 'getTipping',
      method: 'get',
      path: '/v1/rooms/:id/tipping',
      auth: 'participant',
      limit: 'participant',
      answer: tippingState,
      summary: 'Get the tip menu and the shared goal of the room',
      errors: READ_ERRORS,
      handler: async ({ caller, params }) => {
        await assertReader(context, caller, params.id);
        return money.getTipping(params.id);
      },
    }),
    defineRoute({
      name: 'getLeaderboard',
      method: 'get',
      path: '/v1/rooms/:id/leaderboard',
      auth: 'participant',
      limit: 'participant',
      input: leaderboardInput,
      answer: leaderboard,
      summary: 'List who has tipped most in the room',
      description: 'Refunded tips do not count.',
      errors: READ_ERRORS,
      handler: async ({ caller, params, input }) => {
        await assertReader(context, caller, params.id);
        return money.getLeaderboard(params.id, input.limit);
      },
    }),
  ];
}

function settingRoutes(context: HttpContext): Route[] {
  const { money } = context;
  return [
    defineRoute({
      name: 'setGoal',
      method: 'post',
      path: '/v1/rooms/:id/goal',
      auth: 'participant',
      limit: 'money',
      input: goalInput,
      example: { title: 'An encore', targetMinor: 10_000 },
      answer: goalAnswer,
      summary: 'Set the shared goal of the room',
      description: 'For the creator. Tips count towards it from now on; a goal that was open gives way.',
      errors: WRITE_ERRORS,
      handler: async ({ caller, params, input }) => {
        await assertCreator(context, caller, params.id);
        return { goal: await money.setGoal(params.id, input) };
      },
    }),
    defineRoute({
      name: 'clearGoal',
      method: 'post',
      path: '/v1/rooms/:id/goal/clear',
      auth: 'participant',
      limit: 'money',
      answer: goalAnswer,
      summary: 'Take the shared goal away',
      description: 'For the creator.',
      errors: WRITE_ERRORS,
      handler: async ({ caller, params }) => {
        await assertCreator(context, caller, params.id);
        await money.clearGoal(params.id);
        return { goal: null };
      },
    }),
    defineRoute({
      name: 'setTipMenu',
      method: 'post',
      path: '/v1/rooms/:id/tip-menu',
      auth: 'participant',
      limit: 'money',
      input: tipMenuInput,
      example: { items: [{ id: 'song', label: 'Choose the next song', amountMinor: 500 }] },
      answer: tipMenu,
      summary: 'Set the tip menu of the room',
      description: 'For the creator. The list replaces the one before; an empty one takes the menu away.',
      errors: [...WRITE_ERRORS, 'menu_item_duplicate'],
      handler: async ({ caller, params, input }) => {
        await assertCreator(context, caller, params.id);
        return money.setTipMenu(params.id, input.items);
      },
    }),
  ];
}

async function assertReader(context: HttpContext, caller: TokenClaims, id: RoomId): Promise<void> {
  assertInside((await admitCaller(context, caller, id)).access);
}

async function assertCreator({ rooms }: HttpContext, caller: TokenClaims, id: RoomId): Promise<void> {
  if (caller.room !== id) throw new AppError('forbidden', 'This token is for another room.');
  const room = await rooms.getRoom(id);
  if (caller.role !== 'creator' || caller.sub !== room.creator.identity) throw new AppError('forbidden');
  if (room.status === 'ended') throw new AppError('room_ended');
}
