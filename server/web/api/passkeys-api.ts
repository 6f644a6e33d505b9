/** Calls of the ceremonies with a passkey. */
import type {
  NewPasskey,
  Passkey,
  PasskeyCreationOptions,
  PasskeyProof,
  PasskeyRequestOptions,
} from '../../protocol/accounts/passkeys.ts';
import { call } from './site-call.ts';

export const passkeysApi = {
  toAdd: () => call<PasskeyCreationOptions>('POST', '/site/passkeys/new', {}),
  add: (passkey: NewPasskey) => call<Passkey>('POST', '/site/passkeys', passkey),
  toUse: () => call<PasskeyRequestOptions>('POST', '/site/passkeys/challenge', {}),
  use: (proof: PasskeyProof) => call<object>('POST', '/site/passkeys/sign-in', proof),
  list: async () => (await call<{ passkeys: Passkey[] }>('GET', '/v1/me/passkeys')).passkeys,
};
