/** Creators' public pages, and who follows them. */

import {
  type CreatorProfile,
  creatorProfile,
  followedList,
  followerCount,
  followState,
} from '../../../protocol/accounts/profiles.ts';
import { AppError } from '../../../protocol/errors.ts';
import type { Room } from '../../../protocol/rooms.ts';
import type { HttpContext } from '../../context.ts';
import { operation } from '../operation.ts';
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

const BY_PERSON = { by: ['person'] } as const;

const personOperations = [
  operation({
    name: 'getCreatorProfile',
    http: 'GET /v1/profiles/:handle',
    by: ['visitor'],
    answer: creatorProfile,
    summary: "Get a creator's page",
    description:
      'Of an embedder’s creators there are none. An earlier handle of the creator works while it rests; the answer has the current one.',
    errors: ['not_found'],
    run: async (domains, { params, caller }) => {
      const found = await findProfile(domains, params.handle, caller?.identity);
      if (!found) throw new AppError('not_found');
      return { ...found, ...(await viewsOf(domains, found.rooms)) };
    },
  }),
  operation({
    ...BY_PERSON,
    name: 'followCreator',
    http: 'PUT /v1/me/follows/:creator',
    answer: followState,
    summary: 'Follow a creator',
    description: 'Creators see how many follow them, not who.',
    errors: ['creator_not_found', 'forbidden', 'access_removed'],
    run: async ({ rooms }, { caller, params }) => {
      await rooms.followers.follow({ creator: params.creator, follower: caller.identity });
      return { isFollowing: true };
    },
  }),
  operation({
    ...BY_PERSON,
    name: 'unfollowCreator',
    http: 'DELETE /v1/me/follows/:creator',
    answer: followState,
    summary: 'Follow a creator no longer',
    run: async ({ rooms }, { caller, params }) => {
      await rooms.followers.unfollow({ creator: params.creator, follower: caller.identity });
      return { isFollowing: false };
    },
  }),
  operation({
    ...BY_PERSON,
    name: 'getFollow',
    http: 'GET /v1/me/follows/:creator',
    answer: followState,
    summary: 'Whether you follow a creator',
    run: async ({ rooms }, { caller, params }) => ({
      isFollowing: await rooms.followers.isFollowing({ creator: params.creator, follower: caller.identity }),
    }),
  }),
  operation({
    ...BY_PERSON,
    name: 'listFollows',
    http: 'GET /v1/me/follows',
    answer: followedList,
    summary: 'List the creators whom you follow',
    run: async ({ people, rooms }, { caller }) => ({
      creators: await people.findCreatorCards(await rooms.followers.listFollowed(caller.identity)),
    }),
  }),
];

const BY_SERVER = { by: ['server:rooms'] } as const;

const serverOperations = [
  operation({
    ...BY_SERVER,
    name: 'addFollower',
    http: 'PUT /v1/creators/:creator/followers/:identity',
    answer: followState,
    summary: 'Let one of your people follow a creator',
    description: 'Repeated calls have no further effect. You get `follower.added`.',
    errors: ['creator_not_found', 'forbidden', 'access_removed'],
    run: async ({ rooms }, { params }) => {
      await rooms.followers.follow({ creator: params.creator, follower: parseIdentity(params.identity) });
      return { isFollowing: true };
    },
  }),
  operation({
    ...BY_SERVER,
    name: 'removeFollower',
    http: 'DELETE /v1/creators/:creator/followers/:identity',
    answer: followState,
    summary: 'Let one of your people follow a creator no longer',
    description: 'Repeated calls have no further effect. You get `follower.removed`.',
    run: async ({ rooms }, { params }) => {
      await rooms.followers.unfollow({ creator: params.creator, follower: parseIdentity(params.identity) });
      return { isFollowing: false };
    },
  }),
  operation({
    ...BY_SERVER,
    name: 'countFollowers',
    http: 'GET /v1/creators/:creator/followers',
    answer: followerCount,
    summary: 'Count the followers of a creator',
    run: async ({ rooms }, { params }) => ({ count: await rooms.followers.count(params.creator) }),
  }),
];

export const profileOperations = [...personOperations, ...serverOperations];
