/**
 * Room tokens: JWT (RFC 7519), HS256 only, issued by an API key and signed with its secret. The gateway and embedders'
 * servers create the same tokens; every fault is a typed error.
 */
import jwt from 'jsonwebtoken';
import type { Clock } from '../platform/clock.ts';
import {
  type Permissions,
  type Role,
  type TokenClaims,
  type TokenInput,
  tokenClaims,
} from '../protocol/accounts/accounts.ts';
import { isPersonId } from '../protocol/accounts/people.ts';
import { AppError } from '../protocol/errors.ts';
import * as LIMITS from '../protocol/limits.ts';
import type { KeyRing, LiveKey } from './key-ring.ts';

/** Longer than any valid token; longer ones are refused before parsing. */
const TOKEN_MAX_CHARS = 4_096;

export class Tokens {
  readonly #keys: KeyRing;
  readonly #ownKey: string;
  readonly #clock: Clock;

  /** `ownKey` signs the tokens that the house itself issues. */
  constructor(options: { keys: KeyRing; ownKey: string; clock: Clock }) {
    this.#keys = options.keys;
    this.#ownKey = options.ownKey;
    this.#clock = options.clock;
  }

  /** A token of the key `issuer`, valid as long as that key. */
  create(
    input: TokenInput,
    {
      issuer = this.#ownKey,
      issuedAtSeconds = Math.floor(this.#clock.now() / 1000),
      session,
    }: { issuer?: string; issuedAtSeconds?: number; session?: string } = {},
  ): string {
    this.#assertOwner(input.identity, issuer);
    const [secret] = this.#keys.findIssuer(issuer)?.secrets ?? [];
    if (secret === undefined) throw new AppError('scope_missing', 'This API key lacks the scope `tokens`.');
    const claims: TokenClaims = {
      iss: issuer,
      sub: input.identity,
      name: input.name,
      room: input.room,
      role: input.role,
      iat: issuedAtSeconds,
      exp: issuedAtSeconds + (input.ttlSeconds ?? LIMITS.tokenTtlSeconds),
      ...(input.entitled === undefined ? {} : { entitled: input.entitled }),
      ...(input.can === undefined ? {} : { can: input.can }),
      ...(session === undefined ? {} : { logeSession: session }),
    };
    return jwt.sign(claims, secret, { algorithm: 'HS256' });
  }

  /**
   * The claims of a valid token that a page of `origin` presents, or no page. Throws `token_missing`, `token_expired`,
   * `token_invalid`, or `origin_not_allowed`.
   */
  parse(token: unknown, origin: string | undefined): TokenClaims {
    if (token === undefined || token === null || token === '') throw new AppError('token_missing');
    if (typeof token !== 'string' || token.length > TOKEN_MAX_CHARS) throw new AppError('token_invalid');
    const { key, payload } = this.#verify(token);
    const claims = tokenClaims.safeParse(payload);
    if (!claims.success) throw new AppError('token_invalid', 'A claim of the token is missing or invalid.');
    this.#assertOwner(claims.data.sub, key.apiKey);
    // The server limits the lifetime of a token, whatever its issuer signed.
    if (claims.data.exp - claims.data.iat > LIMITS.tokenTtlMaxSeconds) {
      throw new AppError('token_invalid', `A token may live ${LIMITS.tokenTtlMaxSeconds} seconds at most.`);
    }
    if (claims.data.iat > this.#clock.now() / 1000 + LIMITS.tokenClockSkewSeconds) {
      throw new AppError(
        'token_invalid',
        'The token was issued in the future. Check the clock of the server that made it.',
      );
    }
    if (origin !== undefined && key.origins?.includes(origin) === false) {
      throw new AppError('origin_not_allowed', 'The API key of this token does not list this site among its origins.');
    }
    this.#keys.noteUse(key.apiKey);
    if (key.apiKey === this.#ownKey) return claims.data;
    // Only the house's own tokens name a session.
    const { logeSession: _, ...embedded } = claims.data;
    return embedded;
  }

  /** Only the house itself speaks for its people: no API key may spend, see or moderate as one of them. */
  #assertOwner(identity: string, issuer: string): void {
    if (isPersonId(identity) && issuer !== this.#ownKey) {
      throw new AppError('token_invalid', 'Only this house makes tokens for its own people.');
    }
  }

  #verify(token: string): { key: LiveKey; payload: unknown } {
    const issuer = this.#keys.findIssuer(issuerOf(token));
    if (!issuer) throw new AppError('token_invalid');
    let fault: unknown;
    for (const secret of issuer.secrets) {
      try {
        return { key: issuer.key, payload: this.#verifyBy(secret, token) };
      } catch (error) {
        if (error instanceof jwt.TokenExpiredError) throw new AppError('token_expired', undefined, { cause: error });
        fault = error;
      }
    }
    throw new AppError('token_invalid', undefined, { cause: fault });
  }

  #verifyBy(secret: string, token: string): unknown {
    return jwt.verify(token, secret, {
      algorithms: ['HS256'],
      clockTolerance: LIMITS.tokenClockSkewSeconds,
      clockTimestamp: Math.floor(this.#clock.now() / 1000),
    });
  }
}

/** The unverified issuer: only selects the secret that verifies the token. */
function issuerOf(token: string): string {
  try {
    const payload = jwt.decode(token);
    return typeof payload === 'object' && typeof payload?.iss === 'string' ? payload.iss : '';
  } catch {
    // The payload is not JSON.
    return '';
  }
}

/** A participant's permissions: the role's, narrowed or widened by the token's `can`. Only a creator ever publishes. */
export function permissionsOf(claims: Pick<TokenClaims, 'role' | 'can'>): Required<Permissions> {
  const keepsOrder = claims.role !== 'fan';
  const can = claims.can ?? {};
  return {
    publish: claims.role === 'creator' && can.publish !== false,
    subscribe: can.subscribe !== false,
    chat: can.chat !== false,
    tip: claims.role === 'fan' && can.tip !== false,
    moderate: can.moderate ?? keepsOrder,
  };
}

/** Permissions by the current rank: an older token can narrow them, but cannot restore what was taken away. */
export function permissionsNow(
  { can }: Pick<TokenClaims, 'can'>,
  { role, moderates }: { role: Role; moderates: boolean },
): Required<Permissions> {
  return permissionsOf({ role, can: { ...can, moderate: moderates && can?.moderate !== false } });
}
