/**
 * One suite for both buses: in memory within a process, and over Redis between two (two clients of one real Redis
 * each).
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Bus, MemoryBus, roomTopic } from '../../../server/platform/bus.ts';
import { createLog } from '../../../server/platform/log.ts';
import { RedisConnections } from '../../../server/platform/redis/redis.ts';
import { RedisBus } from '../../../server/platform/redis/redis-bus.ts';
import { hasRedis, TestRedis } from '../../support/programs/redis.ts';
import { startRedisCluster, startRedisSentinel } from '../../support/programs/redis-topologies.ts';
import { TcpProxy } from '../../support/programs/tcp-proxy.ts';

const log = createLog({ level: 'silent', pretty: false });

interface Pair {
  /** Two ends; in memory both are the same bus. */
  here: Bus;
  there: Bus;
  errors: unknown[];
  close(): Promise<void>;
}

async function openMemory(): Promise<Pair> {
  const errors: unknown[] = [];
  const bus = new MemoryBus((error) => errors.push(error));
  return { here: bus, there: bus, errors, close: () => bus.close() };
}

async function openRedisBus(url: string, errors: unknown[], origin: string) {
  const connections = RedisConnections.create({ url, name: origin, log });
  const bus = new RedisBus({ connections, origin, log, onError: (error) => errors.push(error) });
  await connections.waitUntilReady();
  return { bus, connections };
}

async function openOverRedis(url: string): Promise<Pair> {
  const errors: unknown[] = [];
  const [here, there] = await Promise.all([openRedisBus(url, errors, 'here'), openRedisBus(url, errors, 'there')]);
  return {
    here: here.bus,
    there: there.bus,
    errors,
    async close() {
      for (const { bus, connections } of [here, there]) {
        await bus.close();
        await connections.close();
      }
    },
  };
}

const servers: (AsyncDisposable & { url: string })[] = [];
beforeAll(async () => {
  if (hasRedis) servers.push(...(await Promise.all([TestRedis.start(), startRedisCluster(), startRedisSentinel()])));
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
});

const REDIS_KINDS = ['one Redis', 'a cluster', 'a primary behind a sentinel'].map((name, index) => ({
  name,
  open: () => openOverRedis(servers[index]?.url ?? ''),
}));
const KINDS = [{ name: 'memory', open: openMemory }, ...(hasRedis ? REDIS_KINDS : [])];

describe.each(KINDS)('the bus on $name', ({ open }) => {
  async function withPair(work: (pair: Pair) => Promise<void>): Promise<void> {
    const pair = await open();
    try {
      await work(pair);
    } finally {
      await pair.close();
    }
  }

  test('subscribers get every message of the topic once and in order, on both gateways', () =>
    withPair(async ({ here, there }) => {
      const [heard, elsewhere]: [unknown[], unknown[]] = [[], []];
      const subscriptions = [
        here.subscribe('topic', (message) => heard.push(message)),
        there.subscribe('topic', (message) => elsewhere.push(message)),
      ];
      await Promise.all(subscriptions.map(({ ready }) => ready));
      // A cluster opens connections with the first message that needs one; order is guaranteed afterwards.
      here.publish('topic', 'first');
      await vi.waitFor(() => expect([heard, elsewhere]).toEqual([['first'], ['first']]));
      heard.length = 0;
      elsewhere.length = 0;
      const sent = Array.from({ length: 500 }, (_, index) => ({ index, text: 'é\n"' }));
      for (const message of sent) here.publish('topic', message);
      await vi.waitFor(() => expect([heard.length, elsewhere.length]).toEqual([500, 500]));
      expect(heard).toEqual(sent);
      expect(elsewhere).toEqual(sent);
    }));

  test('messages of one room do not reach another, or ended subscriptions', () =>
    withPair(async ({ here, there }) => {
      const heard: unknown[] = [];
      const first = there.subscribe(roomTopic('chat', 'room_1'), (message) => heard.push(message));
      const second = there.subscribe(roomTopic('chat', 'room_2'), (message) => heard.push(message));
      await Promise.all([first.ready, second.ready]);
      here.publish(roomTopic('chat', 'room_3'), 'elsewhere');
      first();
      first();
      here.publish(roomTopic('chat', 'room_1'), 'too late');
      here.publish(roomTopic('chat', 'room_2'), 'here');
      await vi.waitFor(() => expect(heard).toEqual(['here']));
    }));

  test('two subscriptions of one topic end independently', () =>
    withPair(async ({ here, there }) => {
      const heard: string[] = [];
      const handler = (message: unknown) => heard.push(String(message));
      const [first, second] = [there.subscribe('topic', handler), there.subscribe('topic', handler)];
      await Promise.all([first.ready, second.ready]);
      first();
      here.publish('topic', 'once');
      await vi.waitFor(() => expect(heard).toEqual(['once']));
      second();
    }));

  test('listeners get their own copies, and a failing one does not affect the others', () =>
    withPair(async ({ here, errors }) => {
      const heard: { list: number[] }[] = [];
      here.subscribe('topic', (message) => {
        (message as { list: number[] }).list.push(2);
        throw new Error('a fault of a listener');
      });
      const last = here.subscribe('topic', (message) => heard.push(message as { list: number[] }));
      await last.ready;
      const message = { list: [1] };
      here.publish('topic', message);
      await vi.waitFor(() => expect(heard).toEqual([{ list: [1] }]));
      expect(message).toEqual({ list: [1] });
      expect(errors).toHaveLength(1);
    }));
});

describe.skipIf(!hasRedis)('the bus over a Redis that goes away', () => {
  test.each([true, false])(
    'reports it, works within the process, and recovers with its data kept: %s',
    async (keepData) => {
      await using own = await TestRedis.start();
      const pair = await openOverRedis(own.url);
      try {
        const { here, there } = pair;
        const [heard, elsewhere]: [unknown[], unknown[]] = [[], []];
        const restored = vi.fn();
        there.onRestored(restored);
        here.subscribe('topic', (message) => heard.push(message));
        await there.subscribe('topic', (message) => elsewhere.push(message)).ready;
        await vi.waitFor(() => expect(here.isConnected && there.isConnected).toBe(true));
        await own.kill();
        await vi.waitFor(() => expect(here.isConnected || there.isConnected).toBe(false));
        here.publish('topic', 'lost to others');
        await vi.waitFor(() => expect(heard).toEqual(['lost to others']));
        // A subscription made while Redis is away becomes active when it is back.
        there.subscribe('late', (message) => elsewhere.push(message));
        await own.start({ keepData });
        await vi.waitFor(() => expect(here.isConnected && there.isConnected).toBe(true), { timeout: 10_000 });
        expect(restored).toHaveBeenCalledTimes(1);
        here.publish('topic', 'again');
        here.publish('late', 'late');
        await vi.waitFor(() => expect(elsewhere).toEqual(['again', 'late']));
      } finally {
        await pair.close();
      }
    },
  );

  test('retries subscriptions that Redis refuses, on the same connection', async () => {
    await using own = await TestRedis.start();
    const admin = RedisConnections.create({ url: own.url, name: 'admin', log });
    const client = admin.open('admin');
    await admin.waitUntilReady();
    const pair = await openOverRedis(own.url);
    try {
      const { here, there } = pair;
      const heard: unknown[] = [];
      const restored = vi.fn();
      there.onRestored(restored);
      await there.subscribe('topic', (message) => heard.push(message)).ready;
      await vi.waitFor(() => expect(there.isConnected).toBe(true));
      // Redis closes connections whose permissions were revoked, and refuses their subscriptions after they reconnect.
      await client.call('ACL', 'SETUSER', 'default', 'resetchannels');
      await vi.waitFor(() => expect(there.isConnected).toBe(false));
      there.subscribe('late', (message) => heard.push(message));
      const refusals = async () => ((await client.call('ACL', 'LOG')) as unknown[]).length;
      await vi.waitFor(async () => expect(await refusals()).toBeGreaterThan(0));
      await client.call('ACL', 'SETUSER', 'default', 'allchannels');
      await vi.waitFor(() => expect(there.isConnected).toBe(true));
      expect(restored).toHaveBeenCalledTimes(1);
      here.publish('topic', 'again');
      here.publish('late', 'late');
      await vi.waitFor(() => expect(heard).toEqual(['again', 'late']));
    } finally {
      await pair.close();
      await admin.close();
    }
  });

  /** Two buses of one Redis, the first over a proxy that can be cut while the second stays connected. */
  async function withOwnWires(
    work: (parts: { here: Bus; there: Bus; wire: TcpProxy; redis: TestRedis }) => Promise<void>,
  ) {
    await using redis = await TestRedis.start();
    await using wire = await TcpProxy.create(redis.port);
    const [here, there] = await Promise.all([
      openRedisBus(`redis://127.0.0.1:${wire.port}`, [], 'here'),
      openRedisBus(redis.url, [], 'there'),
    ]);
    try {
      await vi.waitFor(() => expect(here.bus.isConnected && there.bus.isConnected).toBe(true));
      await work({ here: here.bus, there: there.bus, wire, redis });
    } finally {
      for (const { bus, connections } of [here, there]) {
        await bus.close();
        await connections.close();
      }
    }
  }

  test('reports lost messages to a bus that stayed connected', () =>
    withOwnWires(async ({ here, there, wire }) => {
      const heard: unknown[] = [];
      const restored = vi.fn<() => void>();
      const missedHere = vi.fn<() => void>();
      const missedThere = vi.fn<() => void>();
      await there.subscribe('topic', (message) => heard.push(message)).ready;
      there.onRestored(restored);
      here.onMissed(missedHere);
      there.onMissed(missedThere);
      wire.cut();
      await vi.waitFor(() => expect(here.isConnected).toBe(false));
      for (const message of ['one', 'two']) here.publish('topic', message);
      expect(there.isConnected).toBe(true);
      wire.mend();
      await vi.waitFor(() => expect(missedThere).toHaveBeenCalled());
      here.publish('topic', 'three');
      await vi.waitFor(() => expect(heard).toEqual(['three']));
      // Once per outage; not to the bus that lost the messages, and not as an outage of the other one.
      expect(missedThere).toHaveBeenCalledTimes(1);
      expect(missedHere).not.toHaveBeenCalled();
      expect(restored).not.toHaveBeenCalled();
    }));

  test('retries the report of a loss until Redis accepts it', () =>
    withOwnWires(async ({ here, there, redis }) => {
      const missed = vi.fn<(agoMs: number) => void>();
      there.onMissed(missed);
      const admin = RedisConnections.create({ url: redis.url, name: 'admin', log });
      const client = admin.open('admin');
      await admin.waitUntilReady();
      try {
        await client.call('ACL', 'SETUSER', 'default', '-spublish');
        here.publish('topic', 'refused');
        const lostAtMs = performance.now();
        const refusals = async () => JSON.stringify(await client.call('ACL', 'LOG'));
        await vi.waitFor(async () => expect(await refusals()).toMatch(/"count",([4-9]|\d\d)/));
        expect(missed).not.toHaveBeenCalled();
        const lostForMs = performance.now() - lostAtMs;
        await client.call('ACL', 'SETUSER', 'default', '+spublish');
        await vi.waitFor(() => expect(missed).toHaveBeenCalled());
        // Of the first loss, not of the last attempt to report it.
        expect(missed.mock.calls[0]?.[0]).toBeGreaterThan(lostForMs);
      } finally {
        await admin.close();
      }
    }));

  test("follows a sentinel's failover to the replica", async () => {
    await using own = await startRedisSentinel();
    const pair = await openOverRedis(own.url);
    try {
      const { here, there } = pair;
      const heard: unknown[] = [];
      await there.subscribe('topic', (message) => heard.push(message)).ready;
      await vi.waitFor(() => expect(here.isConnected && there.isConnected).toBe(true));
      await own.servers[0]?.kill();
      await vi.waitFor(
        () => {
          here.publish('topic', 'from the new primary');
          expect(heard).toContain('from the new primary');
        },
        { timeout: 20_000, interval: 100 },
      );
    } finally {
      await pair.close();
    }
  });
});
