/**
 * Encrypts secrets for the database: AES-256-GCM (NIST SP 800-38D) under a key derived from LOGE_ENCRYPTION_KEY by HKDF
 * (RFC 5869), so that a copy of the database alone can sign nothing. Each ciphertext is bound to its owner's id and
 * begins with a version.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const VERSION = 'v1.';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

export class SecretBox {
  readonly #keys: [Buffer, ...Buffer[]];

  /** The first key encrypts; older ones only decrypt. */
  constructor([first = '', ...older]: readonly string[]) {
    const derive = (secret: string) => Buffer.from(hkdfSync('sha256', secret, '', 'loge secrets v1', KEY_BYTES));
    this.#keys = [derive(first), ...older.map(derive)];
  }

  seal(secret: string, owner: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#keys[0], nonce).setAAD(Buffer.from(owner));
    const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return VERSION + Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
  }

  /** Undefined if the key is missing, the owner differs, or the text was tampered with. */
  open(kept: string, owner: string): string | undefined {
    if (!kept.startsWith(VERSION)) return undefined;
    const sealed = Buffer.from(kept.slice(VERSION.length), 'base64url');
    if (sealed.length <= NONCE_BYTES + TAG_BYTES) return undefined;
    for (const key of this.#keys) {
      const secret = decrypt(key, sealed, owner);
      if (secret !== undefined) return secret;
    }
    return undefined;
  }
}

function decrypt(key: Buffer, sealed: Buffer, owner: string): string | undefined {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  try {
    const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(owner)).setAuthTag(tag);
    return decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}
