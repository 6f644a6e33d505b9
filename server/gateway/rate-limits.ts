/**
 * Rate limits per identity and per address, for sockets and for HTTP, by class of request. They are kept in memory, or
 * in Redis for all gateways together; while Redis is unreachable each gateway counts alone. Called by both pipelines.
 */
import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RedisParts } from '../platform/redis/redis-parts.ts';
import { AppError } from '../protocol/errors.ts';
import * as LIMITS from '../protocol/limits.ts';

/** `points` requests in each window of `seconds`, and `burst` more now and then. */
export interface Budget {
  points: number;
  seconds: number;
  burst?: { points: number; seconds: number };
}

/** The sender; only known parts are counted. */
export interface Sender {
  identity?: string;
  address?: string;
}

export interface Limiter {
  /** Resolves while there is something left; rejects with a `RateLimiterRes` when the budget is used up. */
  consume(key: string): Promise<unknown>;
}
export type LimiterFactory = (name: string, budget: Budget) => Limiter;

type Budgets<C extends string> = Record<C, { identity?: Budget; address?: Budget }>;

/** Reports of one person, and of an address that a company or a mobile network may share. */
const REPORTS = { identity: { points: 20, seconds: 3_600 }, address: { points: 1_000, seconds: 3_600 } } as const;

/**
 * An address may be a whole company behind one router, so its budgets are many times those of one person: they stop a
 * flood, not a crowd. A hundred viewers who join from one address within a second pass.
 */
const SOCKET_BUDGETS = {
  connect: { address: { points: 600, seconds: 10 } },
  chat: {
    identity: { points: 10, seconds: 5, burst: { points: 5, seconds: 30 } },
    address: { points: 2_000, seconds: 5 },
  },
  stage: { identity: { points: 60, seconds: 10 }, address: { points: 6_000, seconds: 10 } },
  money: { identity: { points: 20, seconds: 10 }, address: { points: 2_000, seconds: 10 } },
  report: REPORTS,
  /** Over HTTP only. */
  upload: {},
  default: { identity: { points: 100, seconds: 10 }, address: { points: 6_000, seconds: 10 } },
} as const satisfies Budgets<string>;

const HTTP_BUDGETS = {
  /** The embedder's server, which mints a token for every viewer that joins. */
  server: { address: { points: 6_000, seconds: 10 } },
  /** Failed logins of the server API. */
  credentials: { address: { points: 20, seconds: 60 } },
  participant: { identity: { points: 100, seconds: 10 }, address: { points: 3_000, seconds: 10 } },
  money: { identity: { points: 20, seconds: 10 }, address: { points: 1_000, seconds: 10 } },
  /** Opens a media session before there is a socket: as often as sockets are opened. */
  stage: { identity: { points: 30, seconds: 10 }, address: { points: 600, seconds: 10 } },
  site: { identity: { points: 100, seconds: 10 }, address: { points: 3_000, seconds: 10 } },
  /**
   * Pictures of shared links that have to be drawn; those that are kept count as `site`. The identity is the creator
   * whose picture it is: they can change its text at will.
   */
  drawing: { identity: { points: 20, seconds: 60 }, address: { points: 30, seconds: 60 } },
  /** Pictures, which take a second of CPU each. */
  upload: { identity: { points: 20, seconds: 600 }, address: { points: 100, seconds: 600 } },
  /** Of all personal data, which read every table (`Exports`). */
  export: { identity: { points: 3, seconds: 24 * 3_600 } },
  signIn: { address: { points: 100, seconds: 60 } },
  report: REPORTS,
  /** The public form, whose sender is known by address alone. */
  reportForm: { address: { points: 10, seconds: 3_600 } },
  /** Letters to a mailbox that was given on that form, by whomever. */
  reportFormMailbox: { identity: { points: 2, seconds: 24 * 3_600 } },
  /** Mails with a sign-in link: the identity is a mail address, or the mailbox behind several. */
  signInMail: { identity: { points: 5, seconds: 900 }, address: { points: 60, seconds: 600 } },
  signInMailbox: { identity: { points: 10, seconds: 3_600 } },
  webhook: { address: { points: 3_000, seconds: 10 } },
  /** Returns from the payment page; each one calls the payment provider. */
  checkoutReturn: { address: { points: 60, seconds: 10 } },
} as const satisfies Budgets<string>;

/** What acts by itself on somebody's word, over HTTP and sockets together. */
const CLAIM_BUDGETS = {
  consent: { address: { points: LIMITS.claimsPerAddressPerDay, seconds: 24 * 3_600 } },
} as const satisfies Budgets<string>;

export type LimitClass = keyof typeof SOCKET_BUDGETS;
export type HttpLimitClass = keyof typeof HTTP_BUDGETS;
export type SocketLimits = RateLimits<LimitClass>;
export type HttpLimits = RateLimits<HttpLimitClass>;
export type ClaimLimits = RateLimits<keyof typeof CLAIM_BUDGETS>;

export function createSocketLimits(createLimiter: LimiterFactory = createMemoryLimiter): SocketLimits {
  return new RateLimits('socket', SOCKET_BUDGETS, createLimiter);
}

export function createHttpLimits(createLimiter: LimiterFactory = createMemoryLimiter): HttpLimits {
  return new RateLimits('http', HTTP_BUDGETS, createLimiter);
}

export function createClaimLimits(createLimiter: LimiterFactory = createMemoryLimiter): ClaimLimits {
  return new RateLimits('claim', CLAIM_BUDGETS, createLimiter);
}

/** A key expires with its window, so memory is bounded by the number of senders within one window. */
const createMemoryLimiter: LimiterFactory = (name, { points, seconds, burst }) => {
  const limiter = new RateLimiterMemory({ keyPrefix: name, points, duration: seconds });
  if (!burst) return limiter;
  const extra = new RateLimiterMemory({ keyPrefix: `${name}:burst`, points: burst.points, duration: burst.seconds });
  return new BurstyRateLimiter(limiter, extra);
};

/** Budgets that hold over all gateways where there is a Redis. */
export function createLimiterFactory(redis: RedisParts | undefined): LimiterFactory {
  if (!redis) return createMemoryLimiter;
  const { commands: storeClient, connections } = redis;
  const create = (keyPrefix: string, { points, seconds }: Budget) =>
    new RateLimiterRedis({
      storeClient,
      keyPrefix: `${connections.prefix}limit:${keyPrefix}`,
      points,
      duration: seconds,
      rejectIfRedisNotReady: true,
      // A sender without budget is refused locally, without another Redis call.
      inMemoryBlockOnConsumed: points + 1,
      insuranceLimiter: new RateLimiterMemory({ keyPrefix, points, duration: seconds }),
    });
  return (name, budget) => {
    const limiter = create(name, budget);
    return budget.burst ? new BurstyRateLimiter(limiter, create(`${name}:burst`, budget.burst)) : limiter;
  };
}

/**
 * An IPv6 subscriber may have a network of 48 bits, in which 65,536 networks count as one address each: all of them
 * together have this many times the budget of one.
 */
const SUBSCRIBER_FACTOR = 4;

export class RateLimits<C extends string> {
  readonly #limiters = new Map<string, Limiter>();

  constructor(prefix: string, budgets: Budgets<C>, createLimiter: LimiterFactory) {
    for (const [name, budget] of Object.entries<Budgets<C>[C]>(budgets)) {
      const { identity, address } = budget;
      const subscriber = address && { ...address, points: address.points * SUBSCRIBER_FACTOR };
      for (const [by, limit] of Object.entries({ identity, address, subscriber })) {
        if (limit) this.#limiters.set(`${name}:${by}`, createLimiter(`${prefix}:${name}:${by}`, limit));
      }
    }
  }

  /**
   * Counts one request; throws `rate_limited` when a budget is used up. The identity comes first: what one person sends
   * in excess is not taken from the budget of the address that others share.
   */
  async consume(limitClass: C, { identity, address }: Sender): Promise<void> {
    if (identity !== undefined) await this.#consume(`${limitClass}:identity`, identity);
    if (address === undefined) return;
    await this.#consume(`${limitClass}:address`, addressKey(address));
    const subscriber = subscriberKey(address);
    if (subscriber !== undefined) await this.#consume(`${limitClass}:subscriber`, subscriber);
  }

  /** As `consume`, for what is done in another way once the budget is used up. */
  async isWithin(limitClass: C, sender: Sender): Promise<boolean> {
    try {
      await this.consume(limitClass, sender);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'rate_limited') return false;
      throw error;
    }
  }

  async #consume(name: string, key: string): Promise<void> {
    try {
      await this.#limiters.get(name)?.consume(key);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      throw new AppError('rate_limited', undefined, { retryAfterMs: Math.max(1, Math.ceil(error.msBeforeNext)) });
    }
  }
}

/** Counts a mail address under its digest, so that the store of limits holds no addresses. */
export function digestOf(mailAddress: string): string {
  return createHash('sha256').update(mailAddress).digest('base64url');
}

/**
 * Some proxies add the port in `X-Forwarded-For`; without stripping it each connection would count as another address.
 */
const WITH_PORT = /^(?:\[([^\]]+)\]|(\d{1,3}(?:\.\d{1,3}){3})):\d{1,5}$/;
const MAPPED_IPV4 = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;
const IPV6_GROUPS = 8;
const IPV6_GROUP_BITS = 16;

/** What counts as one address: an IPv4 address, or an IPv6 network of 64 bits, the smallest that a subscriber gets. */
export function addressKey(given: string): string {
  const address = plainAddress(given);
  return ipv6Network(address, 64) ?? address;
}

/** The largest IPv6 network that one subscriber commonly gets; undefined for IPv4. */
function subscriberKey(given: string): string | undefined {
  return ipv6Network(plainAddress(given), 48);
}

function plainAddress(given: string): string {
  const [, v6, v4] = WITH_PORT.exec(given) ?? [];
  const address = v6 ?? v4 ?? given;
  return MAPPED_IPV4.exec(address)?.[1] ?? address;
}

function ipv6Network(address: string, bits: number): string | undefined {
  const plain = address.split('%', 1)[0] ?? '';
  if (!isIPv6(plain)) return undefined;
  // The URL parser writes every form of an IPv6 address in the one canonical form.
  const [head = '', tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const end = tail === '' ? [] : tail.split(':');
    groups.push(...new Array<string>(IPV6_GROUPS - groups.length - end.length).fill('0'), ...end);
  }
  return `${groups.slice(0, bits / IPV6_GROUP_BITS).join(':')}::/${bits}`;
}
