/**
 * Limits per key over all processes. Each process keeps its counts in a leased hash and announces itself, so that the
 * slots of a killed one are freed within seconds. A slot is counted before the others are read: of two concurrent
 * takers both may be refused, but the limit is never exceeded. Without Redis each process counts alone.
 */
import { randomUUID } from 'node:crypto';
import { ANNOUNCEMENT_LEASE_MS, type Announcements } from './announcements.ts';
import { PeriodicJob } from './jobs/periodic-job.ts';
import type { LeasedHashes } from './leased-hashes.ts';
import type { Log } from './log.ts';
import type { RedisClient, RedisConnections } from './redis/redis.ts';
import { RedisAnnouncements } from './redis/redis-announcements.ts';
import { RedisLeasedHashes } from './redis/redis-leased-hashes.ts';

export interface Slot {
  key: string;
  limit: number;
}

/** Where processes read each other's counts. */
export interface SharedCounts {
  board: Announcements;
  hashes: LeasedHashes;
}

const RENEW_MS = ANNOUNCEMENT_LEASE_MS / 3;

/** `kind`: what is counted. */
export function shareCounts(
  kind: string,
  redis: { client: RedisClient; connections: Pick<RedisConnections, 'prefix'> },
): SharedCounts {
  return { board: new RedisAnnouncements({ ...redis, kind }), hashes: new RedisLeasedHashes({ ...redis, kind }) };
}

export class SharedSlots {
  /** New for each process: a restarted one holds nothing of before. */
  readonly #holder = randomUUID();
  readonly #shared: SharedCounts | undefined;
  readonly #log: Log;
  readonly #counts = new Map<string, number>();
  /** What others read may differ from `#counts`, because a request failed. */
  #isStale = false;
  readonly #renewing: PeriodicJob | undefined;

  constructor({ shared, log }: { shared: SharedCounts | undefined; log: Log }) {
    this.#shared = shared;
    this.#log = log;
    if (!shared) return;
    this.#renewing = new PeriodicJob({
      name: 'shared counts',
      everyMs: RENEW_MS,
      log,
      waitsForClock: false,
      run: () => this.#quietly(({ board, hashes }) => this.#renew(board, hashes)),
    });
    this.#renewing.start();
  }

  /** Takes one slot under each key, or none if one is full. The result releases them, once. */
  async take(slots: readonly Slot[]): Promise<(() => void) | undefined> {
    const keys = slots.map(({ key }) => key);
    for (const key of keys) this.#add(key, 1);
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      for (const key of keys) this.#add(key, -1);
      void this.#quietly(({ hashes }) => this.#publish(hashes, keys));
    };
    const isFree = (others: ReadonlyMap<string, number>) =>
      slots.every(({ key, limit }) => (this.#counts.get(key) ?? 0) + (others.get(key) ?? 0) <= limit);
    // A key that is full here needs no request.
    if (isFree(new Map()) && isFree((await this.#quietly((shared) => this.#countOthers(shared, keys))) ?? new Map()))
      return release;
    release();
    return undefined;
  }

  #add(key: string, change: 1 | -1): void {
    const count = (this.#counts.get(key) ?? 0) + change;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }

  async #countOthers({ board, hashes }: SharedCounts, keys: readonly string[]): Promise<Map<string, number>> {
    const [holders] = await Promise.all([board.list(), this.#publish(hashes, keys)]);
    const others = [...holders.keys()].filter((holder) => holder !== this.#holder);
    const counts = await Promise.all(others.map((holder) => hashes.pick(holder, keys)));
    return new Map(keys.map((key) => [key, counts.reduce((sum, count) => sum + Number(count.get(key) ?? 0), 0)]));
  }

  async #publish(hashes: LeasedHashes, keys: readonly string[]): Promise<void> {
    const held = keys.filter((key) => this.#counts.has(key));
    const gone = keys.filter((key) => !this.#counts.has(key));
    await Promise.all([
      hashes.set(this.#holder, new Map(held.map((key) => [key, String(this.#counts.get(key))]))),
      ...gone.map((key) => hashes.remove(this.#holder, key)),
    ]);
  }

  async #renew(board: Announcements, hashes: LeasedHashes): Promise<void> {
    await board.announce(this.#holder, '');
    const lost = await hashes.renew([this.#holder]);
    // Redis came back without its data.
    if (lost.length > 0 && this.#counts.size > 0) this.#isStale = true;
    if (!this.#isStale) return;
    // First: a request that fails meanwhile sets it again.
    this.#isStale = false;
    const published = await hashes.get(this.#holder);
    await this.#publish(hashes, [...new Set([...published.keys(), ...this.#counts.keys()])]);
  }

  async #quietly<T>(work: (shared: SharedCounts) => Promise<T>): Promise<T | undefined> {
    try {
      return this.#shared && (await work(this.#shared));
    } catch (error) {
      this.#isStale = true;
      this.#log.debug({ err: error }, 'slots of other processes not counted');
      return undefined;
    }
  }

  async close(): Promise<void> {
    await this.#renewing?.close();
    await this.#quietly(async ({ board, hashes }) => {
      await board.withdraw(this.#holder);
      await hashes.remove(this.#holder);
    });
  }
}
