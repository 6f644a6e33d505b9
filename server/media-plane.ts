/**
 * This process' media plane: its own node if it carries media, the nodes that announce themselves over Redis, and
 * placement. Composed here for `app.ts`; the stage sees only the SFU contract.
 */
import { availableParallelism } from 'node:os';
import packageJson from '../package.json' with { type: 'json' };
import { Announcer, controlUrl } from '../sfu/announcer.ts';
import type { SfuNodeAnnouncement } from '../sfu/contract.ts';
import { RemoteSfuNode } from '../sfu/control/remote-node.ts';
import { SfuControlServer } from '../sfu/control/server.ts';
import { PLAYS_WINDOW_MS } from '../sfu/limits.ts';
import type { LocalSfuNode } from '../sfu/node.ts';
import type { Config } from './config.ts';
import { MemoryLeasedHashes } from './platform/leased-hashes.ts';
import type { Log } from './platform/log.ts';
import type { Metrics } from './platform/metrics.ts';
import type { RedisClient, RedisConnections } from './platform/redis/redis.ts';
import { RedisAnnouncements } from './platform/redis/redis-announcements.ts';
import { RedisLeasedHashes } from './platform/redis/redis-leased-hashes.ts';
import type { RedisParts } from './platform/redis/redis-parts.ts';
import { shareBetweenNodes } from './platform/redis/sfu-shared.ts';
import { Fleet } from './stage/placement/fleet.ts';
import { RoomPlaces } from './stage/placement/room-places.ts';
import { RoomTrees } from './stage/placement/room-trees.ts';

const MEDIA_PORT = 40_000;
const WILDCARDS = ['0.0.0.0', '::'];

export interface MediaPlane {
  fleet: Fleet;
  places: RoomPlaces;
}

export async function openMediaPlane(options: {
  config: Config;
  redis: RedisParts | undefined;
  log: Log;
  metrics: Pick<Metrics, 'sfuNodes'>;
  /** Filled as parts are opened; closed in reverse order. */
  closers: (() => Promise<void>)[];
}): Promise<MediaPlane> {
  const { config, redis, log, metrics, closers } = options;
  const { region, secrets } = config.sfu;
  const [secret = ''] = secrets;
  const shared = redis && { client: redis.commands, connections: redis.connections };
  const node = config.sfu.workers === 0 ? undefined : await openNode({ config, shared, log, closers });
  const board = shared && new RedisAnnouncements({ ...shared, kind: 'sfu' });
  const announcer = node && board && (await announce({ node, board, config, log, closers }));
  const local = node && { node, announcement: () => announcer?.announcement ?? announcementOf(node, region) };
  const fleet = await Fleet.create({
    ...(local && { local }),
    ...(board && { board }),
    connect: (url, handleGone) => RemoteSfuNode.create({ url, secret, handleGone, log }),
    log,
    metrics,
  });
  closers.push(() => fleet.close());
  const trees = new RoomTrees(shared ? new RedisLeasedHashes({ ...shared, kind: 'tree' }) : new MemoryLeasedHashes());
  return { fleet, places: new RoomPlaces({ fleet, trees, log, region }) };
}

async function openNode(options: {
  config: Config;
  shared: { client: RedisClient; connections: RedisConnections } | undefined;
  log: Log;
  closers: (() => Promise<void>)[];
}): Promise<LocalSfuNode> {
  const { config, log, closers } = options;
  const { mediaIp, listenIp, announcedAddress, port, workers, secrets, spares } = config.sfu;
  const [secret = ''] = secrets;
  const shared = options.shared && shareBetweenNodes({ ...options.shared, log, budgetMs: PLAYS_WINDOW_MS });
  if (shared) closers.push(() => shared.watching.close());
  // A gateway without media does not load mediasoup.
  const { LocalSfuNode } = await import('../sfu/node.ts');
  const node = await LocalSfuNode.create({
    workers: workers ?? availableParallelism(),
    listenIp: mediaIp,
    ...(announcedAddress && { announcedAddress }),
    port: port ?? MEDIA_PORT,
    spares,
    portRequired: port !== undefined,
    pipes: { ip: listenIp, secret, ...(announcedAddress && { announcedAddress }) },
    ...(shared && { shared }),
  });
  closers.push(() => node.close());
  return node;
}

/** Announces this process' node to other gateways and nodes. */
async function announce(options: {
  node: LocalSfuNode;
  board: RedisAnnouncements;
  config: Config;
  log: Log;
  closers: (() => Promise<void>)[];
}): Promise<Announcer> {
  const { node, board, config, log, closers } = options;
  const { listenIp: host, announcedAddress, region, secrets } = config.sfu;
  const control = await SfuControlServer.create({ node, host, port: 0, secrets, log });
  closers.push(() => control.close());
  const reachable = announcedAddress ?? (WILDCARDS.includes(host) ? '127.0.0.1' : host);
  const url = controlUrl(reachable, control.port);
  const announcer = new Announcer({ node, board, url, region, version: packageJson.version, log });
  closers.push(() => announcer.close());
  await announcer.announce();
  return announcer;
}

function announcementOf(node: LocalSfuNode, region: string): SfuNodeAnnouncement {
  const { consumers, capacity } = node.load;
  const { version } = packageJson;
  return {
    node: node.id,
    url: '',
    region,
    version,
    workers: node.workers.length,
    capacity,
    load: consumers,
    draining: node.draining,
  };
}
