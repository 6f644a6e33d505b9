/** Socket requests about what goes with tips: the menu, the shared goal, the leaderboard. */
import { AppError } from '../protocol/errors.ts';
import type { Connection } from './connection.ts';
import type { GatewayContext } from './context.ts';
import type { Handlers } from './pipeline.ts';

export type TippingRequest = 'money:leaderboard' | 'money:setGoal' | 'money:clearGoal' | 'money:setTipMenu';

export function tippingHandlers({ money, rooms }: GatewayContext): Pick<Handlers, TippingRequest> {
  /** The creator's own room, while there is still somebody to tip in it. */
  const assertCreator = async ({ participant, roomId }: Connection): Promise<void> => {
    if (participant.role !== 'creator') throw new AppError('forbidden');
    if ((await rooms.getRoom(roomId)).status === 'ended') throw new AppError('room_ended');
  };
  return {
    'money:leaderboard': {
      from: 'inside',
      limit: 'default',
      handle: ({ roomId }, { limit }) => money.getLeaderboard(roomId, limit),
    },
    'money:setGoal': {
      from: 'inside',
      limit: 'money',
      handle: async (connection, input) => {
        await assertCreator(connection);
        return { goal: await money.setGoal(connection.roomId, input) };
      },
    },
    'money:clearGoal': {
      from: 'inside',
      limit: 'money',
      handle: async (connection) => {
        await assertCreator(connection);
        await money.clearGoal(connection.roomId);
        return {};
      },
    },
    'money:setTipMenu': {
      from: 'inside',
      limit: 'money',
      handle: async (connection, { items }) => {
        await assertCreator(connection);
        return money.setTipMenu(connection.roomId, items);
      },
    },
  };
}
