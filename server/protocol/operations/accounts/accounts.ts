/** Creators, room tokens and API keys. */

import { creator, creatorInput, tokenAnswer, tokenInput } from '../../accounts/accounts.ts';
import { apiKey, apiKeyInput, apiKeyList, apiKeyWithSecret } from '../../keys.ts';
import { operation } from '../contract.ts';

const BY_ADMIN = { by: ['server:admin'] } as const;

export const accountContract = {
  createCreator: operation({
    http: 'POST /v1/creators',
    by: ['server:rooms'],
    input: creatorInput,
    example: { identity: 'camille', name: 'Camille Aubry', country: 'FR' },
    answer: creator,
    status: 201,
    summary: 'Create a creator',
    description:
      'A repeated call with the same details returns the same creator. A creator in a country without payouts by the payment provider is refused, unless `LOGE_CREATORS_WITHOUT_PAYOUTS` allows it.',
    errors: ['creator_exists', 'country_not_payable'],
  }),
  createToken: operation({
    http: 'POST /v1/tokens',
    by: ['server:tokens'],
    input: tokenInput,
    example: { identity: 'fan-7', name: 'Léa', room: 'room_4f1kV0hT2cQm8yNw6bXz', role: 'fan' },
    answer: tokenAnswer,
    status: 201,
    summary: 'Mint a room token',
    description:
      'The token is a JWT (HS256) that you may also sign yourself with the secret of an API key that has the scope `tokens`, with its id as `iss`. It is needed to connect and to reconnect, and is valid for ten minutes by default. `entitled: true` grants access that you sold yourself, `false` revokes it. Access and role of a token apply from when it is issued and override all earlier tokens. The token of a suspended person opens no socket; over HTTP it serves their wallet, refunds, cancelling memberships, reports and appeals.',
    errors: ['room_not_found', 'forbidden'],
  }),
  createOwnToken: operation({
    http: 'POST /v1/rooms/:id/tokens',
    by: ['person'],
    answer: tokenAnswer,
    status: 201,
    summary: 'Mint a room token for yourself',
    description:
      'Identity, name and role come from the session: `creator` in a room of their own, `moderator` where the creator has made them one, `fan` elsewhere. It ends with the session. It takes no fields.',
    errors: ['account_suspended'],
  }),
  createApiKey: operation({
    ...BY_ADMIN,
    http: 'POST /v1/keys',
    input: apiKeyInput,
    example: { name: 'Web shop', scopes: ['tokens', 'rooms'], expiresAt: '2030-01-01T00:00:00Z' },
    answer: apiKeyWithSecret,
    status: 201,
    summary: 'Create an API key',
    description:
      'Store the `secret`: it is returned only once. A key cannot create one with more scopes or origins than its own, or one that expires later. To rotate a key, create the new one, switch to it, and revoke the old one; until then both are valid.',
    errors: ['api_key_limit', 'forbidden', 'time_in_past'],
  }),
  listApiKeys: operation({
    ...BY_ADMIN,
    http: 'GET /v1/keys',
    answer: apiKeyList,
    summary: 'List API keys',
    description:
      'Valid keys first, then revoked and expired ones, newest first. Keys of the environment are not listed.',
  }),
  revokeApiKey: operation({
    ...BY_ADMIN,
    http: 'DELETE /v1/keys/:key',
    answer: apiKey,
    summary: 'Revoke an API key',
    description:
      'Within a second all gateways refuse the key and its tokens, and close their sockets. Repeated calls have no further effect.',
    errors: ['api_key_not_found'],
  }),
};
