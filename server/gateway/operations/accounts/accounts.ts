import { AppError } from '../../../protocol/errors.ts';
import { accountContract } from '../../../protocol/operations/accounts/accounts.ts';
import { rankOf } from '../../../rooms/token-statements.ts';
import { implement } from '../operation.ts';

export const accountOperations = implement(accountContract, {
  createCreator: ({ accounts, config, money }, { input }) => {
    if (!config.creatorsWithoutPayouts && !money.creatorAccounts.payableCountries.has(input.country)) {
      throw new AppError('country_not_payable');
    }
    return accounts.createCreator(input);
  },
  createToken: async ({ rooms, tokens }, { key, input }) => {
    const room = await rooms.getRoom(input.room);
    await rooms.assertEmbedders(room.id);
    if (input.role === 'creator' && input.identity !== room.creator.identity) {
      throw new AppError('forbidden', 'Only the creator of this room can have a token with the role creator.');
    }
    const { identity, room: id, entitled } = input;
    const issuedAtSeconds = await rooms.recordIssued({ room: id, identity, rank: rankOf(input), entitled });
    return { token: tokens.create(input, { issuer: key.apiKey, issuedAtSeconds }) };
  },
  createOwnToken: async ({ rooms, tokens }, { room, session, caller: { identity, name } }) => {
    await rooms.suspensions.assertNotSuspended(identity);
    const role = await rooms.roleOf({ room, identity });
    return { token: tokens.create({ identity, name, room, role }, { ...(session && { session: session.id }) }) };
  },
  createApiKey: ({ apiKeys }, { key, input }) => apiKeys.create(input, key),
  listApiKeys: async ({ apiKeys }) => ({ keys: await apiKeys.list() }),
  revokeApiKey: ({ apiKeys }, { key, params }) => apiKeys.revoke(params.key, key),
});
