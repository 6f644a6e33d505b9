/** Socket.IO requests about memberships of the club of the room's creator. */
import type { Participant } from '../protocol/accounts.ts';
import { AppError } from '../protocol/errors.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { MembershipInput, MembershipRequestName } from '../protocol/memberships.ts';
import type { GatewayContext } from './context.ts';
import type { Locale } from './http-route.ts';
import type { Handlers } from './pipeline.ts';

/** A room's token buys into the club of the room's creator, and into no other. */
export async function joinClub(
  { money, rooms }: Pick<GatewayContext, 'money' | 'rooms'>,
  request: { room: RoomId; participant: Participant; input: MembershipInput; locale?: Locale | undefined },
): Promise<{ checkoutUrl: string }> {
  const { room, input, locale } = request;
  const { identity, name, role } = request.participant;
  if (role !== 'fan') throw new AppError('already_entitled');
  await rooms.clubs.getTierOf(await rooms.creatorOf(room), input.tier);
  return money.memberships.join({ identity, name, locale, ...input });
}

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
      handle: ({ roomId, participant }, input) => joinClub({ money, rooms }, { room: roomId, participant, input }),
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
