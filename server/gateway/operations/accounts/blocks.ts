import { blockContract } from '../../../protocol/operations/accounts/blocks.ts';
import { type HttpDomains, implement } from '../operation.ts';
import { parseIdentity } from '../params.ts';

/** With the names of people of the house; an embedder knows its own. */
async function listOf({ rooms, people }: HttpDomains, creator: string, after: string | undefined) {
  const found = await rooms.removals.listBlocks(creator, after);
  const names = await people.findNames(found.map(({ identity }) => identity));
  return { blocks: found.map((it) => ({ ...it, name: names.get(it.identity) ?? null })) };
}

export const blockOperations = implement(blockContract, {
  blockFromOwnRooms: ({ rooms }, { caller, input }) =>
    rooms.removals.block({ creator: caller.identity, by: caller.identity, ...input }),
  listOwnBlocks: (domains, { caller, input }) => listOf(domains, caller.identity, input.after),
  unblockFromOwnRooms: ({ rooms }, { caller, params }) =>
    rooms.removals.unblock({ creator: caller.identity, identity: params.identity, by: caller.identity }),
  'rooms:block': ({ rooms }, { caller, input }) =>
    rooms.removals.block({ creator: caller.identity, by: caller.identity, ...input }),
  blockParticipant: async ({ accounts, rooms }, { params, caller, input }) => {
    const { identity: creator } = await accounts.getCreator(params.creator);
    return rooms.removals.block({ creator, by: caller.identity, ...input });
  },
  listBlocks: (domains, { params, input }) => listOf(domains, params.creator, input.after),
  unblockParticipant: async ({ rooms }, { params, caller }) => {
    const identity = parseIdentity(params.identity);
    await rooms.removals.unblock({ creator: params.creator, identity, by: caller.identity });
  },
});
