/** A person's passkeys. Adding one and signing in set cookies, which `site/passkey-operations.ts` does. */

import { passkey, passkeyChange, passkeyList } from '../../accounts/passkeys.ts';
import { operation } from '../contract.ts';

const BY_PERSON = { by: ['person'] } as const;

export const passkeyContract = {
  listOwnPasskeys: operation({
    ...BY_PERSON,
    http: 'GET /v1/me/passkeys',
    answer: passkeyList,
    summary: 'Your passkeys',
  }),
  renameOwnPasskey: operation({
    ...BY_PERSON,
    http: 'PATCH /v1/me/passkeys/:passkey',
    input: passkeyChange,
    example: { name: 'Phone' },
    answer: passkey,
    summary: 'Name one of your passkeys',
    errors: ['passkey_not_found'],
  }),
  removeOwnPasskey: operation({
    ...BY_PERSON,
    http: 'DELETE /v1/me/passkeys/:passkey',
    stepUp: true,
    summary: 'Remove one of your passkeys',
    errors: ['passkey_not_found', 'last_strong_sign_in'],
  }),
};
