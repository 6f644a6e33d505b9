/**
 * Adding and using a passkey with the browser's own JSON methods. A browser without them has none here, and its people
 * sign in by mail.
 */

import { LogeError } from '../../../client-sdk/client/errors.ts';
import type { Passkey, PasskeyProof, PasskeyRequestOptions } from '../../protocol/accounts/passkeys.ts';
import { callOnce } from '../site/route-call.ts';

export function hasPasskeys(): boolean {
  return typeof PublicKeyCredential === 'function' && 'parseRequestOptionsFromJSON' in PublicKeyCredential;
}

/** This device or security key has a passkey of the person already. */
export class PasskeyExists extends Error {}

export async function addPasskey(): Promise<Passkey> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await callOnce('POST /site/passkeys/new'));
  const credential = await asked(() => navigator.credentials.create({ publicKey }));
  const { id, response } = credential.toJSON() as RegistrationResponseJSON;
  const { clientDataJSON, attestationObject, transports } = response;
  return callOnce('POST /site/passkeys', { id, clientDataJSON, attestationObject, transports });
}

/** Signs in, or confirms when signed in. */
export async function usePasskey(): Promise<void> {
  await callOnce('POST /site/passkeys/sign-in', await signWithPasskey(await callOnce('POST /site/passkeys/challenge')));
}

export async function signWithPasskey(options: PasskeyRequestOptions): Promise<PasskeyProof> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await asked(() => navigator.credentials.get({ publicKey }));
  const { id, response } = credential.toJSON() as AuthenticationResponseJSON;
  const { clientDataJSON, authenticatorData, signature, userHandle } = response;
  return { id, clientDataJSON, authenticatorData, signature, ...(userHandle && { userHandle }) };
}

const NOT_USED = 'The browser gave no passkey.';

/** Browsers do not tell a person who declines from one who has no passkey. */
async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await ask();
    if (credential instanceof PublicKeyCredential) return credential;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'InvalidStateError') throw new PasskeyExists();
    throw new LogeError('passkey_invalid', NOT_USED, { cause });
  }
  throw new LogeError('passkey_invalid', NOT_USED);
}
