/**
 * The bus over Redis' sharded publish and subscribe, one channel per topic, so that a cluster spreads rooms over its
 * shards and a gateway receives only its own topics. Listeners of the same process do not need Redis.
 */
import { type Bus, type BusHandler, MemoryBus, type Subscription } from '../bus.ts';
import type { Log } from '../log.ts';
import { COMMANDS_IN_FLIGHT_MAX, commandsInFlight, type RedisClient, type RedisConnections } from './redis.ts';
import { RedisSubscriber } from './redis-subscriber.ts';

/** How long a subscriber waits for confirmation. Past it, the first messages may be missed. */
const SUBSCRIBED_WAIT_MS = 300;
/** Delay before a loss is reported to other processes, and between attempts: one report per burst. */
const LOSS_REPORT_MS = 100;
const SEPARATOR = '\n';

interface Topic {
  subscriptions: number;
  ready: Promise<void>;
}

export class RedisBus implements Bus {
  readonly #here: MemoryBus;
  readonly #publisher: RedisClient;
  readonly #subscriber: RedisSubscriber;
  readonly #channelPrefix: string;
  /** Processes report lost messages here: publishers and subscribers reconnect at different times. */
  readonly #lossChannel: string;
  /** Prefix of each message, to recognise one's own. */
  readonly #origin: string;
  readonly #onLost: () => void;
  readonly #topics = new Map<string, Topic>();
  readonly #missed = new Set<(agoMs: number) => void>();
  /** Monotonic time of the first loss that is not reported. */
  #firstLossMs = Number.POSITIVE_INFINITY;
  #lossTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: {
    connections: RedisConnections;
    origin: string;
    log: Log;
    onError: (error: unknown) => void;
    /** A message could not be handed to Redis. */
    onLost?: () => void;
  }) {
    const { connections, origin, log, onError, onLost = () => {} } = options;
    this.#here = new MemoryBus(onError);
    this.#origin = origin;
    this.#onLost = onLost;
    this.#channelPrefix = `${connections.prefix}bus:`;
    this.#lossChannel = `${connections.prefix}bus-lost`;
    this.#publisher = connections.open('bus-publish');
    this.#subscriber = new RedisSubscriber(connections.open('bus-subscribe'), log);
    void this.#subscriber.add(this.#lossChannel, (message) => this.#handleLoss(message.toString()));
  }

  get isConnected(): boolean {
    return this.#publisher.status === 'ready' && this.#subscriber.isSubscribed;
  }

  onRestored(listener: () => void): () => void {
    return this.#subscriber.onRestored(listener);
  }

  onMissed(listener: (agoMs: number) => void): () => void {
    this.#missed.add(listener);
    return () => this.#missed.delete(listener);
  }

  publish(topic: string, message: unknown): void {
    const text = JSON.stringify(message);
    queueMicrotask(() => this.#here.deliver(topic, text));
    const atMs = performance.now();
    if (this.#publisher.status !== 'ready' || commandsInFlight(this.#publisher) >= COMMANDS_IN_FLIGHT_MAX) {
      this.#noteLost(atMs);
      return;
    }
    this.#publisher
      .spublish(this.#channelPrefix + topic, this.#origin + SEPARATOR + text)
      .catch(() => this.#noteLost(atMs));
  }

  #noteLost(atMs: number): void {
    this.#onLost();
    this.#reportLossSoon(atMs);
  }

  /** Subscribers that come after the report have read the database since; earlier ones read it now. */
  #reportLossSoon(sinceMs: number): void {
    if (this.#closed) return;
    this.#firstLossMs = Math.min(this.#firstLossMs, sinceMs);
    this.#lossTimer ??= setTimeout(() => {
      this.#lossTimer = undefined;
      this.#reportLoss();
    }, LOSS_REPORT_MS).unref();
  }

  #reportLoss(): void {
    const sinceMs = this.#firstLossMs;
    if (this.#publisher.status !== 'ready') {
      this.#reportLossSoon(sinceMs);
      return;
    }
    this.#firstLossMs = Number.POSITIVE_INFINITY;
    const agoMs = Math.ceil(performance.now() - sinceMs);
    this.#publisher
      .spublish(this.#lossChannel, this.#origin + SEPARATOR + agoMs)
      .catch(() => this.#reportLossSoon(sinceMs));
  }

  #handleLoss(message: string): void {
    const [origin, agoMs] = message.split(SEPARATOR);
    if (origin !== this.#origin) for (const listener of this.#missed) listener(Number(agoMs ?? 0));
  }

  subscribe(topic: string, handler: BusHandler): Subscription {
    const endHere = this.#here.subscribe(topic, handler);
    const entry = this.#topics.get(topic) ?? { subscriptions: 0, ready: this.#ask(topic) };
    this.#topics.set(topic, entry);
    entry.subscriptions += 1;
    let isEnded = false;
    const end = () => {
      if (isEnded) return;
      isEnded = true;
      endHere();
      entry.subscriptions -= 1;
      if (entry.subscriptions > 0) return;
      this.#topics.delete(topic);
      this.#subscriber.remove(this.#channelPrefix + topic);
    };
    return Object.assign(end, { ready: entry.ready });
  }

  #ask(topic: string): Promise<void> {
    const asked = this.#subscriber.add(this.#channelPrefix + topic, (message) => this.#handleMessage(topic, message));
    const silence = new Promise<void>((resolve) => setTimeout(resolve, SUBSCRIBED_WAIT_MS).unref());
    return Promise.race([asked, silence]);
  }

  #handleMessage(topic: string, message: Buffer): void {
    const text = message.toString();
    const end = text.indexOf(SEPARATOR);
    if (end < 0 || text.slice(0, end) === this.#origin) return;
    this.#here.deliver(topic, text.slice(end + 1));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#lossTimer);
    await this.#here.close();
    this.#subscriber.remove(this.#lossChannel);
    for (const topic of this.#topics.keys()) this.#subscriber.remove(this.#channelPrefix + topic);
    this.#topics.clear();
  }
}
