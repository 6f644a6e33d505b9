/**
 * The composition root: the only file that knows every part. Starts them in order, stops them in reverse. `main.ts` runs one from the
 * environment; tests run as many as they like.
 */
import { createServer, type Server as HttpServer, type RequestListener } from 'node:http';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StripeEmulator } from '@loge/stripe-emulator';
import { AccountsStore } from './accounts/accounts.store.ts';
import { Accounts } from './accounts/accounts.ts';
import { ApiKeys } from './accounts/api-keys.ts';
import { DeskSessions } from './accounts/desk-sessions.ts';
import { Tokens } from './accounts/tokens.ts';
import { Chat } from './chat/chat.ts';
import type { Config } from './config.ts';
import type { GatewayContext } from './gateway/context.ts';
import { createHttpApp } from './gateway/http/app.ts';
import { limitPipelining } from './gateway/http/pipelined-requests.ts';
import { isReturnUrlAllowed } from './gateway/origins.ts';
import { seedDemo } from './gateway/site/demo.ts';
import { SocketGateway } from './gateway/socket/socket-gateway.ts';
import { openMediaPlane } from './media-plane.ts';
import { Money } from './money/money.ts';
import type { MoneyFacts } from './money/money-facts.ts';
import type { PaymentProvider } from './money/provider/payment-provider.ts';
import { StripeProvider } from './money/provider/stripe-provider.ts';
import { ParticipantData } from './participant-data.ts';
import { type Bus, MemoryBus } from './platform/bus.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import { Database } from './platform/db/db.ts';
import { MemoryHeadCounts } from './platform/head-counts.ts';
import { GatewayLease } from './platform/jobs/gateway-lease.ts';
import { Leader } from './platform/jobs/leader.ts';
import { PeriodicJob } from './platform/jobs/periodic-job.ts';
import { createLog, type Log } from './platform/log.ts';
import { createMetrics } from './platform/metrics.ts';
import { FactTail } from './platform/outbox/fact-tail.ts';
import { Outbox } from './platform/outbox/outbox.ts';
import { openRedis, type RedisParts } from './platform/redis/redis-parts.ts';
import { SecretBox } from './platform/secret-box.ts';
import { AppError } from './protocol/errors.ts';
import { createId } from './protocol/ids.ts';
import { RoomsStore } from './rooms/rooms.store.ts';
import { Rooms } from './rooms/rooms.ts';
import { Stage } from './stage/stage.ts';
import { AddressGuard } from './webhooks/address-guard.ts';
import { signWebhook } from './webhooks/webhook-signature.ts';
import { Events } from './webhooks/webhooks.ts';

const CLIENT_DIR = fileURLToPath(new URL('../.build/client', import.meta.url));
/** First media port and the emulator's distance from `PORT`, where nothing else is said. */
const EMULATOR_PORT_OFFSET = 1;
const EMULATOR_SECRET_KEY = 'sk_test_loge_emulator';
export const EMULATOR_WEBHOOK_SECRET = 'whsec_loge_emulator';

/** Which of several processes has the advisory lock does what only one must do; any number will do as long as it is the same. */
const LEADER_LOCK = 7_064_302;
/** How long a live outlasts the gateway that held it, so that its publisher can go on at another. */
const ORPHANED_LIVE_MS = 20_000;
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

  static async create({ config, clock = systemClock, log: givenLog }: AppOptions): Promise<App> {
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
    clock: Clock;
    givenLog: Log | undefined;
    closers: (() => Promise<void>)[];
  }): Promise<App> {
    const { config, clock, closers } = options;
    const log = options.givenLog ?? createLog({ level: config.logLevel, pretty: config.development });
    const metrics = createMetrics();
    // The port is taken first: when it is not free, nothing else has been started for nothing.
    const server = createServer();
    const gate = new StartingGate(server);
    await listen(server, config);
    closers.push(() => closeServer(server));

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
      // Webhooks are signed with the machine's time, however far a test has set the house's forward.
      createPayment({ config, dataDir, clock: systemClock, log }).then((it) => {
        if (it.emulator) closers.push(() => it.emulator?.close() ?? Promise.resolve());
        return it;
      }),
    ]);
    const bus: Bus = redis?.bus ?? new MemoryBus((error) => log.error({ err: error }, 'bus handler failed'));
    const outbox = new Outbox({ db, bus, log, metrics, owner: gateway, isAlone: !redis });
    const factTail = new FactTail({ db, bus, owner: gateway, log });
    const accounts = new Accounts(new AccountsStore(db));
    const { currency } = config;
    const rooms = new Rooms({ store: new RoomsStore(db), accounts, outbox, clock, currency, gateway });
    const shared = await shareHouse({ db, rooms, redis, gateway, log });
    closers.push(() => shared.close());
    const box = new SecretBox(config.encryptionKeys);
    const apiKeys = await ApiKeys.create({ db, box, clock, bus, log, builtIn: config.builtInKeys });
    closers.push(() => apiKeys.close());
    const money = await Money.create({
      db,
      rooms,
      outbox,
      provider: payment.provider,
      clock,
      log,
      metrics,
      currency,
      walletMode: config.walletMode,
      promoPays: config.promoPays,
      houseCountry: config.houseCountry,
      vatRates: config.vatRates,
      publicUrl: config.publicUrl,
      earnings: config.earnings,
      isReturnUrlAllowed: (url) => isReturnUrlAllowed({ config, apiKeys }, url),
      isLeader: () => shared.leader.isLeader,
    });
    const chat = new Chat({
      db,
      bus,
      clock,
      metrics,
      log,
      rooms: {
        creatorOf: (room) => rooms.creatorOf(room),
        hasChat: (room) => rooms.hasChat(room),
        moderates: (of) => rooms.moderates(of),
        isMember: async (creator, identity) =>
          (await rooms.clubs.findAccess(creator, identity, undefined)).valid !== undefined,
      },
      hook: { guard: new AddressGuard({ isOpen: config.development }), sign: signWebhook, box },
      retention: config.chatRetention,
    });
    // Before the events for embedders, which are written once people have seen what there is to see.
    outbox.onBatch('tips.settled', (facts) =>
      chat.appendTips(facts.flatMap((fact) => (fact.data as MoneyFacts['tips.settled']).tips)),
    );
    const events = Events.create({
      db,
      outbox,
      clock,
      log,
      metrics,
      box,
      allowAnyAddress: config.development,
    });
    const media = await openMediaPlane({ config, redis, log, metrics, closers });
    const stage = new Stage({ ...media, rooms, clock, log, metrics, turn: config.turn });
    money.privateSessions.watch({
      sample: (room, identity) => stage.countMedia(room, identity),
      extend: (room, identity, untilMs) => stage.extendWatching(room, identity, untilMs),
    });
    const context: GatewayContext = {
      config,
      gateway,
      log,
      metrics,
      clock,
      db,
      bus,
      factTail,
      headCounts: redis?.headCounts ?? new MemoryHeadCounts(),
      redis,
      outbox,
      accounts,
      deskSessions: new DeskSessions({ db, clock, log, operators: config.operators, keys: apiKeys.ring }),
      apiKeys,
      tokens: new Tokens({ keys: apiKeys.ring, ownKey: config.apiKey, clock }),
      participantData: new ParticipantData({ db, clock, rooms, money, chat, events }),
      rooms,
      money,
      events,
      chat,
      stage,
      clientDir: CLIENT_DIR,
    };
    closers.push(
      () => context.deskSessions.close(),
      () => events.close(),
      () => factTail.close(),
      () => outbox.close(),
      () => stage.close(),
      () => chat.close(),
      () => money.close(),
    );
    const sockets = new SocketGateway(context, server);
    closers.push(() => sockets.close());
    let isDraining = false;
    closers.push(async () => {
      isDraining = true;
    });
    const http = createHttpApp(context, {
      viewerCount: (room) => sockets.viewerCount(room),
      whyNotReady: () => [
        ...(isDraining ? ['draining'] : []),
        ...(redis?.connections.whyNotReady() ?? []),
        ...stage.whyNotReady(),
      ],
    });
    outbox.start();
    factTail.start();
    events.start();
    context.deskSessions.start();
    chat.start();
    await money.start();
    if (config.development && shared.leader.isLeader) await seedDemo(context);
    gate.open(http);
    limitPipelining(server, metrics);
    return new App({ context, emulator: payment.emulator, server, closers });
  }

  /** Stops taking people in, lets what was accepted come to its end, and closes everything in reverse order. */
  close(): Promise<void> {
    this.#closing ??= closeAll(this.#closers);
    return this.#closing;
  }
}

/** What makes a process one of several on the same house, and what the only one does instead. */
async function shareHouse(options: {
  db: Database;
  rooms: Rooms;
  redis: RedisParts | undefined;
  gateway: string;
  log: Log;
}): Promise<{ leader: Leader; close(): Promise<void> }> {
  const { db, rooms, redis, gateway, log } = options;
  const leader = await Leader.create({ db, key: LEADER_LOCK, log });
  if (!redis) {
    await rooms.clearLives();
    const forget = setTimeout(() => {
      rooms.forgetPublications().catch((err) => log.warn({ err }, 'publications of cut lives not forgotten'));
    }, ORPHANED_LIVE_MS);
    return {
      leader,
      close() {
        clearTimeout(forget);
        return leader.close();
      },
    };
  }
  const lease = await GatewayLease.create({ db, id: gateway, log });
  const orphans = new PeriodicJob({
    name: 'orphaned lives',
    everyMs: ORPHAN_SWEEP_MS,
    log,
    run: async () => {
      if (lease.steadyForMs >= ORPHANED_LIVE_MS) await rooms.endOrphanedLives(ORPHANED_LIVE_MS);
      return false;
    },
  });
  orphans.start();
  return {
    leader,
    async close() {
      await orphans.close();
      await lease.close();
      await leader.close();
    },
  };
}

/**
 * Answers that the house is not open yet, until it is: the port is taken before anything else has started. It is hung on the server before
 * Socket.IO, which passes on to it whatever is not its own.
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
      // The rest must be closed whatever one of them says.
      process.stderr.write(`closing: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}

/** The payment provider that the configuration names; in development the emulator, started here. */
export async function createPayment({
  config,
  dataDir,
  clock,
  log,
}: {
  config: Config;
  dataDir: string;
  clock: Clock;
  log: Log;
}): Promise<{ provider: PaymentProvider; emulator?: StripeEmulator }> {
  if (config.stripe) {
    const { secretKey, webhookSecrets } = config.stripe;
    return { provider: StripeProvider.create({ secretKey, webhookSecrets, clock, log }) };
  }
  if (config.stripeEmulatorUrl)
    return { provider: createEmulatorProvider(new URL(config.stripeEmulatorUrl), clock, log) };
  // Only development has the emulator; production does not even load it.
  const { StripeEmulator } = await import('@loge/stripe-emulator');
  // One address takes the platform's events and those of its connected accounts.
  const webhook = { url: `http://127.0.0.1:${config.port}/webhooks/stripe`, secret: EMULATOR_WEBHOOK_SECRET };
  const start = (port: number) =>
    StripeEmulator.create({
      port,
      dataFile: join(dataDir, 'stripe-emulator.jsonl'),
      webhook,
      connectWebhook: webhook,
    });
  const given = config.stripeEmulatorPort;
  const emulator = await start(given ?? config.port + EMULATOR_PORT_OFFSET).catch((error) => {
    if (given !== undefined || !isPortTaken(error)) throw error;
    return start(0);
  });
  return { provider: createEmulatorProvider(new URL(`http://127.0.0.1:${emulator.port}`), clock, log), emulator };
}

function createEmulatorProvider({ hostname: host, port }: URL, clock: Clock, log: Log): PaymentProvider {
  return StripeProvider.create({
    secretKey: EMULATOR_SECRET_KEY,
    webhookSecrets: [EMULATOR_WEBHOOK_SECRET],
    host,
    port: Number(port),
    protocol: 'http',
    clock,
    log,
  });
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
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

function closeServer(server: HttpServer): Promise<void> {
  return new Promise((resolveClose) => {
    if (!server.listening) return resolveClose();
    server.close(() => resolveClose());
    server.closeAllConnections();
  });
}
