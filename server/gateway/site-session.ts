/**
 * The session of the first-party site: who is signed in, in a signed cookie. The site is an embedder like any other, so a session opens
 * nothing by itself; the site's routes mint room tokens for whom it names.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { CookieOptions, Request, Response } from 'express';
import { z } from 'zod';
import type { Config } from '../config.ts';
import type { Clock } from '../platform/clock.ts';
import { displayName, identity } from '../protocol/accounts.ts';

export const sitePerson = z.object({ identity, name: displayName, role: z.enum(['creator', 'fan']) });
export type SitePerson = z.infer<typeof sitePerson>;

const cookieContent = z.object({ person: sitePerson, expiresAtMs: z.number().int() });

const SESSION_TTL_MS = 7 * 24 * 3600 * 1000;
const COOKIE_MAX_CHARS = 1_024;

export class SiteSessions {
  readonly cookieName: string;
  readonly #key: Buffer;
  readonly #clock: Clock;
  readonly #attributes: CookieOptions;

  constructor({ config, clock }: { config: Config; clock: Clock }) {
    const secure = config.publicUrl.startsWith('https://');
    // Browsers accept the prefix only from this very host over https, so no neighbouring site can plant a session.
    this.cookieName = secure ? '__Host-loge_session' : 'loge_session';
    this.#attributes = { httpOnly: true, sameSite: 'lax', secure, path: '/' };
    // A key of its own: whoever could forge a session could not forge a room token with it, nor the other way round.
    this.#key = Buffer.from(hkdfSync('sha256', config.apiSecret, '', 'loge site session v1', 32));
    this.#clock = clock;
  }

  read(request: Request): SitePerson | null {
    for (const value of this.#cookiesOf(request)) {
      const person = this.#parse(value);
      if (person) return person;
    }
    return null;
  }

  write(response: Response, person: SitePerson): void {
    const content = { person, expiresAtMs: this.#clock.now() + SESSION_TTL_MS };
    const payload = Buffer.from(JSON.stringify(content)).toString('base64url');
    const value = `${payload}.${this.#sign(payload).toString('base64url')}`;
    response.cookie(this.cookieName, value, { ...this.#attributes, maxAge: SESSION_TTL_MS });
  }

  clear(response: Response): void {
    response.clearCookie(this.cookieName, this.#attributes);
  }

  #cookiesOf(request: Request): string[] {
    const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
    const start = `${this.cookieName}=`;
    return pairs.filter((pair) => pair.startsWith(start)).map((pair) => pair.slice(start.length));
  }

  #parse(value: string): SitePerson | undefined {
    const [payload = '', signature = '', ...rest] = value.split('.');
    if (value.length > COOKIE_MAX_CHARS || rest.length > 0) return undefined;
    const expected = this.#sign(payload);
    const given = Buffer.from(signature, 'base64url');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const content = cookieContent.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    return content.success && content.data.expiresAtMs > this.#clock.now() ? content.data.person : undefined;
  }

  #sign(payload: string): Buffer {
    return createHmac('sha256', this.#key).update(payload).digest();
  }
}
