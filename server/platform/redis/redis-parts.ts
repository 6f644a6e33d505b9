/** Everything that a gateway has of Redis: connections by use, the bus, head counts, the adapter's clients. */
import type { Bus } from '../bus.ts';
import { type HeadCounts, RedisHeadCounts } from '../head-counts.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { type RedisClient, RedisConnections } from './redis.ts';
import { type AdapterClients, createAdapterClients } from './redis-adapter-clients.ts';
import { RedisBus } from './redis-bus.ts';

export interface RedisParts {
  connections: RedisConnections;
  /** For commands other than publish and subscribe. */
  commands: RedisClient;
  bus: Bus;
  headCounts: HeadCounts;
  adapter: AdapterClients;
  close(): Promise<void>;
}

export async function openRedis(options: {
  url: string;
  gateway: string;
  log: Log;
  metrics: Metrics;
}): Promise<RedisParts> {
  const { url, gateway, log, metrics } = options;
  const connections = RedisConnections.create({ url, name: `loge:${gateway}`, log });
  const commands = connections.open('commands');
  const bus = new RedisBus({
    connections,
    origin: gateway,
    log,
    onError: (error) => log.error({ err: error }, 'bus handler failed'),
    onLost: () => metrics.busMessagesLost.inc(),
  });
  const headCounts = new RedisHeadCounts({ client: commands, connections, gateway, log });
  const adapter = createAdapterClients(connections, log);
  await connections.waitUntilReady();
  return {
    connections,
    commands,
    bus,
    headCounts,
    adapter,
    async close() {
      await headCounts.close();
      await bus.close();
      await connections.close();
    },
  };
}
