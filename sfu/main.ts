/**
 * One SFU node as its own process: starts it from the environment, announces it, serves its control API, prints its
 * addresses, and drains on SIGTERM. Of the server it uses the platform's log and Redis, and nothing else.
 */
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import packageJson from '../package.json' with { type: 'json' };
import { createLog, type Log } from '../server/platform/log.ts';
import { type RedisClient, RedisConnections } from '../server/platform/redis/redis.ts';
import { RedisAnnouncements } from '../server/platform/redis/redis-announcements.ts';
import { shareBetweenNodes } from '../server/platform/redis/sfu-shared.ts';
import { Announcer } from './announcer.ts';
import { SfuControlServer } from './control/server.ts';
import { HealthServer } from './health-server.ts';
import { PLAYS_WINDOW_MS } from './limits.ts';
import type { SfuLog } from './log.ts';
import { LocalSfuNode } from './node.ts';
import { parseSettings, SettingsError, type SfuSettings } from './settings.ts';

const USAGE = `npm run start:sfu
One SFU node: carries media; gateways find it over REDIS_URL. Its variables (LOGE_SFU_…) are in server/README.md.
SIGTERM: takes no new sessions, waits until its sessions have moved (LOGE_SFU_DRAIN_SECONDS at most), and exits.
`;
const DRAIN_CHECK_MS = 100;

interface Closer {
  close(): Promise<void>;
}

interface NodeRedis {
  client: RedisClient;
  connections: RedisConnections;
}

async function main(): Promise<void> {
  if (process.argv.includes('--help') || process.argv.includes('-h')) {
    process.stdout.write(USAGE);
    return;
  }
  const settings = parseSettings(process.env);
  const log = createLog({ level: settings.logLevel, pretty: settings.development });
  const closers: Closer[] = [];
  try {
    await start(settings, log, closers);
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

async function start(settings: SfuSettings, log: Log, closers: Closer[]): Promise<void> {
  const { media, secrets, control: at, http, region } = settings;
  const [secret = ''] = secrets;
  const id = settings.id ?? `sfu_${randomUUID()}`;
  const redis = settings.redisUrl ? await openRedis(settings.redisUrl, id, log, closers) : undefined;
  const shared = redis && shareBetweenNodes({ ...redis, log, budgetMs: PLAYS_WINDOW_MS });
  if (shared) closers.push(shared.watching);
  const node = await LocalSfuNode.create({
    id,
    workers: media.workers ?? availableParallelism(),
    listenIp: media.listenIp,
    ...(media.announcedAddress && { announcedAddress: media.announcedAddress }),
    port: media.port,
    portRequired: media.portRequired,
    ...(media.consumersPerWorkerMax && { consumersPerWorkerMax: media.consumersPerWorkerMax }),
    spares: media.spares,
    pipes: { ...settings.pipes, secret },
    ...(shared && { shared }),
    log,
  });
  closers.push(node);
  const control = await SfuControlServer.create({ node, host: at.host, port: at.port, secrets, log });
  closers.push(control);
  closers.push(await HealthServer.create({ node, control, region, ...http }));
  const announcer = redis && (await announce({ settings, redis, node, log, closers }));
  process.stdout.write(
    `\n  SFU node ${node.id} is up: ${at.url}\n\n  Media    ${node.workers.length} workers, UDP and TCP ports ${node.workers.map((worker) => worker.port).join(', ')} of ${media.listenIp}\n` +
      `  Metrics  http://${http.host}:${http.port}/metrics\n${announcer ? '' : '  REDIS_URL is not set: no gateway finds this node.\n'}\n`,
  );
  exitOnSignal({ settings, node, announcer, log, closers });
}

async function openRedis(redisUrl: string, id: string, log: Log, closers: Closer[]): Promise<NodeRedis> {
  const connections = RedisConnections.create({ url: redisUrl, name: `loge:${id}`, log });
  closers.push(connections);
  const client = connections.open('commands');
  await connections.waitUntilReady();
  return { client, connections };
}

async function announce(options: {
  settings: SfuSettings;
  redis: NodeRedis;
  node: LocalSfuNode;
  log: Log;
  closers: Closer[];
}): Promise<Announcer> {
  const { settings, redis, node, log, closers } = options;
  const board = new RedisAnnouncements({ ...redis, kind: 'sfu' });
  const { url } = settings.control;
  const announcer = new Announcer({ node, board, url, region: settings.region, version: packageJson.version, log });
  closers.push(announcer);
  await announcer.announce();
  return announcer;
}

function exitOnSignal(options: {
  settings: SfuSettings;
  node: LocalSfuNode;
  announcer: Announcer | undefined;
  log: SfuLog;
  closers: Closer[];
}): void {
  const { settings, node, announcer, log, closers } = options;
  let isExiting = false;
  const drainAndExit = async (drainMs: number) => {
    node.drain();
    await announcer?.announce();
    const until = performance.now() + drainMs;
    const hasSessions = async () => (await node.stats()).sessions > 0;
    while (performance.now() < until && (await hasSessions()))
      await new Promise((resolve) => setTimeout(resolve, DRAIN_CHECK_MS));
    log.info({ sessions: (await node.stats()).sessions }, 'sfu node exiting');
    await closeAll(closers);
    process.exit(0);
  };
  const handle = (drainMs: number) => {
    // A second signal exits at once.
    if (isExiting) process.exit(130);
    isExiting = true;
    drainAndExit(drainMs).catch((error) => {
      log.error({ err: error }, 'sfu node shutdown failed');
      process.exit(1);
    });
  };
  process.on('SIGTERM', () => handle(settings.drainMs));
  // Ctrl-C comes from a terminal: no draining.
  process.on('SIGINT', () => handle(0));
}

/** Closes in reverse order; a failure does not keep the others from closing. */
async function closeAll(closers: Closer[]): Promise<void> {
  for (const closer of closers.reverse()) {
    await closer.close().catch((error) => process.stderr.write(`closing: ${String(error)}\n`));
  }
}

main().catch((error) => {
  const explanation =
    error instanceof SettingsError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  process.stderr.write(`\nThe SFU node could not start. ${explanation}\n`);
  process.exit(1);
});
