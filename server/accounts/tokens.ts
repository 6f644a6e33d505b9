/**
 * Room tokens: JWT (RFC 7519), HS256 and nothing else, issued by an API key and signed with its secret. The gateway and an embedder's
 * server mint the same ones; whatever is wrong with one is a typed error.
 */
import jwt from 'jsonwebtoken';
import type { Clock } from '../platform/clock.ts';
import { type Permissions, type TokenClaims, type TokenInput, tokenClaims } from '../protocol/accounts.ts';
import { AppError } from '../protocol/errors.ts';
import { LIMITS } from '../protocol/limits.ts';

/** Longer than any honest token; a giant one is refused before it is looked at. */
const TOKEN_MAX_CHARS = 4_096;

export class Tokens {
  readonly #apiKey: string;
  readonly #apiSecret: string;
  readonly #clock: Clock;

  constructor(options: { apiKey: string; apiSecret: string; clock: Clock }) {
    this.#apiKey = options.apiKey;
    this.#apiSecret = options.apiSecret;
    this.#clock = options.clock;
  }

  create(input: TokenInput, issuedAtSeconds = Math.floor(this.#clock.now() / 1000)): string {
    const claims: TokenClaims = {
      iss: this.#apiKey,
      sub: input.identity,
      name: input.name,
      room: input.room,
      role: input.role,
      iat: issuedAtSeconds,
      exp: issuedAtSeconds + (input.ttlSeconds ?? LIMITS.tokenTtlSeconds),
      ...(input.entitled === undefined ? {} : { entitled: input.entitled }),
      ...(input.can === undefined ? {} : { can: input.can }),
    };
    return jwt.sign(claims, this.#apiSecret, { algorithm: 'HS256' });
  }

  /** The claims of a valid token; throws `token_missing`, `token_expired` or `token_invalid`. */
  parse(token: unknown): TokenClaims {
    if (token === undefined || token === null || token === '') throw new AppError('token_missing');
    if (typeof token !== 'string' || token.length > TOKEN_MAX_CHARS) throw new AppError('token_invalid');
    const claims = tokenClaims.safeParse(this.#verify(token));
    if (!claims.success) throw new AppError('token_invalid', 'The token lacks a claim or has a malformed one.');
    // An issuer cannot make a token that lives longer than the house allows, whatever it signed.
    if (claims.data.exp - claims.data.iat > LIMITS.tokenTtlMaxSeconds) {
      throw new AppError('token_invalid', `A token may live ${LIMITS.tokenTtlMaxSeconds} seconds at most.`);
    }
    if (claims.data.iat > this.#clock.now() / 1000 + LIMITS.tokenClockSkewSeconds) {
      throw new AppError(
        'token_invalid',
        'The token was issued in the future. Check the clock of the server that made it.',
      );
    }
    return claims.data;
  }

  #verify(token: string): unknown {
    try {
      return jwt.verify(token, this.#apiSecret, {
        algorithms: ['HS256'],
        issuer: this.#apiKey,
        clockTolerance: LIMITS.tokenClockSkewSeconds,
        clockTimestamp: Math.floor(this.#clock.now() / 1000),
      });
    } catch (error) {
      if (error instanceof jwt.TokenExpiredError) throw new AppError('token_expired', undefined, { cause: error });
      throw new AppError('token_invalid', undefined, { cause: error });
    }
  }
}

/** What a participant may do: the role's rights, narrowed or widened by the token's `can`. Only a creator ever publishes. */
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
