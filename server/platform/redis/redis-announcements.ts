/**
 * Announcements in Redis: a hash of values and a sorted set of expiries, under one hash tag so that a cluster keeps
 * them on one node. Both expire with the last lease, also where nobody lists them any more.
 */
import { ANNOUNCEMENT_LEASE_MS, type Announcements } from '../announcements.ts';
import type { RedisClient, RedisConnections } from './redis.ts';

const ANNOUNCE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1`;

const WITHDRAW = `
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return 1`;

const LIST = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)) do
  redis.call('HDEL', KEYS[1], id)
  redis.call('ZREM', KEYS[2], id)
end
return redis.call('HGETALL', KEYS[1])`;

export class RedisAnnouncements implements Announcements {
  readonly #client: RedisClient;
  readonly #keys: [string, string];
  readonly #leaseMs: number;

  constructor(options: {
    client: RedisClient;
    connections: Pick<RedisConnections, 'prefix'>;
    /** Each kind of process has its own board. */
    kind: string;
    leaseMs?: number;
  }) {
    const { client, connections, kind, leaseMs = ANNOUNCEMENT_LEASE_MS } = options;
    this.#client = client;
    this.#leaseMs = leaseMs;
    const key = `${connections.prefix}{announced:${kind}}`;
    this.#keys = [`${key}:said`, `${key}:until`];
  }

  async announce(id: string, value: string): Promise<void> {
    await this.#client.eval(ANNOUNCE, 2, ...this.#keys, id, value, this.#leaseMs);
  }

  async withdraw(id: string): Promise<void> {
    await this.#client.eval(WITHDRAW, 2, ...this.#keys, id);
  }

  async list(): Promise<Map<string, string>> {
    const flat = (await this.#client.eval(LIST, 2, ...this.#keys)) as string[];
    const said = new Map<string, string>();
    for (let i = 0; i + 1 < flat.length; i += 2) said.set(flat[i] ?? '', flat[i + 1] ?? '');
    return said;
  }
}
