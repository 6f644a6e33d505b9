/** How a log passes from one key to the next: an entry with the new verifier key, signed by the one before. */
import { type KeyObject, sign, verify } from 'node:crypto';
import { formatVkey, type NoteKey } from '../tlog/note-keys.ts';

/** What the key before signs (Ed25519). */
export function keyStatement(origin: string, next: NoteKey): string {
  return `loge record key/v1\n${origin}\n${formatVkey(next)}\n`;
}

/** @param signature base64 */
export function isSignedByKey(key: NoteKey, statement: string, signature: string): boolean {
  return verify(null, Buffer.from(statement), key.publicKey, Buffer.from(signature, 'base64'));
}

/** Base64. */
export function signStatement(privateKey: KeyObject, statement: string): string {
  return sign(null, Buffer.from(statement), privateKey).toString('base64');
}
