import { membershipContract } from '../../../protocol/operations/money/memberships.ts';
import { implement } from '../operation.ts';

export const membershipOperations = implement(membershipContract, {
  createTier: ({ rooms }, { params, input }) => rooms.clubs.createTier(params.identity, input),
  listTiers: async ({ rooms }, { params }) => ({ tiers: await rooms.clubs.listTiers(params.identity) }),
  retireTier: ({ rooms }, { params }) => rooms.clubs.retireTier(params.identity, params.tier),
  listRoomTiers: async ({ rooms }, { room }) => ({ tiers: await rooms.clubs.listTiers(await rooms.creatorOf(room)) }),
  listOwnTiers: async ({ rooms }, { caller }) => ({ tiers: await rooms.clubs.listTiers(caller.identity) }),
  createOwnTier: ({ rooms }, { caller, input }) => rooms.clubs.createTier(caller.identity, input),
  joinMembership: async ({ money, rooms }, { room, caller: { identity, name, role }, input, locale }) =>
    money.memberships.join({ club: await rooms.creatorOf(room), identity, name, role, locale, ...input }),
  listMemberships: async ({ accounts, money }, { caller }) => {
    const own = await money.memberships.list(caller.identity);
    const creators = await Promise.all(own.map(({ creator }) => accounts.getCreator(creator)));
    return { memberships: own.map((it, index) => ({ ...it, creatorName: creators[index]?.name ?? it.creator })) };
  },
  cancelMembership: ({ money }, { caller, params }) => money.memberships.cancel(caller.identity, params.membership),
  resumeMembership: ({ money }, { caller, params }) => money.memberships.resume(caller.identity, params.membership),
  openMembershipCardPage: ({ money }, { caller, params, input, locale }) =>
    money.memberships.openPortal(caller.identity, params.membership, { locale, ...input }),
  changeMembership: ({ money }, { caller, params, input }) =>
    money.memberships.changeTier(caller.identity, params.membership, input.tier),
});
