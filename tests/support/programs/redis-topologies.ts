/** Production topologies of Redis for tests: a cluster of three shards, or a primary with a replica and a sentinel. */

import { Redis } from 'ioredis';
import { eventually } from '../run/eventually.ts';
import { TestRedis } from './redis.ts';

const SLOTS = 16_384;
const SHARDS = 3;

export interface RedisTopology extends AsyncDisposable {
  url: string;
  servers: TestRedis[];
}

export async function startRedisCluster(): Promise<RedisTopology> {
  const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
  const servers = await Promise.all(Array.from({ length: SHARDS }, () => TestRedis.start(args)));
  const clients = servers.map(({ port }) => new Redis(port, '127.0.0.1'));
  const share = Math.ceil(SLOTS / SHARDS);
  await Promise.all(
    clients.map((client, index) =>
      client.call('CLUSTER', 'ADDSLOTSRANGE', String(index * share), String(Math.min(SLOTS, (index + 1) * share) - 1)),
    ),
  );
  for (const { port } of servers.slice(1)) await clients[0]?.call('CLUSTER', 'MEET', '127.0.0.1', String(port));
  await eventually(async () => {
    const states = await Promise.all(clients.map((client) => client.call('CLUSTER', 'INFO')));
    return states.every(
      (state) => String(state).includes('cluster_state:ok') && String(state).includes(`cluster_known_nodes:${SHARDS}`),
    );
  });
  for (const client of clients) client.disconnect();
  return {
    url: `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    servers,
    [Symbol.asyncDispose]: () => closeAll(servers),
  };
}

export async function startRedisSentinel(): Promise<RedisTopology> {
  const primary = await TestRedis.start();
  const replica = await TestRedis.start(['--replicaof', '127.0.0.1', String(primary.port)]);
  const settings = [
    `sentinel monitor loge 127.0.0.1 ${primary.port} 1`,
    'sentinel down-after-milliseconds loge 500',
    'sentinel failover-timeout loge 2000',
  ];
  const sentinel = await TestRedis.startSentinel(settings.join('\n'));
  const client = new Redis(sentinel.port, '127.0.0.1');
  await eventually(async () => {
    const replicas = await client.call('SENTINEL', 'REPLICAS', 'loge');
    return Array.isArray(replicas) && replicas.length === 1;
  });
  client.disconnect();
  const servers = [primary, replica, sentinel];
  return {
    url: `redis+sentinel://127.0.0.1:${sentinel.port}/loge`,
    servers,
    [Symbol.asyncDispose]: () => closeAll(servers),
  };
}

async function closeAll(servers: TestRedis[]): Promise<void> {
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
}
