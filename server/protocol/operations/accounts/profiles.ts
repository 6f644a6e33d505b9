/** Creators' public pages, and who follows them. */

import { creatorProfile, followedList, followerCount, followState } from '../../accounts/profiles.ts';
import { operation } from '../contract.ts';

const BY_PERSON = { by: ['person'] } as const;
const BY_SERVER = { by: ['server:rooms'] } as const;

export const profileContract = {
  getCreatorProfile: operation({
    http: 'GET /v1/profiles/:handle',
    by: ['visitor'],
    answer: creatorProfile,
    summary: "Get a creator's page",
    description:
      'Of an embedder’s creators there are none. An earlier handle of the creator works while it rests; the answer has the current one.',
    errors: ['not_found'],
  }),
  followCreator: operation({
    ...BY_PERSON,
    http: 'PUT /v1/me/follows/:creator',
    answer: followState,
    summary: 'Follow a creator',
    description: 'Creators see how many follow them, not who.',
    errors: ['creator_not_found', 'forbidden', 'access_removed'],
  }),
  unfollowCreator: operation({
    ...BY_PERSON,
    http: 'DELETE /v1/me/follows/:creator',
    answer: followState,
    summary: 'Follow a creator no longer',
  }),
  getFollow: operation({
    ...BY_PERSON,
    http: 'GET /v1/me/follows/:creator',
    answer: followState,
    summary: 'Whether you follow a creator',
  }),
  listFollows: operation({
    ...BY_PERSON,
    http: 'GET /v1/me/follows',
    answer: followedList,
    summary: 'List the creators whom you follow',
  }),
  addFollower: operation({
    ...BY_SERVER,
    http: 'PUT /v1/creators/:creator/followers/:identity',
    answer: followState,
    summary: 'Let one of your people follow a creator',
    description: 'Repeated calls have no further effect. You get `follower.added`.',
    errors: ['creator_not_found', 'forbidden', 'access_removed'],
  }),
  removeFollower: operation({
    ...BY_SERVER,
    http: 'DELETE /v1/creators/:creator/followers/:identity',
    answer: followState,
    summary: 'Let one of your people follow a creator no longer',
    description: 'Repeated calls have no further effect. You get `follower.removed`.',
  }),
  countFollowers: operation({
    ...BY_SERVER,
    http: 'GET /v1/creators/:creator/followers',
    answer: followerCount,
    summary: 'Count the followers of a creator',
  }),
};
