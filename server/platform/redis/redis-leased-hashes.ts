/** Leased hashes in Redis: every change and renewal extends the hash's expiry. */
import { HASH_LEASE_MS, type LeasedHashes } from '../leased-hashes.ts';
import type { RedisClient, RedisConnections } from './redis.ts';

const SWAP = `
local now = redis.call('HGET', KEYS[1], ARGV[1])
if (ARGV[4] == '0' and not now) or (ARGV[4] == '1' and now == ARGV[2]) then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
  now = ARGV[3]
end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return now or ''`;

export class RedisLeasedHashes implements LeasedHashes {
  readonly #client: RedisClient;
  readonly #prefix: string;
  readonly #leaseMs: number;

  constructor(options: {
    client: RedisClient;
    connections: Pick<RedisConnections, 'prefix'>;
    /** Each kind of hash has its own keys. */
    kind: string;
    leaseMs?: number;
  }) {
    this.#client = options.client;
    this.#prefix = `${options.connections.prefix}${options.kind}:`;
    this.#leaseMs = options.leaseMs ?? HASH_LEASE_MS;
  }

  async get(key: string): Promise<Map<string, string>> {
    return new Map(Object.entries(await this.#client.hgetall(this.#prefix + key)));
  }

  async pick(key: string, fields: readonly string[]): Promise<Map<string, string>> {
    if (fields.length === 0) return new Map();
    const values = await this.#client.hmget(this.#prefix + key, ...fields);
    return new Map(
      fields.flatMap((field, index): [string, string][] => {
        const value = values[index];
        return value === null || value === undefined ? [] : [[field, value]];
      }),
    );
  }

  async swap({ key, field, expected, value }: Parameters<LeasedHashes['swap']>[0]): Promise<string> {
    const isExpected = expected === undefined ? '0' : '1';
    return String(
      await this.#client.eval(SWAP, 1, this.#prefix + key, field, expected ?? '', value, isExpected, this.#leaseMs),
    );
  }

  async set(key: string, fields: ReadonlyMap<string, string>): Promise<void> {
    if (fields.size === 0) return;
    await this.#client.hset(this.#prefix + key, Object.fromEntries(fields));
    await this.#client.pexpire(this.#prefix + key, this.#leaseMs);
  }

  async remove(key: string, field?: string): Promise<void> {
    if (field === undefined) await this.#client.del(this.#prefix + key);
    else await this.#client.hdel(this.#prefix + key, field);
  }

  async renew(keys: readonly string[]): Promise<string[]> {
    const found = await Promise.all(keys.map((key) => this.#client.pexpire(this.#prefix + key, this.#leaseMs)));
    return keys.filter((_, index) => found[index] === 0);
  }
}
