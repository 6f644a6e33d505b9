/** Who calls over HTTP: an embedder's server by Basic credentials, a participant by room token, a person of the site by session cookie. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import type { Tokens } from '../accounts/tokens.ts';
import type { Config } from '../config.ts';
import { AppError } from '../protocol/errors.ts';
import type { DeskAccess } from './desk-access.ts';
import type { Auth, Callers } from './http-route.ts';
import type { SiteSessions } from './site-session.ts';

type Callback<A extends Auth> = (request: Request) => Callers[A] | Promise<Callers[A]>;

export class HttpAuth {
  readonly #config: Config;
  readonly #byKind: { [A in Auth]: Callback<A> };

  constructor(parts: { config: Config; tokens: Tokens; sessions: SiteSessions; desk: DeskAccess }) {
    const { config, tokens, sessions, desk } = parts;
    this.#config = config;
    this.#byKind = {
      server: (request) => this.#parseServer(request),
      participant: (request) => tokens.parse(credentialsOf(request, 'bearer')),
      person: (request) => {
        this.#assertOwnPage(request);
        const person = sessions.read(request);
        if (!person) throw new AppError('token_missing', 'Sign in first.');
        return person;
      },
      operator: async (request) => {
        if (desk.isPresentedIn(request)) {
          this.#assertOwnPage(request);
          return desk.authenticate(request);
        }
        const person = await this.authenticate('person', request);
        if (!config.operators.includes(person.identity)) throw new AppError('forbidden', 'This is for the house.');
        return person;
      },
      visitor: async (request) => {
        this.#assertOwnPage(request);
        return (await desk.find(request)) ?? sessions.read(request);
      },
    };
  }

  async authenticate<A extends Auth>(kind: A, request: Request): Promise<Callers[A]> {
    return this.#byKind[kind](request);
  }

  #parseServer(request: Request): Callers['server'] {
    const { apiKey, apiSecret } = this.#config;
    const given = Buffer.from(credentialsOf(request, 'basic') ?? '', 'base64').toString('utf8');
    // Digests of equal length, so that the time it takes tells neither the length nor how far a guess was right.
    if (!timingSafeEqual(digest(given), digest(`${apiKey}:${apiSecret}`))) throw new AppError('credentials_invalid');
    return { apiKey };
  }

  /**
   * A session cookie goes along with whatever page makes the browser send a request, so a request that changes something must come from a
   * page of ours. Browsers say so in `Sec-Fetch-Site`, older ones in `Origin`, which no page can forge; what sends neither is no browser.
   */
  #assertOwnPage(request: Request): void {
    if (request.method === 'GET' || request.method === 'HEAD') return;
    this.assertOwnSite(request);
    // A form on another site can send anything but this type.
    if (!/^application\/json *(;|$)/i.test(request.get('content-type') ?? '')) {
      throw new AppError('invalid_request', 'Send the header `Content-Type: application/json`.');
    }
  }

  /** That the page which sends this, be it by a form, is one of ours. */
  assertOwnSite(request: Request): void {
    const site = request.get('sec-fetch-site');
    const origin = request.get('origin');
    const isOwn =
      site === undefined ? origin === undefined || this.#isOwnOrigin(origin, request) : site === 'same-origin';
    if (!isOwn) throw new AppError('origin_not_allowed', 'This is for the pages of this site only.');
  }

  #isOwnOrigin(origin: string, request: Request): boolean {
    if (origin === new URL(this.#config.publicUrl).origin) return true;
    // In development the same server answers under several names: localhost, 127.0.0.1, the machine's address.
    return this.#config.development && URL.canParse(origin) && new URL(origin).host === request.get('host');
  }
}

function credentialsOf(request: Request, scheme: 'basic' | 'bearer'): string | undefined {
  const [, given, credentials] = /^(\w+) +(\S+) *$/.exec(request.get('authorization') ?? '') ?? [];
  return given?.toLowerCase() === scheme ? credentials : undefined;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
