/**
 * Connections to Redis: one client per use, so that a burst of one use does not delay another. Nothing waits for Redis
 * while it is gone: commands fail at once and callers work without; clients reconnect by themselves. It knows no key
 * and no channel.
 */
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import type { Log } from '../log.ts';
import { parseRedisUrl, type RedisTarget } from './redis-url.ts';

export type RedisClient = Redis | Cluster;

const CONNECT_TIMEOUT_MS = 2_000;
/** A command fails after this time, and the caller goes on without Redis. */
const COMMAND_TIMEOUT_MS = 1_000;
const RECONNECT_FIRST_MS = 50;
const RECONNECT_MAX_MS = 1_000;
const START_WAIT_MS = 3_000;
const PROBE_MS = 1_000;
const KEEP_ALIVE_MS = 5_000;
/** Limit of unanswered commands per connection; further ones fail at once. */
export const COMMANDS_IN_FLIGHT_MAX = 20_000;

interface OpenClient {
  use: string;
  client: RedisClient;
  isReady: boolean;
}

export interface RedisConnectionsOptions {
  url: string;
  /** Shown in `CLIENT LIST`, with the use of each connection. */
  name: string;
  log: Log;
}

export class RedisConnections {
  readonly target: RedisTarget;
  /**
   * Prefix of every key and channel: keeps houses apart that share a Redis by database number, also on channels, which
   * have none.
   */
  readonly prefix: string;
  readonly #name: string;
  readonly #log: Log;
  readonly #open: OpenClient[] = [];
  #outage: { sinceMs: number } | undefined;
  #probeTimer: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor({ url, name, log }: RedisConnectionsOptions) {
    this.target = parseRedisUrl(url);
    this.prefix = `loge:${this.target.kind === 'cluster' ? 0 : this.target.db}:`;
    this.#name = name;
    this.#log = log.child({ part: 'redis' });
  }

  static create(options: RedisConnectionsOptions): RedisConnections {
    return new RedisConnections(options);
  }

  /** Opens a client for one use. It connects by itself; until then commands fail. */
  open(use: string): RedisClient {
    const client = createClient(this.target, `${this.#name}:${use}`);
    const entry: OpenClient = { use, client, isReady: false };
    this.#open.push(entry);
    client.on('ready', () => {
      entry.isReady = true;
      this.#noteUp();
    });
    client.on('close', () => {
      entry.isReady = false;
    });
    client.on('end', () => {
      entry.isReady = false;
    });
    client.on('error', (error: unknown) => this.#noteDown(error, use));
    // Failures are reported by the events above.
    client.connect().catch(() => {});
    this.#probeTimer ??= setInterval(() => this.#probe(), PROBE_MS).unref();
    return client;
  }

  /** Resolves when every client is connected, or after a limit: the process then starts without Redis. */
  async waitUntilReady(): Promise<void> {
    await Promise.race([
      Promise.all(
        this.#open.map(({ client }) =>
          client.status === 'ready' ? undefined : new Promise<void>((resolve) => client.once('ready', () => resolve())),
        ),
      ),
      new Promise((resolve) => setTimeout(resolve, START_WAIT_MS).unref()),
    ]);
  }

  get isReady(): boolean {
    return this.#open.every(({ isReady }) => isReady);
  }

  unreachableDependencies(): string[] {
    return this.isReady ? [] : ['redis: unreachable'];
  }

  /** Finds a connection that hangs without being closed, and replaces it. */
  #probe(): void {
    for (const { client, use, isReady } of this.#open) {
      // PING is one of the few commands that a subscriber may send; a cluster sends it to an arbitrary node.
      if (!isReady || (use.endsWith('subscribe') && !(client instanceof Redis))) continue;
      client.ping().catch((error: unknown) => {
        if (!isTimeout(error) || this.#closed) return;
        this.#noteDown(error, use);
        if (client instanceof Redis) client.disconnect(true);
      });
    }
  }

  /** Logged once per outage. */
  #noteDown(error: unknown, use: string): void {
    if (this.#outage || this.#closed) return;
    this.#outage = { sinceMs: performance.now() };
    this.#log.error({ err: error, use }, 'redis unreachable, this gateway works alone');
  }

  #noteUp(): void {
    if (!this.#outage || !this.isReady) return;
    this.#log.warn({ outageMs: Math.round(performance.now() - this.#outage.sinceMs) }, 'redis reconnected');
    this.#outage = undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#probeTimer);
    await Promise.all(
      this.#open.map(async ({ client }) => {
        if (client.status === 'ready') await client.quit().catch(() => {});
        client.disconnect();
      }),
    );
  }
}

/** Unanswered commands of a client; a cluster spreads them and has its own limits. */
export function commandsInFlight(client: RedisClient): number {
  return client instanceof Redis ? client.commandQueue.length : 0;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message.includes('timed out');
}

function backoffMs(attempt: number): number {
  const cap = Math.min(RECONNECT_FIRST_MS * 2 ** Math.min(attempt - 1, 10), RECONNECT_MAX_MS);
  // Jitter, so that clients of all gateways do not reconnect at the same moment.
  return Math.round(cap / 2 + (Math.random() * cap) / 2);
}

function createClient(target: RedisTarget, connectionName: string): RedisClient {
  const common: RedisOptions = {
    connectionName,
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
    ...(target.tls ? { tls: {} } : {}),
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    keepAlive: KEEP_ALIVE_MS,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  };
  if (target.kind === 'cluster') {
    const options: ClusterOptions = {
      redisOptions: common,
      lazyConnect: true,
      enableOfflineQueue: false,
      shardedSubscribers: true,
      clusterRetryStrategy: backoffMs,
    };
    return new Cluster(target.endpoints, options);
  }
  const single: RedisOptions = {
    ...common,
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: backoffMs,
    db: target.db,
  };
  if (target.kind === 'single') return new Redis({ ...single, ...target.endpoint });
  const { master, endpoints, sentinelPassword } = target;
  return new Redis({
    ...single,
    sentinels: endpoints,
    name: master,
    sentinelRetryStrategy: backoffMs,
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...(target.tls ? { enableTLSForSentinelMode: true } : {}),
  });
}
