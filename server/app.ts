/**
 * The composition root, and the only file that knows every part. Starts them in order and stops them in reverse.
 * `main.ts` runs one from the environment; tests run many.
 */
import { createServer, type Server as HttpServer, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StripeEmulator } from '@loge/stripe-emulator';
import type { Config } from './config.ts';
import { createDomains } from './domains.ts';
import type { GatewayContext } from './gateway/context.ts';
import { createHttpApp } from './gateway/http/app.ts';
import { limitPipelining } from './gateway/http/pipelined-requests.ts';
import { isReturnUrlAllowed } from './gateway/origins.ts';
import { createClaimLimits, createLimiterFactory } from './gateway/rate-limits.ts';
import { seedDemo } from './gateway/site/demo.ts';
import { SocketGateway } from './gateway/socket/socket-gateway.ts';
import { watchAhead } from './gateway/socket/watch-ahead.ts';
import { openMediaPlane } from './media-plane.ts';
import { createPayment } from './payment.ts';
import { type Bus, MemoryBus } from './platform/bus.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import { Database } from './platform/db/db.ts';
import { MemoryHeadCounts } from './platform/head-counts.ts';
import { GatewayLease } from './platform/jobs/gateway-lease.ts';
import { Leader } from './platform/jobs/leader.ts';
import { PeriodicJob } from './platform/jobs/periodic-job.ts';
import { createLog, type Log } from './platform/log.ts';
import { collectProcessMetrics, createMetrics, type Metrics } from './platform/metrics.ts';
import { FactTail } from './platform/outbox/fact-tail.ts';
import { Outbox } from './platform/outbox/outbox.ts';
import { openRedis } from './platform/redis/redis-parts.ts';
import { WatchedClock } from './platform/watched-clock.ts';
import { AppError } from './protocol/errors.ts';
import { createId } from './protocol/ids.ts';
import * as LIMITS from './protocol/limits.ts';
import type { Rooms } from './rooms/rooms.ts';
import { Stage } from './stage/stage.ts';

const CLIENT_DIR = fileURLToPath(new URL('../.build/client', import.meta.url));
/** Key of the leader's advisory lock. The value is arbitrary. */
const LEADER_LOCK = 7_064_302;
/** A page that has been read for a while still has its connection when its viewer comes in. */
const KEEP_ALIVE_MS = 65_000;
/**
 * Past it, open requests and WebSockets are cut, so that the other parts close before `main.ts` ends the process. A
 * phone that went away answers no close frame.
 */
const CONNECTIONS_CLOSE_MS = 2_000;
/** How long a live survives its gateway, so that its publisher can resume at another. */
const ORPHAN_SWEEP_MS = 5_000;

export interface AppOptions {
  config: Config;
  clock?: Clock;
  log?: Log;
}

export class App {
  readonly context: GatewayContext;
  readonly emulator: StripeEmulator | undefined;
  readonly #server: HttpServer;
  readonly #closers: (() => Promise<void>)[];
  #closing: Promise<void> | undefined;

  private constructor(options: {
    context: GatewayContext;
    emulator: StripeEmulator | undefined;
    server: HttpServer;
    closers: (() => Promise<void>)[];
  }) {
    this.context = options.context;
    this.emulator = options.emulator;
    this.#server = options.server;
    this.#closers = options.closers;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  static async create({ config, clock, log: givenLog }: AppOptions): Promise<App> {
    const closers: (() => Promise<void>)[] = [];
    try {
      return await App.#start({ config, clock, givenLog, closers });
    } catch (error) {
      await closeAll(closers);
      throw error;
    }
  }

  static async #start(options: {
    config: Config;
    clock: Clock | undefined;
    givenLog: Log | undefined;
    closers: (() => Promise<void>)[];
  }): Promise<App> {
    const { config, closers } = options;
    const log = options.givenLog ?? createLog({ level: config.logLevel, pretty: config.development });
    const metrics = createMetrics();
    collectProcessMetrics(metrics);
    const clock = new WatchedClock({ source: options.clock, log, metrics });
    // The port is taken first: if it is not free, nothing else has been started.
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
    const connections = trackConnections(server);
    const gate = new StartingGate(server);
    await listen(server, config);
    closers.push(() => closeServer(server));

    const { gateway, platform, redis, payment, leader } = await openPlatform({ config, clock, log, metrics, closers });
    const { db, bus, outbox } = platform;
    const isLeader = () => leader.isLeader;
    const { provider } = payment;
    const domains = await createDomains(platform, { config, provider, isReturnUrlAllowed, gateway, isLeader });
    const { rooms, money, chat, webhooks, apiKeys, deskSessions, mail, people } = domains;
    const { moderators, opinions, thresholds, record, reports, notices, push } = domains;
    closers.push(() => apiKeys.close());
    closers.push(await endLostLives({ db, rooms, isAlone: !redis, gateway, log, clock }));
    const media = await openMediaPlane({ config, redis, log, metrics, closers });
    const stage = new Stage({ ...media, rooms, clock, log, metrics, turn: config.turn });
    money.privateSessions.watch({
      sample: (room, identity) => stage.countMedia(room, identity),
      extend: (room, identity, untilMs) => stage.extendWatching(room, identity, untilMs),
    });
    const context: GatewayContext = {
      ...platform,
      ...domains,
      config,
      gateway,
      factTail: new FactTail({ db, bus, owner: gateway, log }),
      headCounts: redis?.headCounts ?? new MemoryHeadCounts(),
      redis,
      stage,
      claimLimits: createClaimLimits(createLimiterFactory(redis)),
      clientDir: CLIENT_DIR,
    };
    closers.push(
      () => deskSessions.close(),
      () => moderators.close(),
      () => people.close(),
      () => reports.close(),
      () => opinions.job.close(),
      () => thresholds.job.close(),
      () => record.job.close(),
      () => mail.close(),
      () => push.close(),
      () => notices.close(),
      () => webhooks.close(),
      () => context.factTail.close(),
      () => outbox.close(),
      () => stage.close(),
      () => chat.close(),
      () => money.close(),
    );
    const sockets = new SocketGateway(context, server);
    closers.push(async () => {
      const cut = setTimeout(() => {
        for (const connection of connections) connection.destroy();
      }, CONNECTIONS_CLOSE_MS);
      await sockets.close().finally(() => clearTimeout(cut));
    });
    let isDraining = false;
    closers.push(async () => {
      isDraining = true;
    });
    const http = createHttpApp(context, {
      viewerCount: (room) => sockets.viewerCount(room),
      watchAhead: (viewer, input, response) => watchAhead(context, viewer, input, response),
      isDraining: () => isDraining,
      unreachableDependencies: () => [
        ...(redis?.connections.unreachableDependencies() ?? []),
        ...stage.unreachableDependencies(),
      ],
    });
    outbox.start();
    context.factTail.start();
    webhooks.start();
    deskSessions.start();
    mail.start();
    notices.start();
    push.start();
    people.start();
    reports.start();
    opinions.job.start();
    thresholds.job.start();
    record.job.start();
    moderators.start();
    chat.start();
    await money.start();
    if (config.development && leader.isLeader) await seedDemo(context);
    gate.open(http);
    limitPipelining(server, metrics);
    return new App({ context, emulator: payment.emulator, server, closers });
  }

  /** Refuses new people, finishes accepted work, and closes everything in reverse order. */
  close(): Promise<void> {
    this.#closing ??= closeAll(this.#closers);
    return this.#closing;
  }
}

/** Opens the database, Redis, the payment provider and the leader's lock. */
async function openPlatform(options: {
  config: Config;
  clock: WatchedClock;
  log: Log;
  metrics: Metrics;
  closers: (() => Promise<void>)[];
}) {
  const { config, clock, log, metrics, closers } = options;
  const dataDir = resolve(config.dataDir);
  const gateway = createId('gateway');
  const [db, redis, payment] = await Promise.all([
    Database.create({ url: config.databaseUrl, dataDir: join(dataDir, 'pglite') }).then((it) => {
      closers.push(() => it.close());
      return it;
    }),
    config.redisUrl
      ? openRedis({ url: config.redisUrl, gateway, log, metrics }).then((it) => {
          closers.push(() => it.close());
          return it;
        })
      : undefined,
    // Webhook signatures use the machine's time, also when a test moves the house's clock.
    createPayment({ config, dataDir, clock: systemClock, log }).then((it) => {
      closers.push(() => it.close());
      return it;
    }),
  ]);
  const bus: Bus = redis?.bus ?? new MemoryBus((error) => log.error({ err: error }, 'bus handler failed'));
  const outbox = new Outbox({ db, bus, log, metrics, owner: gateway, isAlone: !redis, clock });
  const leader = await Leader.create({ db, key: LEADER_LOCK, log });
  closers.push(() => leader.close());
  return { gateway, platform: { db, bus, outbox, clock, log, metrics }, redis, payment, leader };
}

/**
 * Ends lives whose gateway is gone: after a restart of the only process all of them, otherwise those of silent
 * gateways.
 */
async function endLostLives(options: {
  db: Database;
  rooms: Rooms;
  isAlone: boolean;
  gateway: string;
  log: Log;
  clock: WatchedClock;
}): Promise<() => Promise<void>> {
  const { db, rooms, isAlone, gateway, log, clock } = options;
  const lease = await GatewayLease.create({ db, id: gateway, log, clock });
  if (isAlone) {
    const publications = await rooms.clearLives();
    await lease.forgetSilent();
    const forget = setTimeout(() => {
      rooms
        .forgetPublications(publications)
        .catch((err) => log.warn({ err }, 'publications of ended lives not deleted'));
    }, LIMITS.reconnectGraceMs);
    return async () => {
      clearTimeout(forget);
      await lease.close();
    };
  }
  const orphans = new PeriodicJob({
    name: 'orphaned lives',
    everyMs: ORPHAN_SWEEP_MS,
    log,
    // The lease has its own rule for a jump of the clock.
    waitsForClock: false,
    run: async () => {
      // Shows whether the database's clock has jumped. The lease's own beats go on while a sweep waits for a lock.
      await lease.beat();
      if (lease.steadyForMs < LIMITS.reconnectGraceMs) return;
      await rooms.endOrphanedLives(LIMITS.reconnectGraceMs);
      await lease.forgetSilent();
    },
  });
  orphans.start();
  return async () => {
    await orphans.close();
    await lease.close();
  };
}

/**
 * Answers 503 until the house is open, as the port is taken before anything else has started. Registered before
 * Socket.IO, which forwards all other requests to it.
 */
class StartingGate {
  #handler: RequestListener = (_request, response) => {
    response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' });
    response.end(JSON.stringify({ error: new AppError('unavailable').toWire() }));
  };

  constructor(server: HttpServer) {
    server.on('request', (request, response) => this.#handler(request, response));
  }

  open(handler: RequestListener): void {
    this.#handler = handler;
  }
}

async function closeAll(closers: (() => Promise<void>)[]): Promise<void> {
  for (const closer of closers.reverse()) {
    try {
      await closer();
    } catch (error) {
      // The rest must be closed even if one of them fails.
      process.stderr.write(`closing: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}

function listen(server: HttpServer, config: Config): Promise<void> {
  return new Promise((resolveListen, reject) => {
    server.once('error', reject);
    server.listen({ port: config.port, host: config.host }, () => {
      server.off('error', reject);
      resolveListen();
    });
  });
}

/** Open connections; `closeAllConnections` leaves out those that became WebSockets. */
function trackConnections(server: HttpServer): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  server.on('connection', (connection) => {
    // Node keeps an address that was read once. After a reset there is none, and no rate limit would count the request.
    if (connection.remoteAddress === undefined) return void connection.destroy();
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  return connections;
}

function closeServer(server: HttpServer): Promise<void> {
  return new Promise((resolveClose) => {
    if (!server.listening) return resolveClose();
    server.close(() => resolveClose());
    server.closeAllConnections();
  });
}
