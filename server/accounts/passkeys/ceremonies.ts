/**
 * The two WebAuthn ceremonies: registering a passkey, and proving that one has it. Wraps the library with this house's
 * choices: user verification always, discoverable credentials, no attestation.
 */
import { generateKeyPairSync } from 'node:crypto';
import { z } from 'zod';
import type {
  NewPasskey,
  PasskeyCreationOptions,
  PasskeyProof,
  PasskeyRequestOptions,
} from '../../protocol/accounts/passkeys.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { PasskeyRow } from './passkeys.store.ts';

/** Named, so that all gateways offer the same whatever their runtime supports: ES256, Ed25519, RS256. */
const ALGORITHMS = [-7, -8, -257];
/** When a passkey is first used: loading it would take a tenth of the start of a server. */
const loadWebAuthn = () => import('@simplewebauthn/server');
const TIMEOUT_MS = LIMITS.passkeyMinutes * 60_000;

export interface Site {
  /** The configured address: an answer for another origin is refused, whatever the request's headers say. */
  origin: string;
  rpId: string;
  name: string;
}

const toDescriptor = ({ credential, transports }: PasskeyRow) => ({ id: credential, transports });

export async function creationOptions(
  { rpId, name }: Site,
  person: { id: string; name: string; passkeys: PasskeyRow[] },
): Promise<PasskeyCreationOptions> {
  const { generateRegistrationOptions } = await loadWebAuthn();
  const options = await generateRegistrationOptions({
    rpID: rpId,
    rpName: name,
    userID: new Uint8Array(Buffer.from(person.id)),
    userName: person.name,
    userDisplayName: person.name,
    excludeCredentials: person.passkeys.map(toDescriptor),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: ALGORITHMS,
    timeout: TIMEOUT_MS,
  });
  return options as PasskeyCreationOptions;
}

/** @param challenge absent: a random one */
export async function requestOptions(
  { rpId }: Site,
  passkeys: PasskeyRow[],
  challenge?: Buffer,
): Promise<PasskeyRequestOptions> {
  const allowCredentials = passkeys.map(toDescriptor);
  const { generateAuthenticationOptions } = await loadWebAuthn();
  const options = await generateAuthenticationOptions({
    rpID: rpId,
    allowCredentials,
    userVerification: 'required',
    timeout: TIMEOUT_MS,
    ...(challenge && { challenge: new Uint8Array(challenge) }),
  });
  return options as PasskeyRequestOptions;
}

/** The challenge that an answer is for; undefined if it names none. Nothing of it is verified yet. */
export function challengeOf({ clientDataJSON }: Pick<PasskeyProof, 'clientDataJSON'>): string | undefined {
  try {
    const data: unknown = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8'));
    const parsed = z.object({ challenge: z.string().regex(/^[\w-]{1,200}$/) }).safeParse(data);
    return parsed.data?.challenge;
  } catch {
    // It is not JSON.
    return undefined;
  }
}

/** The credential, or undefined if the answer is not valid. */
export async function verifyCreation(
  { rpId, origin }: Site,
  answer: NewPasskey,
  challenge: string,
): Promise<Pick<PasskeyRow, 'credential' | 'publicKey' | 'counter' | 'transports' | 'isSynced'> | undefined> {
  const { id, transports, clientDataJSON, attestationObject } = answer;
  const { verifyRegistrationResponse } = await loadWebAuthn();
  const verified = await orUndefined(() =>
    verifyRegistrationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: { clientDataJSON, attestationObject },
      },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  );
  if (!verified?.verified) return undefined;
  const { credential, credentialBackedUp: isSynced } = verified.registrationInfo;
  const publicKey = Buffer.from(credential.publicKey).toString('base64url');
  return { credential: credential.id, publicKey, counter: credential.counter, transports, isSynced };
}

/**
 * The new counter, or undefined if the answer is not valid. For an unknown credential a signature is verified too, so
 * that the time of the answer does not tell whether it is known.
 */
export async function verifyProof(
  { rpId, origin }: Omit<Site, 'name'>,
  {
    proof,
    passkey,
    challenge,
  }: { proof: PasskeyProof; passkey: Pick<PasskeyRow, 'publicKey' | 'counter'> | undefined; challenge: string },
): Promise<number | undefined> {
  const { id, ...response } = proof;
  const { verifyAuthenticationResponse } = await loadWebAuthn();
  const verified = await orUndefined(() =>
    verifyAuthenticationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response,
      },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      credential: {
        id,
        publicKey: passkey ? new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')) : UNKNOWN_KEY,
        counter: passkey?.counter ?? 0,
      },
    }),
  );
  return passkey && verified?.verified ? verified.authenticationInfo.newCounter : undefined;
}

/** Whether an answer to a challenge (base64url) is signed with a COSE key (base64url). */
export async function isSignedByPasskey(
  site: Omit<Site, 'name'>,
  { proof, publicKey, challenge }: { proof: PasskeyProof; publicKey: string; challenge: string },
): Promise<boolean> {
  return (await verifyProof(site, { proof, passkey: { publicKey, counter: 0 }, challenge })) !== undefined;
}

/** A public key whose private half was not kept. */
const UNKNOWN_KEY = (() => {
  const { x = '', y = '' } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
  // COSE (RFC 9053): key type EC2, algorithm ES256, curve P-256, x, y.
  const parts = [Buffer.from('a5010203262001215820', 'hex'), Buffer.from(x, 'base64url')];
  return new Uint8Array(Buffer.concat([...parts, Buffer.from('225820', 'hex'), Buffer.from(y, 'base64url')]));
})();

/** The library throws for an answer that is not valid; which part was wrong is of no use to an honest browser. */
async function orUndefined<T>(verify: () => Promise<T>): Promise<T | undefined> {
  try {
    return await verify();
  } catch {
    return undefined;
  }
}
