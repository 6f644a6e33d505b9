/**
 * Sharded subscriptions on a client of their own. They are kept here and restored after every reconnect, so that no
 * queue of unknown length builds up while Redis is gone.
 */
import { Redis } from 'ioredis';
import type { Log } from '../log.ts';
import type { RedisClient } from './redis.ts';

/** Channels per command, where one server takes them all. */
const CHANNELS_AT_ONCE = 500;
/** Delays between attempts while Redis is connected but refuses subscriptions; the last one repeats. */
const RETRY_MS = [50, 100, 250, 500, 1_000];

export type ChannelHandler = (message: Buffer, channel: Buffer) => void;

export class RedisSubscriber {
  readonly #client: RedisClient;
  readonly #log: Log;
  readonly #handlers = new Map<string, ChannelHandler>();
  readonly #listeners = new Set<() => void>();
  #wasReady = false;
  #isSubscribed = false;
  /** Consecutive attempts that did not fully succeed. */
  #failures = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  /** Number of the latest attempt: results of earlier ones are ignored. */
  #attempt = 0;

  constructor(client: RedisClient, log: Log) {
    this.#client = client;
    this.#log = log;
    client.on('smessageBuffer', (channel: Buffer, message: Buffer) =>
      this.#handlers.get(channel.toString())?.(message, channel),
    );
    client.on('close', () => {
      this.#isSubscribed = false;
      clearTimeout(this.#retryTimer);
    });
    client.on('end', () => clearTimeout(this.#retryTimer));
    client.on('ready', () => void this.#resubscribe());
    // A cluster connects its subscribers separately, again whenever a shard moves.
    client.on('subscribersReady', () => void this.#resubscribe());
  }

  /** Whether all subscriptions are active. */
  get isSubscribed(): boolean {
    return this.#isSubscribed;
  }

  /** After a gap in which messages may have been lost. */
  onRestored(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when Redis has confirmed the subscription, or cannot now. */
  async add(channel: string, handler: ChannelHandler): Promise<void> {
    this.#handlers.set(channel, handler);
    if (!(await this.#subscribe([channel]))) this.#retryLater();
  }

  remove(channel: string): void {
    if (!this.#handlers.delete(channel)) return;
    if (this.#client.status === 'ready') this.#client.sunsubscribe(channel).catch(() => {});
  }

  async #resubscribe(): Promise<void> {
    this.#attempt += 1;
    const attempt = this.#attempt;
    const channels = [...this.#handlers.keys()];
    const isOne = this.#client instanceof Redis;
    const size = isOne ? CHANNELS_AT_ONCE : 1;
    const attempts: Promise<boolean>[] = [];
    for (let at = 0; at < channels.length; at += size) attempts.push(this.#subscribe(channels.slice(at, at + size)));
    const isWhole = (await Promise.all(attempts)).every(Boolean);
    if (attempt !== this.#attempt) return;
    if (!isWhole) {
      this.#retryLater();
      return;
    }
    this.#failures = 0;
    this.#isSubscribed = true;
    const isRestored = this.#wasReady;
    this.#wasReady = true;
    if (isRestored) for (const listener of this.#listeners) listener();
  }

  /** Repeats all subscriptions after a failure while connected. Without a connection, the next one does it. */
  #retryLater(): void {
    if (this.#client.status !== 'ready') return;
    this.#isSubscribed = false;
    const waitMs = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => void this.#resubscribe(), waitMs).unref();
  }

  async #subscribe(channels: string[]): Promise<boolean> {
    if (this.#client.status !== 'ready') return false;
    try {
      await this.#client.ssubscribe(...channels);
      // It may have been removed meanwhile.
      for (const channel of channels) {
        if (!this.#handlers.has(channel)) this.#client.sunsubscribe(channel).catch(() => {});
      }
      return true;
    } catch (error) {
      this.#log.debug({ err: error }, 'redis subscription failed, will retry');
      return false;
    }
  }
}
