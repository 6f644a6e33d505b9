/** Facts of other gateways that did not arrive over the bus, read from the outbox of a real database. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Bus } from '../../../server/platform/bus.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createLog } from '../../../server/platform/log.ts';
import { FactTail } from '../../../server/platform/outbox/fact-tail.ts';
import { RedisConnections } from '../../../server/platform/redis/redis.ts';
import { RedisBus } from '../../../server/platform/redis/redis-bus.ts';
import { hasPostgres, openDatabase } from '../../support/databases/databases.ts';
import { hasRedis, TestRedis } from '../../support/programs/redis.ts';
import { TcpProxy } from '../../support/programs/tcp-proxy.ts';

const log = createLog({ level: 'silent', pretty: false });

async function openBus(port: number, origin: string) {
  const connections = RedisConnections.create({ url: `redis://127.0.0.1:${port}`, name: origin, log });
  const bus = new RedisBus({ connections, origin, log, onError: () => {} });
  await connections.waitUntilReady();
  const close = async () => {
    await bus.close();
    await connections.close();
  };
  return { bus, close };
}

describe.skipIf(!hasRedis || !hasPostgres)('facts that the bus lost', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await TestRedis.start();
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  interface Parts {
    db: Database;
    /** Of the gateway that reads, and of another one, whose own path to Redis is `otherWire`. */
    bus: Bus;
    other: Bus;
    wire: TcpProxy;
    otherWire: TcpProxy;
    /** Ids of the facts that were read, in order. */
    told: string[];
    /** Commits a fact that was dispatched this long ago. */
    commit(id: string, fact?: { by?: string; agoMs?: number; createdMs?: number }): Promise<void>;
  }

  async function withTail(work: (parts: Parts) => Promise<void>): Promise<void> {
    await using db = await openDatabase();
    await using wire = await TcpProxy.create(redis.port);
    await using otherWire = await TcpProxy.create(redis.port);
    const [own, other] = await Promise.all([openBus(wire.port, 'own'), openBus(otherWire.port, 'other')]);
    const tail = new FactTail({ db, bus: own.bus, owner: 'own', log });
    const told: string[] = [];
    tail.onFact(({ id }) => told.push(id));
    const commit: Parts['commit'] = async (id, { by = 'other', agoMs = 0, createdMs = agoMs } = {}) => {
      await db.bulk(
        `insert into outbox (id, topic, data, claimed_by, created_at, dispatched_at)
          values ($1, 'sessions.ended', '{}', $2, now() - interval '1 millisecond' * $3, now() - interval '1 millisecond' * $4)`,
        [id, by, createdMs, agoMs],
      );
    };
    try {
      await vi.waitFor(() => expect(own.bus.isConnected && other.bus.isConnected).toBe(true));
      tail.start();
      await work({ db, bus: own.bus, other: other.bus, wire, otherWire, told, commit });
    } finally {
      await tail.close();
      await own.close();
      await other.close();
    }
  }

  /** The other gateway loses a message while it alone is cut off. */
  async function loseMessage({ other, otherWire }: Parts): Promise<void> {
    otherWire.cut();
    await vi.waitFor(() => expect(other.isConnected).toBe(false));
    other.publish('facts', {});
  }

  test('a read that fails after an outage is repeated', () =>
    withTail(async (parts) => {
      const { db, otherWire, told, commit } = parts;
      await loseMessage(parts);
      await commit('lost');
      using failing = vi.spyOn(db.orm, 'select').mockImplementationOnce(() => {
        throw new Error('Connection terminated');
      });
      otherWire.mend();
      await vi.waitFor(() => expect(failing).toHaveBeenCalled());
      await vi.waitFor(() => expect(told).toEqual(['lost']));
    }));

  test.each([-10_000, 10_000])('an outage is read also if the clock of this gateway is off by %i ms', async (offMs) => {
    const now = Date.now.bind(Date);
    using _wrong = vi.spyOn(Date, 'now').mockImplementation(() => now() + offMs);
    await withTail(async ({ bus, wire, told, commit }) => {
      wire.cut();
      await vi.waitFor(() => expect(bus.isConnected).toBe(false));
      await commit('old', { agoMs: 12_000 });
      await commit('new');
      await vi.waitFor(() => expect(told).toContain('new'));
      expect(told).toEqual(['new']);
    });
  });

  test('facts that another gateway could not publish for half a minute are read when it reports them', () =>
    withTail(async (parts) => {
      const { otherWire, told, commit } = parts;
      await loseMessage(parts);
      const now = performance.now.bind(performance);
      using _later = vi.spyOn(performance, 'now').mockImplementation(() => now() + 30_000);
      await commit('earlier', { agoMs: 300_000 });
      await commit('lost', { agoMs: 30_000 });
      await commit('own', { by: 'own', agoMs: 20_000 });
      await commit('last', { agoMs: 10_000, createdMs: 200_000 });
      otherWire.mend();
      await vi.waitFor(() => expect(told).toContain('last'));
      // In order and with its own, so that no older state is left standing.
      expect(told).toEqual(['lost', 'own', 'last']);
    }));

  test('while it is cut off itself, it reads facts of others once', () =>
    withTail(async ({ bus, wire, told, commit }) => {
      wire.cut();
      await vi.waitFor(() => expect(bus.isConnected).toBe(false));
      await commit('own', { by: 'own' });
      for (const id of ['one', 'two']) {
        await commit(id);
        await vi.waitFor(() => expect(told).toContain(id));
      }
      expect(told).toEqual(['one', 'two']);
    }));
});
