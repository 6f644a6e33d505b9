/** The server API for creators and room tokens. */
import { z } from 'zod';
import { creator, creatorInput, tokenInput } from '../protocol/accounts.ts';
import { AppError } from '../protocol/errors.ts';
import { rankOf } from '../rooms/token-statements.ts';
import type { HttpContext } from './http-context.ts';
import { defineRoute, type Route } from './http-route.ts';

export function accountsRoutes({ accounts, config, money, rooms, tokens }: HttpContext): Route[] {
  return [
    defineRoute({
      name: 'createCreator',
      method: 'post',
      path: '/v1/creators',
      auth: 'server',
      scope: 'rooms',
      limit: 'server',
      input: creatorInput,
      example: { identity: 'camille', name: 'Camille Aubry', country: 'FR' },
      answer: creator,
      status: 201,
      summary: 'Create a creator',
      description:
        'Asking again with the same details answers the same creator. A creator in a country where the payment provider pays nobody is refused, unless the house wants creators without payouts (`LOGE_CREATORS_WITHOUT_PAYOUTS`).',
      errors: ['creator_exists', 'country_not_payable'],
      handler: ({ input }) => {
        if (!config.creatorsWithoutPayouts && !money.settlement.payableCountries.has(input.country)) {
          throw new AppError('country_not_payable');
        }
        return accounts.createCreator(input);
      },
    }),
    defineRoute({
      name: 'createToken',
      method: 'post',
      path: '/v1/tokens',
      auth: 'server',
      scope: 'tokens',
      limit: 'server',
      input: tokenInput,
      example: { identity: 'fan-7', name: 'Léa', room: 'room_4f1kV0hT2cQm8yNw6bXz', role: 'fan' },
      answer: z.object({ token: z.string() }),
      status: 201,
      summary: 'Mint a room token',
      description:
        'The token is a JWT (HS256) that you may also sign yourself with the secret of an API key that has the scope `tokens`, with its id as `iss`. It is needed to connect and to reconnect, and lives ten minutes unless told otherwise. `entitled: true` says that you sold access yourself, `false` takes that back; what a token says of access and of the role counts from when it is minted, over every token issued before.',
      errors: ['room_not_found', 'forbidden'],
      handler: async ({ caller, input }) => {
        const room = await rooms.getRoom(input.room);
        if (input.role === 'creator' && input.identity !== room.creator.identity) {
          throw new AppError('forbidden', 'Only the creator of this room can have a token with the role creator.');
        }
        const { identity, room: id, entitled } = input;
        const issuedAtSeconds = await rooms.recordIssued({ room: id, identity, rank: rankOf(input), entitled });
        return { token: tokens.create(input, { issuer: caller.apiKey, issuedAtSeconds }) };
      },
    }),
  ];
}
