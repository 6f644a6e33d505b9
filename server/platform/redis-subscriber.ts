/**
 * Sharded subscriptions on a client of their own. What is subscribed to is remembered here and asked for again after every reconnect, so that
 * nothing waits in a queue of unknown length while Redis is gone.
 */
import { Redis } from 'ioredis';
import type { Log } from './log.ts';
import type { RedisClient } from './redis.ts';

/** Channels in one command, where one server takes them all. */
const CHANNELS_AT_ONCE = 500;

export type ChannelHandler = (message: Buffer, channel: Buffer) => void;

export class RedisSubscriber {
  readonly #client: RedisClient;
  readonly #log: Log;
  readonly #handlers = new Map<string, ChannelHandler>();
  readonly #listeners = new Set<() => void>();
  #wasReady = false;
  #isSubscribed = false;

  constructor(client: RedisClient, log: Log) {
    this.#client = client;
    this.#log = log;
    client.on('smessageBuffer', (channel: Buffer, message: Buffer) =>
      this.#handlers.get(channel.toString())?.(message, channel),
    );
    client.on('close', () => {
      this.#isSubscribed = false;
    });
    client.on('ready', () => void this.#resubscribe());
    // A cluster connects its subscribers apart, anew whenever a shard moves.
    client.on('subscribersReady', () => void this.#resubscribe());
  }

  /** Whether everything that is subscribed to is being received. */
  get isSubscribed(): boolean {
    return this.#isSubscribed;
  }

  /** After a gap in which messages may have been lost. */
  onRestored(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when Redis has taken the subscription, or cannot now and will be asked again. */
  async add(channel: string, handler: ChannelHandler): Promise<void> {
    this.#handlers.set(channel, handler);
    await this.#subscribe([channel]);
  }

  remove(channel: string): void {
    if (!this.#handlers.delete(channel)) return;
    if (this.#client.status === 'ready') this.#client.sunsubscribe(channel).catch(() => {});
  }

  async #resubscribe(): Promise<void> {
    const channels = [...this.#handlers.keys()];
    const isOne = this.#client instanceof Redis;
    const size = isOne ? CHANNELS_AT_ONCE : 1;
    const attempts: Promise<boolean>[] = [];
    for (let at = 0; at < channels.length; at += size) attempts.push(this.#subscribe(channels.slice(at, at + size)));
    if (!(await Promise.all(attempts)).every(Boolean)) return;
    this.#isSubscribed = true;
    const isRestored = this.#wasReady;
    this.#wasReady = true;
    if (isRestored) for (const listener of this.#listeners) listener();
  }

  async #subscribe(channels: string[]): Promise<boolean> {
    if (this.#client.status !== 'ready') return false;
    try {
      await this.#client.ssubscribe(...channels);
      // Nobody may want it any more.
      for (const channel of channels) {
        if (!this.#handlers.has(channel)) this.#client.sunsubscribe(channel).catch(() => {});
      }
      return true;
    } catch (error) {
      this.#log.debug({ err: error }, 'not subscribed, asked again after the next connection');
      return false;
    }
  }
}
