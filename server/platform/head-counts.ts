/**
 * How many people are in a room over all gateways. Each gateway announces its own in Redis, so that the report of a
 * killed one expires. Small reports name people, so that one person with two tabs on two gateways counts once.
 */
import type { Log } from './log.ts';
import type { RedisClient, RedisConnections } from './redis/redis.ts';
import { RedisAnnouncements } from './redis/redis-announcements.ts';

/** People at other gateways. `identities` is null if there are too many to name. */
export interface Others {
  count: number;
  identities: readonly string[] | null;
}

export interface HeadCounts {
  /** Reports who is in a room at this process. The report expires by itself. Never rejects. */
  report(room: string, identities: ReadonlySet<string>): Promise<void>;
  /** Never rejects: without an answer the count is zero. */
  others(room: string): Promise<Others>;
}

const NOBODY: Others = { count: 0, identities: [] };
/** Reports of at most this many people name them, which makes counts exact. */
const NAMED_MAX = 200;
const LEASE_MS = 15_000;
const RENEWED_AT_ONCE = 200;

export class MemoryHeadCounts implements HeadCounts {
  async report(): Promise<void> {}

  async others(): Promise<Others> {
    return NOBODY;
  }
}

/** One gateway's report: count, and identities if there are few. */
type Report = [count: number, identities: string[] | null];

export class RedisHeadCounts implements HeadCounts {
  readonly #boards: { client: RedisClient; connections: Pick<RedisConnections, 'prefix'>; leaseMs: number };
  readonly #gateway: string;
  readonly #log: Log;
  readonly #reported = new Map<string, ReadonlySet<string>>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: {
    client: RedisClient;
    connections: Pick<RedisConnections, 'prefix'>;
    gateway: string;
    log: Log;
    leaseMs?: number;
  }) {
    const { client, connections, gateway, log, leaseMs = LEASE_MS } = options;
    this.#boards = { client, connections, leaseMs };
    this.#gateway = gateway;
    this.#log = log;
    this.#timer = setInterval(() => void this.#renew(), leaseMs / 3).unref();
  }

  async report(room: string, identities: ReadonlySet<string>): Promise<void> {
    if (identities.size === 0) this.#reported.delete(room);
    else this.#reported.set(room, identities);
    await this.#write(room, identities);
  }

  async others(room: string): Promise<Others> {
    let reports: Map<string, string>;
    try {
      reports = await this.#board(room).list();
    } catch (error) {
      this.#log.debug({ err: error }, 'head counts of other gateways not read');
      return NOBODY;
    }
    const named = new Set<string>();
    let count = 0;
    let areAllNamed = true;
    for (const [gateway, text] of reports) {
      if (gateway === this.#gateway) continue;
      const [own, identities] = parseReport(text);
      count += own;
      if (identities) for (const identity of identities) named.add(identity);
      else areAllNamed = false;
    }
    return areAllNamed ? { count: named.size, identities: [...named] } : { count, identities: null };
  }

  async #write(room: string, identities: ReadonlySet<string>): Promise<void> {
    const report: Report = [identities.size, identities.size <= NAMED_MAX ? [...identities] : null];
    try {
      if (identities.size === 0) await this.#board(room).withdraw(this.#gateway);
      else await this.#board(room).announce(this.#gateway, JSON.stringify(report));
    } catch (error) {
      // The next renewal reports it again.
      this.#log.debug({ err: error }, 'head count not reported');
    }
  }

  #board(room: string): RedisAnnouncements {
    return new RedisAnnouncements({ ...this.#boards, kind: `count:${room}` });
  }

  async #renew(): Promise<void> {
    const rooms = [...this.#reported];
    for (let at = 0; at < rooms.length; at += RENEWED_AT_ONCE) {
      await Promise.all(
        rooms.slice(at, at + RENEWED_AT_ONCE).map(([room, identities]) => {
          // A newer report may have arrived meanwhile.
          return this.#reported.get(room) === identities ? this.#write(room, identities) : undefined;
        }),
      );
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#reported.keys()].map((room) => this.report(room, new Set())));
  }
}

function parseReport(text: string): Report {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return [0, []];
  }
}
