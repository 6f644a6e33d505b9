import type { TipId } from '../../../protocol/ids.ts';
import { tipContract } from '../../../protocol/operations/money/tips.ts';
import { implement } from '../operation.ts';

export const tipOperations = implement(tipContract, {
  tip: async ({ money, rooms }, { room, caller: from, input }) => {
    const { tip, wallet } = await money.tips.send({ room: await rooms.getRoom(room), from, input });
    return { ...tip, wallet };
  },
  tipByCard: async ({ money, rooms }, { room, caller: from, input, locale: preferred }) => {
    const { returnUrl, locale = preferred, ...tip } = input;
    return money.cardTips.open({ room: await rooms.getRoom(room), from, input: tip, returnUrl, locale });
  },
  getTipping: ({ money }, { room }) => money.tipping.get(room),
  getLeaderboard: ({ money }, { room, input }) => money.tipping.getLeaderboard(room, input.limit),
  setGoal: async ({ money }, { room, input }) => ({ goal: await money.tipping.setGoal(room, input) }),
  clearGoal: async ({ money }, { room }) => {
    await money.tipping.clearGoal(room);
    return { goal: null };
  },
  setTipMenu: ({ money }, { room, input }) => money.tipping.setMenu(room, input.items),
  listTipRequests: ({ money }, { room }) => money.tipRequests.list(room),
  settleTipRequest: ({ money }, { room, caller, params: { tip }, input: { outcome } }) =>
    money.tipRequests.settle({ room, tip: tip as TipId, outcome, by: caller.identity }),
  'money:earnings': ({ money }, { room }) => money.earnings.ofRoom(room),
});
