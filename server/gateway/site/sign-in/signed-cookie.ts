/**
 * A signed cookie. Browsers accept its `__Host-` prefix only from this host over https, so a neighbouring site cannot
 * plant one; over plain http, in development, it has no prefix.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { CookieOptions, Request, Response } from 'express';
import type { Config } from '../../../config.ts';

const COOKIE_MAX_CHARS = 1_024;

interface SignedCookieOptions {
  config: Config;
  name: string;
  /** Derives a separate key from LOGE_ENCRYPTION_KEY, so that a signature for one purpose is invalid for another. */
  purpose: string;
  sameSite: 'lax' | 'strict';
  ttlMs: number;
}

export class SignedCookie {
  readonly #name: string;
  /** The first key signs; signatures of older keys are still accepted. */
  readonly #keys: readonly Buffer[];
  readonly #attributes: CookieOptions;
  readonly #ttlMs: number;

  constructor({ config, name, purpose, sameSite, ttlMs }: SignedCookieOptions) {
    const secure = config.publicUrl.startsWith('https://');
    this.#name = secure ? `__Host-${name}` : name;
    this.#attributes = { httpOnly: true, sameSite, secure, path: '/' };
    this.#keys = config.encryptionKeys.map((key) => Buffer.from(hkdfSync('sha256', key, '', purpose, 32)));
    this.#ttlMs = ttlMs;
  }

  isPresentIn(request: Request): boolean {
    return this.#valuesIn(request).length > 0;
  }

  /** Contents with a valid signature. A browser may send several cookies of one name. */
  read(request: Request): string[] {
    return this.#valuesIn(request).flatMap((value) => this.#parse(value) ?? []);
  }

  write(response: Response, content: string): void {
    const payload = Buffer.from(content).toString('base64url');
    const [signature] = this.#signatures(payload);
    const value = `${payload}.${signature?.toString('base64url')}`;
    response.cookie(this.#name, value, { ...this.#attributes, maxAge: this.#ttlMs });
  }

  clear(response: Response): void {
    response.clearCookie(this.#name, this.#attributes);
  }

  #valuesIn(request: Request): string[] {
    const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
    const start = `${this.#name}=`;
    return pairs.filter((pair) => pair.startsWith(start)).map((pair) => pair.slice(start.length));
  }

  #parse(value: string): string | undefined {
    const [payload = '', signature = '', ...rest] = value.split('.');
    if (value.length > COOKIE_MAX_CHARS || rest.length > 0) return undefined;
    const given = Buffer.from(signature, 'base64url');
    const isSigned = (expected: Buffer) => given.length === expected.length && timingSafeEqual(given, expected);
    if (!this.#signatures(payload).some(isSigned)) return undefined;
    return Buffer.from(payload, 'base64url').toString('utf8');
  }

  #signatures(payload: string): Buffer[] {
    return this.#keys.map((key) => createHmac('sha256', key).update(payload).digest());
  }
}
