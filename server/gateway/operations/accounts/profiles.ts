import type { CreatorProfile } from '../../../protocol/accounts/profiles.ts';
import { AppError } from '../../../protocol/errors.ts';
import { profileContract } from '../../../protocol/operations/accounts/profiles.ts';
import type { Room } from '../../../protocol/rooms.ts';
import type { HttpContext } from '../../context.ts';
import { implement } from '../operation.ts';
import { parseIdentity } from '../params.ts';
import { viewsOf } from '../rooms.ts';

/** Undefined if nobody has the handle, or who has it is no creator. */
export async function findProfile(
  { people, pictures, rooms }: Pick<HttpContext, 'people' | 'pictures' | 'rooms'>,
  asked: string,
  caller: string | undefined,
): Promise<(Omit<CreatorProfile, 'rooms'> & { rooms: Room[] }) | undefined> {
  const person = await people.findCreator(asked);
  if (!person) return undefined;
  const { identity } = person;
  const [picture, listed, tiers, isFollowing] = await Promise.all([
    pictures.find({ use: 'portrait', subject: identity }),
    rooms.listPublicRooms(identity),
    rooms.clubs.listTiers(identity),
    caller === undefined ? null : rooms.followers.isFollowing({ creator: identity, follower: caller }),
  ]);
  return { ...person, picture, rooms: listed, tiers, isFollowing };
}

export const profileOperations = implement(profileContract, {
  getCreatorProfile: async (domains, { params, caller }) => {
    const found = await findProfile(domains, params.handle, caller?.identity);
    if (!found) throw new AppError('not_found');
    return { ...found, ...(await viewsOf(domains, found.rooms)) };
  },
  followCreator: async ({ rooms }, { caller, params }) => {
    await rooms.followers.follow({ creator: params.creator, follower: caller.identity });
    return { isFollowing: true };
  },
  unfollowCreator: async ({ rooms }, { caller, params }) => {
    await rooms.followers.unfollow({ creator: params.creator, follower: caller.identity });
    return { isFollowing: false };
  },
  getFollow: async ({ rooms }, { caller, params }) => ({
    isFollowing: await rooms.followers.isFollowing({ creator: params.creator, follower: caller.identity }),
  }),
  listFollows: async ({ people, rooms }, { caller }) => ({
    creators: await people.findCards(await rooms.followers.listFollowed(caller.identity)),
  }),
  addFollower: async ({ rooms }, { params }) => {
    await rooms.followers.follow({ creator: params.creator, follower: parseIdentity(params.identity) });
    return { isFollowing: true };
  },
  removeFollower: async ({ rooms }, { params }) => {
    await rooms.followers.unfollow({ creator: params.creator, follower: parseIdentity(params.identity) });
    return { isFollowing: false };
  },
  countFollowers: async ({ rooms }, { params }) => ({ count: await rooms.followers.count(params.creator) }),
});
