/** Random secrets of links, sessions and API keys, and the digests that the database stores in their place. */
import { createHash, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;

export const createSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

/** A fast hash is right for 256 random bits; a short code is protected by its few tries. */
export const digest = (secret: string): string => createHash('sha256').update(secret).digest('hex');
