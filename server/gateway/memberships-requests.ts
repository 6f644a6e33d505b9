/** Socket.IO requests about memberships of the club of the room's creator. */
import { AppError } from '../protocol/errors.ts';
import type { MembershipRequestName } from '../protocol/memberships.ts';
import type { GatewayContext } from './context.ts';
import type { Handlers } from './pipeline.ts';

export function membershipHandlers({ money, rooms }: GatewayContext): Pick<Handlers, MembershipRequestName> {
  return {
    'memberships:tiers': {
      from: 'lobby',
      limit: 'default',
      handle: async ({ roomId }) => {
        const room = await rooms.getRoom(roomId);
        return { tiers: await rooms.clubs.listTiers(room.creator.identity) };
      },
    },
    'memberships:list': {
      from: 'lobby',
      limit: 'default',
      handle: async ({ participant }) => ({ memberships: await money.memberships.list(participant.identity) }),
    },
    'memberships:join': {
      from: 'lobby',
      limit: 'money',
      handle: ({ participant: { identity, name, role } }, input) => {
        if (role !== 'fan') throw new AppError('already_entitled');
        return money.memberships.join({ identity, name, ...input });
      },
    },
    'memberships:cancel': {
      from: 'lobby',
      limit: 'money',
      handle: ({ participant }, { membership }) => money.memberships.cancel(participant.identity, membership),
    },
    'memberships:resume': {
      from: 'lobby',
      limit: 'money',
      handle: ({ participant }, { membership }) => money.memberships.resume(participant.identity, membership),
    },
    'memberships:changeTier': {
      from: 'lobby',
      limit: 'money',
      handle: ({ participant }, { membership, tier }) =>
        money.memberships.changeTier(participant.identity, membership, tier),
    },
  };
}
