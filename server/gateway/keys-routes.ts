/** The server API for API keys. */
import { apiKey, apiKeyInput, apiKeyList, apiKeyWithSecret } from '../protocol/keys.ts';
import type { HttpContext } from './http-context.ts';
import { defineRoute, type Route } from './http-route.ts';

const BY_ADMIN = { auth: 'server', scope: 'admin', limit: 'server' } as const;

export function keysRoutes({ apiKeys }: HttpContext): Route[] {
  return [
    defineRoute({
      ...BY_ADMIN,
      name: 'createApiKey',
      method: 'post',
      path: '/v1/keys',
      input: apiKeyInput,
      example: { name: 'Web shop', scopes: ['tokens', 'rooms'], expiresAt: '2030-01-01T00:00:00Z' },
      answer: apiKeyWithSecret,
      status: 201,
      summary: 'Make an API key',
      description:
        'Keep the `secret`: it is shown here and never again. No key makes one with more scopes than its own, with origins that it lacks, or one that outlives it. To replace a key, make the new one, move to it, and revoke the old one; until then both count.',
      errors: ['api_key_limit', 'forbidden', 'time_in_past'],
      handler: ({ caller, input }) => apiKeys.create(input, caller),
    }),
    defineRoute({
      ...BY_ADMIN,
      name: 'listApiKeys',
      method: 'get',
      path: '/v1/keys',
      answer: apiKeyList,
      summary: 'List API keys',
      description:
        'Those that count first, then the newest that are revoked or have expired. The keys of the environment are not among them.',
      handler: async () => ({ keys: await apiKeys.list() }),
    }),
    defineRoute({
      ...BY_ADMIN,
      name: 'revokeApiKey',
      method: 'delete',
      path: '/v1/keys/:key',
      answer: apiKey,
      summary: 'Revoke an API key',
      description:
        'Within a second neither it nor a token that it signed counts at any gateway, and sockets that such a token opened are closed. Asked twice, nothing more happens.',
      errors: ['api_key_not_found'],
      handler: ({ caller, params }) => apiKeys.revoke(params.key, caller),
    }),
  ];
}
