/**
 * The keys of signed notes (C2SP signed-note) with Ed25519, in both assigned types: signatures over the text (0x01),
 * and cosignatures of checkpoints with a timestamp (0x04, C2SP tlog-cosignature). Other types are not supported; their
 * lines in a note are those of unknown keys.
 */
import { createHash, createPublicKey, type KeyObject, sign as signBytes, verify as verifyBytes } from 'node:crypto';
import { decodeBase64, TlogError } from './tlog-error.ts';

export const NOTE_SIGNATURE = 0x01;
export const COSIGNATURE = 0x04;

const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const TIMESTAMP_BYTES = 8;

export interface NoteKey {
  readonly name: string;
  /** Eight hexadecimal digits, lower case. */
  readonly keyId: string;
  readonly type: typeof NOTE_SIGNATURE | typeof COSIGNATURE;
  readonly publicKey: KeyObject;
}

export interface NoteSigner {
  readonly key: NoteKey;
  /** @param time when a cosignature is made; a note's signature has no time. */
  sign(text: string, time: Date): Buffer;
}

/** Non-empty, without Unicode spaces and plus, and without what no note may have. */
export function isKeyName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what the standard forbids.
  return /^[^\p{White_Space}+\0-\x1f]+$/u.test(name) && name.isWellFormed();
}

/** @param privateKey an Ed25519 key; one key serves one type and one name. */
export function createSigner(name: string, type: NoteKey['type'], privateKey: KeyObject): NoteSigner {
  const key = createKey(name, type, createPublicKey(privateKey));
  return {
    key,
    sign: (text, time) => {
      if (type === NOTE_SIGNATURE) return signBytes(null, Buffer.from(text), privateKey);
      const timestamp = BigInt(Math.floor(time.getTime() / 1_000));
      const prefix = Buffer.alloc(TIMESTAMP_BYTES);
      prefix.writeBigUInt64BE(timestamp);
      return Buffer.concat([prefix, signBytes(null, cosignedMessage(text, timestamp), privateKey)]);
    },
  };
}

/** The verifier key: `<name>+<key id>+<base64 of type and public key>`. */
export function formatVkey({ name, keyId, type, publicKey }: NoteKey): string {
  return `${name}+${keyId}+${Buffer.concat([Buffer.of(type), rawPublicKey(publicKey)]).toString('base64')}`;
}

/** @throws TlogError `malformed`, also if the type is not supported or the id is not that of name and key. */
export function parseVkey(vkey: string): NoteKey {
  const parts = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey);
  const [, name = '', keyId = '', encoded = ''] = parts ?? [];
  if (!isKeyName(name)) throw new TlogError('malformed', 'the verifier key is not NAME+ID+KEY');
  const [type, ...raw] = decodeBase64(encoded, 'the verifier key');
  if ((type !== NOTE_SIGNATURE && type !== COSIGNATURE) || raw.length !== PUBLIC_KEY_BYTES) {
    throw new TlogError('malformed', `the verifier key of ${name} is no Ed25519 key`);
  }
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') };
  const key = createKey(name, type, createPublicKey({ key: jwk, format: 'jwk' }));
  if (key.keyId !== keyId) throw new TlogError('malformed', `the verifier key of ${name} has the id of another key`);
  return key;
}

/** Whether `signature` (what follows the key id) is one of `key` over the text of a note. */
export function verifySignature(key: NoteKey, text: string, signature: Buffer): boolean {
  if (key.type === NOTE_SIGNATURE) {
    return signature.length === SIGNATURE_BYTES && verifyBytes(null, Buffer.from(text), key.publicKey, signature);
  }
  if (signature.length !== TIMESTAMP_BYTES + SIGNATURE_BYTES) return false;
  const timestamp = signature.readBigUInt64BE();
  if (timestamp >= 2n ** 63n) return false;
  return verifyBytes(null, cosignedMessage(text, timestamp), key.publicKey, signature.subarray(TIMESTAMP_BYTES));
}

/** When a verified cosignature says that it was made. Undefined where a date cannot hold it. */
export function cosignatureTime(signature: Buffer): Date | undefined {
  const time = new Date(Number(signature.readBigUInt64BE()) * 1_000);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function cosignedMessage(text: string, timestamp: bigint): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${timestamp}\n${text}`);
}

function createKey(name: string, type: NoteKey['type'], publicKey: KeyObject): NoteKey {
  if (!isKeyName(name)) throw new TlogError('malformed', `a key's name has no space, plus or control character`);
  if (publicKey.asymmetricKeyType !== 'ed25519') throw new TlogError('malformed', `the key of ${name} is not Ed25519`);
  const hash = createHash('sha256').update(`${name}\n`).update(Buffer.of(type)).update(rawPublicKey(publicKey));
  return { name, keyId: hash.digest('hex').slice(0, 8), type, publicKey };
}

function rawPublicKey(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}
