/**
 * The cookie with the secret of a person's session (`accounts/people/person-sessions.ts`), which is looked up at every
 * request. A room still needs a room token, which the person mints with the session.
 */
import type { Request, Response } from 'express';
import type { People } from '../../../accounts/people/people.ts';
import { PERSON_SESSION_TTL_MS } from '../../../accounts/people/person-sessions.ts';
import type { SessionProof } from '../../../accounts/people/session-strength.ts';
import type { Config } from '../../../config.ts';
import type { TokenClaims } from '../../../protocol/accounts/accounts.ts';
import type { SitePerson } from '../../../protocol/site.ts';
import { SignedCookie } from './signed-cookie.ts';

interface SiteVisit {
  person: SitePerson;
  session: SessionProof;
}

export class SiteSessions {
  readonly #cookie: SignedCookie;
  readonly #people: People;

  constructor({ config, people }: { config: Config; people: People }) {
    const purpose = 'loge site session v2';
    const ttlMs = PERSON_SESSION_TTL_MS;
    this.#cookie = new SignedCookie({ config, name: 'loge_session', purpose, sameSite: 'lax', ttlMs });
    this.#people = people;
  }

  /** Whether there is a cookie, valid or not. */
  isPresentedIn(request: Request): boolean {
    return this.#cookie.isPresentIn(request);
  }

  async find(request: Request): Promise<SiteVisit | null> {
    for (const secret of this.#cookie.read(request)) {
      const session = await this.#people.sessions.find(secret);
      const person = session && (await this.#people.find(session.person));
      if (person) return { person, session };
    }
    return null;
  }

  /** Throws `token_invalid` for a room token whose session has ended. */
  assertLive(claims: TokenClaims): Promise<void> {
    return this.#people.sessions.assertLive(claims);
  }

  /** Ends the browser's session, if it has one, and begins another: a planted or shared session is never taken over. */
  async replace(response: Response, secret: string): Promise<void> {
    await this.#closeAll(response.req);
    this.write(response, secret);
  }

  /** The browser's session goes on with another secret. */
  write(response: Response, secret: string): void {
    this.#cookie.write(response, secret);
  }

  /** Renews the secret where it is old. */
  async renew(response: Response): Promise<void> {
    for (const secret of this.#cookie.read(response.req)) {
      const next = await this.#people.sessions.renew(secret);
      if (next !== undefined) return this.write(response, next);
    }
  }

  /** Revokes the session too, so that a copy of the cookie is useless. */
  async close(response: Response): Promise<void> {
    await this.#closeAll(response.req);
    this.#cookie.clear(response);
  }

  async #closeAll(request: Request): Promise<void> {
    for (const secret of this.#cookie.read(request)) await this.#people.sessions.close(secret);
  }
}
