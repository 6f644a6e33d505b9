/** Whom creators keep out of all of their rooms: on the site, in a room, and by an embedder's server. */
import { z } from 'zod';
import { blockList, blockListQuery, block as blockSchema, removalInput } from '../../../protocol/rooms.ts';
import { type HttpDomains, operation, socketOperation } from '../operation.ts';
import { parseIdentity } from '../params.ts';

const EFFECT =
  'They are out of all rooms of the creator at once, also of later ones, and no token restores it. They can no longer follow, tip or buy; tickets of lives to come go back, and their membership is not renewed.';

/** With the names of people of the house; an embedder knows its own. */
async function listOf({ rooms, people }: HttpDomains, creator: string, after: string | undefined) {
  const found = await rooms.removals.listBlocks(creator, after);
  const names = await people.findNames(found.map(({ identity }) => identity));
  return { blocks: found.map((it) => ({ ...it, name: names.get(it.identity) ?? null })) };
}

const BY_CREATOR = { by: ['person'], role: 'creator' } as const;
const BY_SERVER = { by: ['server:moderation'] } as const;

export const blockOperations = [
  operation({
    ...BY_CREATOR,
    name: 'blockFromOwnRooms',
    http: 'POST /v1/me/blocks',
    input: removalInput,
    example: { identity: 'fan-7', reason: 'Insults in the chat' },
    answer: blockSchema,
    status: 201,
    summary: 'Block a person from all of your rooms',
    description: EFFECT,
    errors: ['participant_not_removable'],
    run: ({ rooms }, { caller, input }) =>
      rooms.removals.block({ creator: caller.identity, by: caller.identity, ...input }),
  }),
  operation({
    ...BY_CREATOR,
    name: 'listOwnBlocks',
    http: 'GET /v1/me/blocks',
    input: blockListQuery,
    answer: blockList,
    summary: 'List whom you have blocked',
    description: 'Newest first, 100 at a time.',
    run: (domains, { caller, input }) => listOf(domains, caller.identity, input.after),
  }),
  operation({
    ...BY_CREATOR,
    name: 'unblockFromOwnRooms',
    http: 'DELETE /v1/me/blocks/:identity',
    answer: z.object({}),
    summary: 'Unblock a person',
    description: 'Removals from single rooms stay. A repeated call has no further effect.',
    run: async ({ rooms }, { caller, params }) => {
      await rooms.removals.unblock({ creator: caller.identity, identity: params.identity, by: caller.identity });
      return {};
    },
  }),
  socketOperation({
    socket: 'rooms:block',
    from: 'inside',
    role: 'creator',
    run: ({ rooms }, { caller, input }) =>
      rooms.removals.block({ creator: caller.identity, by: caller.identity, ...input }),
  }),
  operation({
    ...BY_SERVER,
    name: 'blockParticipant',
    http: 'POST /v1/creators/:creator/blocks',
    input: removalInput,
    example: { identity: 'fan-7', reason: 'Insults in the chat' },
    answer: blockSchema,
    status: 201,
    summary: 'Block a person from all rooms of a creator',
    description: `${EFFECT} You get \`participant.blocked\`.`,
    errors: ['creator_not_found', 'participant_not_removable'],
    run: async ({ accounts, rooms }, { params, caller, input }) => {
      const { identity: creator } = await accounts.getCreator(params.creator);
      return rooms.removals.block({ creator, by: caller.identity, ...input });
    },
  }),
  operation({
    ...BY_SERVER,
    name: 'listBlocks',
    http: 'GET /v1/creators/:creator/blocks',
    input: blockListQuery,
    answer: blockList,
    summary: 'List whom a creator has blocked',
    description: 'Newest first, 100 at a time.',
    run: (domains, { params, input }) => listOf(domains, params.creator, input.after),
  }),
  operation({
    ...BY_SERVER,
    name: 'unblockParticipant',
    http: 'DELETE /v1/creators/:creator/blocks/:identity',
    answer: z.object({}),
    summary: 'Unblock a person',
    description: 'Removals from single rooms stay. A repeated call has no further effect.',
    run: async ({ rooms }, { params, caller }) => {
      const identity = parseIdentity(params.identity);
      await rooms.removals.unblock({ creator: params.creator, identity, by: caller.identity });
      return {};
    },
  }),
];
