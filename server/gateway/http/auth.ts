/**
 * Who calls over HTTP, and how often they may: an embedder's server by the Basic credentials of an API key, a
 * participant by room token, people of the site and operators by session cookie. `authenticate` is the only way in, so
 * that no operation forgets a scope or a budget.
 */
import type { Request, Response } from 'express';
import type { KeyRing, LiveKey } from '../../accounts/key-ring.ts';
import { isStrong, type SessionProof } from '../../accounts/people/session-strength.ts';
import type { Roles } from '../../accounts/roles/roles.ts';
import type { Tokens } from '../../accounts/tokens.ts';
import type { Config } from '../../config.ts';
import type { Clock } from '../../platform/clock.ts';
import type { TokenClaims } from '../../protocol/accounts/accounts.ts';
import { AppError } from '../../protocol/errors.ts';
import type { Scope } from '../../protocol/keys.ts';
import type { CallerKind } from '../../protocol/operations/contract.ts';
import type { Committee } from '../../trust/committee/committee.ts';
import { type Caller, type HttpOperation, SERVER } from '../operations/operation.ts';
import { assertOwnPage, isOwnPage } from '../origins.ts';
import type { HttpLimitClass, HttpLimits } from '../rate-limits.ts';
import type { DeskAccess } from '../site/sign-in/desk-access.ts';
import type { SiteSessions } from '../site/sign-in/site-session.ts';
import { readBody } from './input.ts';

export interface Authenticated {
  by: CallerKind;
  /** Null for a visitor who is not signed in. */
  caller: Caller | null;
  key?: LiveKey;
  claims?: TokenClaims;
  /** Of a person. */
  session?: SessionProof | undefined;
}

type HttpDoor = HttpOperation['http'];
type Door = Pick<HttpOperation, 'limit'> & {
  http: Pick<HttpDoor, 'by' | 'scope'> & Partial<Pick<HttpDoor, 'input' | 'tokenInBody' | 'upload'>>;
};

interface HttpAuthParts {
  config: Config;
  clock: Clock;
  roles: Pick<Roles, 'has'>;
  committee: Pick<Committee, 'isMember'>;
  keys: KeyRing;
  tokens: Tokens;
  sessions: SiteSessions;
  desk: DeskAccess;
  limits: HttpLimits;
}

export class HttpAuth {
  readonly #parts: HttpAuthParts;

  constructor(parts: HttpAuthParts) {
    this.#parts = parts;
  }

  /** For routes outside of the table that need an API key. */
  async assertScope(scope: Scope, request: Request, response: Response): Promise<void> {
    await this.authenticate({ limit: 'default', http: { by: ['server'], scope } }, request, response);
  }

  /** Authenticates and rate-limits; sets the challenge of a 401 in `response`. */
  async authenticate(to: Door, request: Request, response: Response): Promise<Authenticated> {
    const address = request.ip;
    let authenticated: Authenticated;
    try {
      authenticated = to.http.tokenInBody
        ? await this.#identifyByBody(to.http, request, response)
        : await this.#identify(to.http, request);
    } catch (error) {
      // Valid credentials always pass, however many invalid ones came from the same address: guessing a secret of 32
      // characters is hopeless, but a neighbour behind the same router could otherwise lock an embedder out.
      await this.#parts.limits.consume(limitOfFailure(to, request), { address });
      if (error instanceof AppError && error.status === 401)
        response.set('www-authenticate', challengeFor(to, request));
      throw error;
    }
    const { by, caller, key } = authenticated;
    await this.#parts.limits.consume(limitOf(to, by), { identity: key ? undefined : caller?.identity, address });
    if (key && to.http.scope !== undefined && !key.scopes.includes(to.http.scope)) {
      throw new AppError('scope_missing', `This API key lacks the scope \`${to.http.scope}\`.`);
    }
    return authenticated;
  }

  /** The `Authorization` header takes precedence over every cookie. A public operation needs neither. */
  async #identify({ by, upload }: Door['http'], request: Request): Promise<Authenticated> {
    if (by.includes('visitor')) return { by: 'visitor', ...(await this.#findVisitor(request)) };
    if (request.get('authorization')) return this.#identifyByHeader(by, request);
    const found = await this.#identifyByCookie(by, request, upload?.types);
    if (found) return found;
    throw isForServer(by, request) ? new AppError('credentials_invalid') : missing(by);
  }

  /** A token in the body takes precedence over the header. No cookie counts. */
  async #identifyByBody(http: Door['http'], request: Request, response: Response): Promise<Authenticated> {
    const { token } = (await readBody({ input: http.input, tokenInBody: true }, request, response)) as {
      token?: unknown;
    };
    return token === undefined ? this.#identifyByHeader(http.by, request) : this.#identifyByToken(token, request);
  }

  async #identifyByToken(token: unknown, request: Request): Promise<Authenticated> {
    const claims = this.#parts.tokens.parse(token, request.get('origin'));
    await this.#parts.sessions.assertLive(claims);
    const { sub: identity, name, role } = claims;
    return { by: 'participant', claims, caller: { identity, name, role } };
  }

  async #identifyByHeader(by: readonly CallerKind[], request: Request): Promise<Authenticated> {
    const basic = credentialsOf(request, 'basic');
    const bearer = credentialsOf(request, 'bearer');
    if (by.includes('participant') && bearer !== undefined) return this.#identifyByToken(bearer, request);
    if (!by.includes('server')) throw missing(by);
    const key = authenticateKey(this.#parts.keys, basic);
    return { by: 'server', key, caller: SERVER };
  }

  /** Browsers attach cookies to requests of any page, so a cookie counts only for requests of this site's own pages. */
  async #identifyByCookie(
    by: readonly CallerKind[],
    request: Request,
    types = JSON_TYPE,
  ): Promise<Authenticated | undefined> {
    const isDesk = by.includes('operator') && this.#parts.desk.isPresentedIn(request);
    const isPerson = by.some((caller) => OF_PEOPLE.has(caller)) && this.#parts.sessions.isPresentedIn(request);
    if (!isDesk && !isPerson) return undefined;
    const visit = isPerson ? await this.#parts.sessions.find(request) : null;
    if (!isDesk && !visit) return undefined;
    assertOwnPage(this.#parts.config, request);
    assertType(request, types);
    const person = visit?.person ?? null;
    if (isDesk) {
      const operator =
        person && by.includes('person')
          ? await this.#parts.desk.find(request)
          : await this.#parts.desk.authenticate(request);
      if (operator) return { by: 'operator', caller: operator };
    }
    if (!visit || !person) return undefined;
    const { session } = visit;
    const seats = SEATS.filter((seat) => by.includes(seat));
    const held = await Promise.all(seats.map((seat) => this.#holds(person.identity, seat)));
    const seat = seats.find((_, index) => held[index]);
    if (seat && isStrong(session, this.#parts.clock.now())) return { by: seat, caller: person, session };
    if (by.includes('person')) return { by: 'person', caller: person, session };
    if (seat) throw new AppError('step_up_required');
    const wanted = SEATS.findLast((one) => by.includes(one)) ?? 'operator';
    throw new AppError('forbidden', `This is for ${FOR[wanted]}.`);
  }

  #holds(person: string, seat: (typeof SEATS)[number]): Promise<boolean> {
    const { roles, committee } = this.#parts;
    return seat === 'member' ? committee.isMember(person) : roles.has(person, seat);
  }

  /** A page of another site may read public data anonymously, and change nothing. */
  async #findVisitor(request: Request): Promise<Pick<Authenticated, 'caller' | 'session'>> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      assertOwnPage(this.#parts.config, request);
      assertType(request, JSON_TYPE);
    } else if (!isOwnPage(this.#parts.config, request)) return { caller: null };
    const operator = await this.#parts.desk.find(request);
    const visit = operator ? null : await this.#parts.sessions.find(request);
    return { caller: operator ?? visit?.person ?? null, session: visit?.session };
  }
}

/** What opens to a strong session alone; who has both acts as an operator. */
const SEATS = ['operator', 'reviewer', 'member'] as const;
const FOR = { operator: 'operators', reviewer: 'reviewers', member: 'members of the committee' } as const;
/** Callers with a session of the site. */
const OF_PEOPLE: ReadonlySet<CallerKind> = new Set(['person', ...SEATS]);

function missing(by: readonly CallerKind[]): AppError {
  if (!by.includes('participant')) return new AppError('token_missing', 'Sign in first.');
  return new AppError('token_missing', by.includes('person') ? 'Sign in, or send a room token.' : undefined);
}

const JSON_TYPE: readonly string[] = ['application/json'];

/** A form on another site can send neither JSON nor a picture as the body. */
function assertType(request: Request, types: readonly string[]): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const [type = ''] = (request.get('content-type') ?? '').split(';');
  if (types.includes(type.trim().toLowerCase())) return;
  throw new AppError('invalid_request', `Send the header \`Content-Type: ${types.join('` or `')}\`.`);
}

function limitOf({ limit }: Door, by: CallerKind): HttpLimitClass {
  if (by === 'server') return 'server';
  if (limit === 'money' || limit === 'signIn' || limit === 'stage' || limit === 'report' || limit === 'upload')
    return limit;
  return by === 'participant' ? 'participant' : 'site';
}

/** Failed API key attempts have a separate, small rate limit. An expired session is not an attempt to guess keys. */
function limitOfFailure(to: Door, request: Request): HttpLimitClass {
  const { by } = to.http;
  const isGuess = by.includes('server') && (by.length === 1 || request.get('authorization') !== undefined);
  return isGuess ? 'credentials' : limitOf(to, by.includes('participant') ? 'participant' : 'person');
}

/** The challenge that RFC 9110 requires with a 401. */
function challengeFor({ http: { by } }: Door, request: Request): string {
  return isForServer(by, request) ? 'Basic realm="Loge server API", charset="UTF-8"' : 'Bearer realm="Loge"';
}

/**
 * Whether to ask for an API key. A `Basic` challenge to one of our own pages would open the browser's password dialog.
 */
function isForServer(by: readonly CallerKind[], request: Request): boolean {
  const isForPages = by.some((caller) => OF_PEOPLE.has(caller));
  return by.includes('server') && !(isForPages && request.get('sec-fetch-site') === 'same-origin');
}

function credentialsOf(request: Request, scheme: 'basic' | 'bearer'): string | undefined {
  const [, given, credentials] = /^(\w+) +(\S+) *$/.exec(request.get('authorization') ?? '') ?? [];
  return given?.toLowerCase() === scheme ? credentials : undefined;
}

function authenticateKey(keys: KeyRing, credentials: string | undefined): LiveKey {
  const given = Buffer.from(credentials ?? '', 'base64').toString('utf8');
  const colon = given.indexOf(':');
  const key = keys.authenticate(given.slice(0, Math.max(colon, 0)), given.slice(colon + 1));
  if (!key) throw new AppError('credentials_invalid');
  return key;
}
