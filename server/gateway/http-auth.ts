/**
 * Who calls over HTTP, and how often they may: an embedder's server by the Basic credentials of an API key, a participant by room token, a person
 * of the site by session cookie. `admit` is the only way in, so that no route forgets a scope or a budget.
 */
import type { Request, Response } from 'express';
import type { KeyRing, LiveKey } from '../accounts/key-ring.ts';
import type { Tokens } from '../accounts/tokens.ts';
import type { Config } from '../config.ts';
import { AppError } from '../protocol/errors.ts';
import type { DeskAccess } from './desk-access.ts';
import type { Admittance, Auth, Callers } from './http-route.ts';
import type { HttpLimits } from './rate-limits.ts';
import type { SiteSessions } from './site-session.ts';

type Callback<A extends Auth> = (request: Request) => Callers[A] | Promise<Callers[A]>;

export class HttpAuth {
  readonly #config: Config;
  readonly #limits: HttpLimits;
  readonly #byKind: { [A in Auth]: Callback<A> };

  constructor(parts: {
    config: Config;
    keys: KeyRing;
    tokens: Tokens;
    sessions: SiteSessions;
    desk: DeskAccess;
    limits: HttpLimits;
  }) {
    const { config, keys, tokens, sessions, desk } = parts;
    this.#config = config;
    this.#limits = parts.limits;
    this.#byKind = {
      server: (request) => parseServer(keys, request),
      participant: (request) => tokens.parse(credentialsOf(request, 'bearer'), request.get('origin')),
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
        const person = await this.#byKind.person(request);
        if (!config.operators.includes(person.identity)) throw new AppError('forbidden', 'This is for the house.');
        return person;
      },
      visitor: async (request) => {
        this.#assertOwnPage(request);
        return (await desk.find(request)) ?? sessions.read(request);
      },
    };
  }

  /** Authenticates, counts, and says in `response` what a 401 has to say. */
  async admit<A extends Auth>(to: Admittance<A>, request: Request, response: Response): Promise<Callers[A]> {
    const address = request.ip;
    let caller: Callers[A];
    try {
      caller = await this.#byKind[to.auth](request);
    } catch (error) {
      // The right credentials pass however many wrong ones came from the same address: a secret of 32 characters is not found by trying,
      // but a neighbour behind the same router could otherwise shut an embedder out.
      await this.#limits.consume(to.auth === 'server' ? 'credentials' : to.limit, { address });
      if (error instanceof AppError && error.status === 401) response.set('www-authenticate', challengeOf(to.auth));
      throw error;
    }
    await this.#limits.consume(to.limit, { identity: identityOf(caller), address });
    if (to.scope !== undefined && !(caller as LiveKey).scopes.includes(to.scope)) {
      throw new AppError('scope_missing', `This API key lacks the scope \`${to.scope}\`.`);
    }
    return caller;
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

function parseServer(keys: KeyRing, request: Request): LiveKey {
  const given = Buffer.from(credentialsOf(request, 'basic') ?? '', 'base64').toString('utf8');
  const colon = given.indexOf(':');
  const key = keys.authenticate(given.slice(0, Math.max(colon, 0)), given.slice(colon + 1));
  if (!key) throw new AppError('credentials_invalid');
  return key;
}

/** What RFC 9110 wants beside a 401. */
function challengeOf(auth: Auth): string {
  return auth === 'server' ? 'Basic realm="Loge server API", charset="UTF-8"' : 'Bearer realm="Loge"';
}

function identityOf(caller: Callers[Auth]): string | undefined {
  if (!caller) return undefined;
  if ('sub' in caller) return caller.sub;
  return 'identity' in caller ? caller.identity : undefined;
}
