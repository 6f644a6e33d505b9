/** Whom creators keep out of all of their rooms: on the site, in a room, and by an embedder's server. */

import { block, blockList, blockListQuery, block as blockSchema, removalInput } from '../../rooms.ts';
import { operation, socketOperation } from '../contract.ts';

const EFFECT =
  'They are out of all rooms of the creator at once, also of later ones, and no token restores it. They can no longer follow, tip or buy; tickets of lives to come go back, and their membership is not renewed.';
const BY_CREATOR = { by: ['person'], role: 'creator' } as const;
const BY_SERVER = { by: ['server:moderation'] } as const;

export const blockContract = {
  blockFromOwnRooms: operation({
    ...BY_CREATOR,
    http: 'POST /v1/me/blocks',
    input: removalInput,
    example: { identity: 'fan-7', reason: 'Insults in the chat' },
    answer: blockSchema,
    status: 201,
    summary: 'Block a person from all of your rooms',
    description: EFFECT,
    errors: ['participant_not_removable'],
  }),
  listOwnBlocks: operation({
    ...BY_CREATOR,
    http: 'GET /v1/me/blocks',
    input: blockListQuery,
    answer: blockList,
    summary: 'List whom you have blocked',
    description: 'Newest first, 100 at a time.',
  }),
  unblockFromOwnRooms: operation({
    ...BY_CREATOR,
    http: 'DELETE /v1/me/blocks/:identity',
    summary: 'Unblock a person',
    description: 'Removals from single rooms stay. A repeated call has no further effect.',
  }),
  'rooms:block': socketOperation({
    from: 'inside',
    role: 'creator',
    input: removalInput,
    answer: block,
    summary: 'Remove a person from all rooms of the creator',
    description: 'See R4x.',
  }),
  blockParticipant: operation({
    ...BY_SERVER,
    http: 'POST /v1/creators/:creator/blocks',
    input: removalInput,
    example: { identity: 'fan-7', reason: 'Insults in the chat' },
    answer: blockSchema,
    status: 201,
    summary: 'Block a person from all rooms of a creator',
    description: `${EFFECT} You get \`participant.blocked\`.`,
    errors: ['creator_not_found', 'participant_not_removable'],
  }),
  listBlocks: operation({
    ...BY_SERVER,
    http: 'GET /v1/creators/:creator/blocks',
    input: blockListQuery,
    answer: blockList,
    summary: 'List whom a creator has blocked',
    description: 'Newest first, 100 at a time.',
  }),
  unblockParticipant: operation({
    ...BY_SERVER,
    http: 'DELETE /v1/creators/:creator/blocks/:identity',
    summary: 'Unblock a person',
    description: 'Removals from single rooms stay. A repeated call has no further effect.',
  }),
};
