/**
 * How many sockets are open at once, by address, person and room, over all gateways. Each gateway keeps its own counts in a leased hash and announces
 * itself, so that what a killed one held is forgotten within seconds. A socket is counted before the others are asked: two gateways that let somebody in
 * at the same moment may both refuse, and never exceed a limit together. Without Redis, or while it is gone, each gateway counts for itself.
 */
import { ANNOUNCEMENT_LEASE_MS, type Announcements } from '../platform/announcements.ts';
import type { LeasedHashes } from '../platform/leased-hashes.ts';
import type { Log } from '../platform/log.ts';
import { PeriodicJob } from '../platform/periodic-job.ts';
import { RedisAnnouncements } from '../platform/redis-announcements.ts';
import { RedisLeasedHashes } from '../platform/redis-leased-hashes.ts';
import type { RedisParts } from '../platform/redis-parts.ts';
import { AppError } from '../protocol/errors.ts';

export interface Slot {
  key: string;
  limit: number;
}

/** Where the gateways see each other's counts. */
export interface SharedCounts {
  board: Announcements;
  hashes: LeasedHashes;
}

const RENEW_MS = ANNOUNCEMENT_LEASE_MS / 3;

export function shareCounts(redis: RedisParts | undefined): SharedCounts | undefined {
  if (!redis) return undefined;
  const shared = { client: redis.commands, connections: redis.connections };
  return {
    board: new RedisAnnouncements({ ...shared, kind: 'gateway' }),
    hashes: new RedisLeasedHashes({ ...shared, kind: 'sockets' }),
  };
}

export class SocketSlots {
  readonly #gateway: string;
  readonly #shared: SharedCounts | undefined;
  readonly #log: Log;
  readonly #counts = new Map<string, number>();
  readonly #renewing: PeriodicJob | undefined;

  constructor(options: { gateway: string; shared: SharedCounts | undefined; log: Log }) {
    this.#gateway = options.gateway;
    this.#shared = options.shared;
    this.#log = options.log;
    if (!options.shared) return;
    this.#renewing = new PeriodicJob({
      name: 'socket counts',
      everyMs: RENEW_MS,
      log: options.log,
      run: async () => {
        await this.#quietly(({ board, hashes }) => this.#renew(board, hashes));
        return false;
      },
    });
    this.#renewing.start();
  }

  /** Takes one place under each key, or throws `too_many_connections` and takes none. What it answers gives the places back, once. */
  async take(slots: readonly Slot[]): Promise<() => void> {
    const keys = slots.map(({ key }) => key);
    for (const key of keys) this.#add(key, 1);
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      for (const key of keys) this.#add(key, -1);
      void this.#quietly(({ hashes }) => this.#publish(hashes, keys));
    };
    const assertFree = (others: ReadonlyMap<string, number>) => {
      const isFull = ({ key, limit }: Slot) => (this.#counts.get(key) ?? 0) + (others.get(key) ?? 0) > limit;
      if (!slots.some(isFull)) return;
      release();
      throw new AppError('too_many_connections');
    };
    // What is full here already asks nobody.
    assertFree(new Map());
    assertFree((await this.#quietly((shared) => this.#countOthers(shared, keys))) ?? new Map());
    return release;
  }

  #add(key: string, change: 1 | -1): void {
    const count = (this.#counts.get(key) ?? 0) + change;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }

  async #countOthers({ board, hashes }: SharedCounts, keys: readonly string[]): Promise<Map<string, number>> {
    const [gateways] = await Promise.all([board.list(), this.#publish(hashes, keys)]);
    const others = [...gateways.keys()].filter((gateway) => gateway !== this.#gateway);
    const counts = await Promise.all(others.map((gateway) => hashes.pick(gateway, keys)));
    return new Map(keys.map((key) => [key, counts.reduce((sum, count) => sum + Number(count.get(key) ?? 0), 0)]));
  }

  async #publish(hashes: LeasedHashes, keys: readonly string[]): Promise<void> {
    const held = keys.filter((key) => this.#counts.has(key));
    const gone = keys.filter((key) => !this.#counts.has(key));
    await Promise.all([
      hashes.set(this.#gateway, new Map(held.map((key) => [key, String(this.#counts.get(key))]))),
      ...gone.map((key) => hashes.remove(this.#gateway, key)),
    ]);
  }

  async #renew(board: Announcements, hashes: LeasedHashes): Promise<void> {
    await board.announce(this.#gateway, '');
    const lost = await hashes.renew([this.#gateway]);
    // Redis came back without its data.
    if (lost.length > 0 && this.#counts.size > 0) await this.#publish(hashes, [...this.#counts.keys()]);
  }

  async #quietly<T>(work: (shared: SharedCounts) => Promise<T>): Promise<T | undefined> {
    try {
      return this.#shared && (await work(this.#shared));
    } catch (error) {
      this.#log.debug({ err: error }, 'sockets of other gateways were not counted');
      return undefined;
    }
  }

  async close(): Promise<void> {
    await this.#renewing?.close();
    await this.#quietly(async ({ board, hashes }) => {
      await board.withdraw(this.#gateway);
      await hashes.remove(this.#gateway);
    });
  }
}
