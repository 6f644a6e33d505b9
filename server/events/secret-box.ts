/**
 * Signing secrets of webhook endpoints as they lie in the database: encrypted by AES-256-GCM (NIST SP 800-38D) under a key derived from the
 * house's API secret by HKDF (RFC 5869), so that a copy of the database alone signs nothing. Each is bound to its endpoint, and begins with its
 * version; what has none is from before there was encryption, and is read as it is.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const VERSION = 'v1.';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

export class SecretBox {
  readonly #key: Buffer;

  constructor(apiSecret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', apiSecret, '', 'loge webhook endpoint secrets v1', KEY_BYTES));
  }

  seal(secret: string, endpoint: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(Buffer.from(endpoint));
    const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return VERSION + Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
  }

  /** Undefined for what was sealed under another API secret, or for another endpoint, or was tampered with. */
  open(kept: string, endpoint: string): string | undefined {
    if (!kept.startsWith(VERSION)) return kept;
    const sealed = Buffer.from(kept.slice(VERSION.length), 'base64url');
    if (sealed.length <= NONCE_BYTES + TAG_BYTES) return undefined;
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    try {
      const decipher = createDecipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(endpoint)).setAuthTag(tag);
      return decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      return undefined;
    }
  }
}
