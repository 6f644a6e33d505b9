/**
 * Adapts our Redis clients to what Socket.IO's sharded adapter expects. It ignores the promises of subscribe and
 * publish, so nothing may reject while Redis is gone; `RedisSubscriber` restores subscriptions.
 */
import { Cluster } from 'ioredis';
import type { Log } from '../log.ts';
import { COMMANDS_IN_FLIGHT_MAX, commandsInFlight, type RedisClient, type RedisConnections } from './redis.ts';
import { RedisSubscriber } from './redis-subscriber.ts';

type MessageListener = (channel: Buffer, message: Buffer) => void;

/** The part of an ioredis client that the adapter calls to subscribe. */
class AdapterSubscriber {
  readonly #subscriber: RedisSubscriber;
  readonly #listeners: MessageListener[] = [];

  constructor(subscriber: RedisSubscriber) {
    this.#subscriber = subscriber;
  }

  on(_event: 'smessageBuffer', listener: MessageListener): void {
    this.#listeners.push(listener);
  }

  ssubscribe(channel: string): void {
    void this.#subscriber.add(channel, (message, name) => {
      for (const listener of this.#listeners) listener(name, message);
    });
  }

  sunsubscribe(channels: string | string[]): Promise<void> {
    for (const channel of [channels].flat()) this.#subscriber.remove(channel);
    return Promise.resolve();
  }
}

/** The part of an ioredis client that the adapter calls to publish. */
class AdapterPublisher {
  readonly #client: RedisClient;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  get isCluster(): boolean {
    return this.#client instanceof Cluster;
  }

  nodes(): { send_command(command: string, args: string[]): Promise<unknown> }[] {
    const nodes = this.#client instanceof Cluster ? this.#client.nodes('master') : [this.#client];
    return nodes.map((node) => ({ send_command: (command, args) => node.call(command, ...args) }));
  }

  /** While Redis is gone the message is lost to other processes; sockets of this process get it. */
  async spublish(channel: string, payload: string | Buffer): Promise<void> {
    if (this.#client.status !== 'ready' || commandsInFlight(this.#client) >= COMMANDS_IN_FLIGHT_MAX) return;
    await this.#client.spublish(channel, payload).catch(() => {});
  }

  send_command(command: string, args: string[], done: (error: unknown, answer?: unknown) => void): void {
    this.#client.call(command, ...args).then(
      (answer) => done(null, answer),
      (error: unknown) => done(error),
    );
  }
}

export interface AdapterClients {
  publisher: unknown;
  subscriber: unknown;
  channelPrefix: string;
}

export function createAdapterClients(connections: RedisConnections, log: Log): AdapterClients {
  return {
    publisher: new AdapterPublisher(connections.open('adapter-publish')),
    subscriber: new AdapterSubscriber(new RedisSubscriber(connections.open('adapter-subscribe'), log)),
    channelPrefix: `${connections.prefix}io`,
  };
}
