/** Passkeys of people of the house (WebAuthn level 3), with the fields that this server uses. */
import { z } from 'zod';
import { idSchema } from '../ids.ts';
import * as LIMITS from '../limits.ts';

const base64url = (maxChars: number) =>
  z
    .string()
    .min(1)
    .max(maxChars)
    .regex(/^[\w-]+$/, 'base64url');
const CREDENTIAL_ID_CHARS = 1_400;
const CLIENT_DATA_CHARS = 4_000;

export const passkey = z.object({
  id: idSchema('passkey'),
  name: z.string(),
  /** Whether it is copied to other devices of the person. */
  isSynced: z.boolean(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
});
export type Passkey = z.infer<typeof passkey>;
export const passkeyList = z.object({ passkeys: z.array(passkey) });

const passkeyName = z.string().trim().min(1).max(LIMITS.passkeyNameChars);
export const passkeyChange = z.object({ name: passkeyName });

const descriptor = z.object({
  id: z.string(),
  type: z.literal('public-key'),
  transports: z.array(z.string()).optional(),
});
const userVerification = z.literal('required');

/** For `PublicKeyCredential.parseCreationOptionsFromJSON()`. */
export const passkeyCreationOptions = z.object({
  rp: z.object({ id: z.string(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  challenge: z.string(),
  pubKeyCredParams: z.array(z.object({ alg: z.number().int(), type: z.literal('public-key') })),
  timeout: z.number().int(),
  excludeCredentials: z.array(descriptor),
  authenticatorSelection: z.object({
    residentKey: z.literal('required'),
    requireResidentKey: z.literal(true),
    userVerification,
  }),
  attestation: z.literal('none'),
});
export type PasskeyCreationOptions = z.infer<typeof passkeyCreationOptions>;

/** For `PublicKeyCredential.parseRequestOptionsFromJSON()`. */
export const passkeyRequestOptions = z.object({
  challenge: z.string(),
  rpId: z.string(),
  timeout: z.number().int(),
  /** A stranger's are not known: the browser offers those that it has. */
  allowCredentials: z.array(descriptor),
  userVerification,
});
export type PasskeyRequestOptions = z.infer<typeof passkeyRequestOptions>;

/** What the authenticator answers to creation options. */
export const newPasskey = z.object({
  id: base64url(CREDENTIAL_ID_CHARS),
  clientDataJSON: base64url(CLIENT_DATA_CHARS),
  attestationObject: base64url(20_000),
  transports: z.array(z.string().regex(/^[a-z-]{1,20}$/)).max(8),
});
export type NewPasskey = z.infer<typeof newPasskey>;

/** What the authenticator answers to request options. */
export const passkeyProof = z.object({
  id: base64url(CREDENTIAL_ID_CHARS),
  clientDataJSON: base64url(CLIENT_DATA_CHARS),
  authenticatorData: base64url(4_000),
  signature: base64url(8_000),
  userHandle: base64url(200).optional(),
});
export type PasskeyProof = z.infer<typeof passkeyProof>;
