/**
 * The session of the first-party site: the signed-in person, in a signed cookie. A room still needs a room token, which
 * the person mints with the session.
 */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Config } from '../../config.ts';
import type { Clock } from '../../platform/clock.ts';
import { displayName, identity } from '../../protocol/accounts.ts';
import { SignedCookie } from './signed-cookie.ts';

export const sitePerson = z.object({ identity, name: displayName, role: z.enum(['creator', 'fan']) });
export type SitePerson = z.infer<typeof sitePerson>;

const cookieContent = z.object({ person: sitePerson, expiresAtMs: z.number().int() });

const SESSION_TTL_MS = 7 * 24 * 3600 * 1000;

export class SiteSessions {
  readonly #cookie: SignedCookie;
  readonly #clock: Clock;

  constructor({ config, clock }: { config: Config; clock: Clock }) {
    const purpose = 'loge site session v1';
    this.#cookie = new SignedCookie({ config, name: 'loge_session', purpose, sameSite: 'lax', ttlMs: SESSION_TTL_MS });
    this.#clock = clock;
  }

  /** Whether there is a cookie, valid or not. */
  isPresentedIn(request: Request): boolean {
    return this.#cookie.isPresentIn(request);
  }

  read(request: Request): SitePerson | null {
    for (const text of this.#cookie.read(request)) {
      const content = cookieContent.safeParse(JSON.parse(text));
      if (content.success && content.data.expiresAtMs > this.#clock.now()) return content.data.person;
    }
    return null;
  }

  write(response: Response, person: SitePerson): void {
    this.#cookie.write(response, JSON.stringify({ person, expiresAtMs: this.#clock.now() + SESSION_TTL_MS }));
  }

  clear(response: Response): void {
    this.#cookie.clear(response);
  }
}
