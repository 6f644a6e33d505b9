/** A person's passkeys. Adding one and signing in set cookies, which `site/passkey-operations.ts` does. */
import { z } from 'zod';
import { passkey, passkeyChange, passkeyList } from '../../../protocol/accounts/passkeys.ts';
import { operation } from '../operation.ts';

const BY_PERSON = { by: ['person'] } as const;

export const passkeyOperations = [
  operation({
    ...BY_PERSON,
    name: 'listOwnPasskeys',
    http: 'GET /v1/me/passkeys',
    answer: passkeyList,
    summary: 'Your passkeys',
    run: async ({ people }, { caller }) => ({ passkeys: await people.passkeys.list(caller.identity) }),
  }),
  operation({
    ...BY_PERSON,
    name: 'renameOwnPasskey',
    http: 'PATCH /v1/me/passkeys/:passkey',
    input: passkeyChange,
    example: { name: 'Phone' },
    answer: passkey,
    summary: 'Name one of your passkeys',
    errors: ['passkey_not_found'],
    run: ({ people }, { caller, params, input }) => people.passkeys.rename(caller.identity, params.passkey, input.name),
  }),
  operation({
    ...BY_PERSON,
    name: 'removeOwnPasskey',
    http: 'DELETE /v1/me/passkeys/:passkey',
    stepUp: true,
    answer: z.object({}),
    summary: 'Remove one of your passkeys',
    errors: ['passkey_not_found', 'last_strong_sign_in'],
    run: async ({ people }, { caller, params }) => {
      await people.passkeys.remove(caller.identity, params.passkey);
      return {};
    },
  }),
];
