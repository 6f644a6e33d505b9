/** Announcements and leased hashes: one suite for memory and Redis. Head counts exist with Redis only. */
import { describe, expect, it, vi } from 'vitest';
import type { Announcements } from '../../../server/platform/announcements.ts';
import { RedisHeadCounts } from '../../../server/platform/head-counts.ts';
import { type LeasedHashes, MemoryLeasedHashes } from '../../../server/platform/leased-hashes.ts';
import { createLog } from '../../../server/platform/log.ts';
import { RedisConnections } from '../../../server/platform/redis/redis.ts';
import { RedisAnnouncements } from '../../../server/platform/redis/redis-announcements.ts';
import { RedisLeasedHashes } from '../../../server/platform/redis/redis-leased-hashes.ts';
import { MemoryAnnouncements } from '../../support/databases/memory-announcements.ts';
import { hasRedis, TestRedis } from '../../support/programs/redis.ts';

const LEASE_MS = 400;
const WAIT = { timeout: 15_000, interval: 20 };

interface House extends AsyncDisposable {
  /** The views of two processes. */
  boards: [Announcements, Announcements];
  hashes: [LeasedHashes, LeasedHashes];
}

function inMemory(): Promise<House> {
  const board = new MemoryAnnouncements({ leaseMs: LEASE_MS });
  const hashes = new MemoryLeasedHashes({ leaseMs: LEASE_MS });
  return Promise.resolve({ boards: [board, board], hashes: [hashes, hashes], async [Symbol.asyncDispose]() {} });
}

const log = createLog({ level: 'silent', pretty: false });

async function connect({ url }: TestRedis) {
  const connections = RedisConnections.create({ url, name: 'test', log });
  const client = connections.open('test');
  await connections.waitUntilReady();
  return { connections, client };
}

async function inRedis(): Promise<House> {
  const redis = await TestRedis.start();
  const open = async () => {
    const { connections, client } = await connect(redis);
    const shared = { client, connections, kind: 'test', leaseMs: LEASE_MS };
    return { connections, board: new RedisAnnouncements(shared), hashes: new RedisLeasedHashes(shared) };
  };
  const [one, two] = [await open(), await open()];
  return {
    boards: [one.board, two.board],
    hashes: [one.hashes, two.hashes],
    async [Symbol.asyncDispose]() {
      await one.connections.close();
      await two.connections.close();
      await redis[Symbol.asyncDispose]();
    },
  };
}

describe('in memory', () => describeHouse(inMemory));
describe.skipIf(!hasRedis)('in Redis', () => describeHouse(inRedis));

describe.skipIf(!hasRedis)('head counts', () => {
  it('drop the count of a killed gateway and of no other, whatever the clocks of the gateways say', async () => {
    await using redis = await TestRedis.start();
    const open = async (gateway: string) => {
      const { connections, client } = await connect(redis);
      return { connections, counts: new RedisHeadCounts({ client, connections, gateway, log, leaseMs: LEASE_MS }) };
    };
    const [killed, other, asking] = [await open('killed'), await open('other'), await open('asking')];
    await killed.counts.report('room', new Set(['ghost']));
    await other.counts.report('room', new Set(['lea']));
    try {
      vi.setSystemTime(Date.now() + 3_600_000);
      const others = async () => (await asking.counts.others('room')).identities?.toSorted();
      await vi.waitFor(async () => expect(await others()).toEqual(['ghost', 'lea']), WAIT);
      await killed.connections.close();
      await vi.waitFor(async () => expect(await others()).toEqual(['lea']), WAIT);
    } finally {
      vi.useRealTimers();
      for (const { counts, connections } of [other, asking, killed]) {
        await counts.close();
        await connections.close();
      }
    }
  });
});

function describeHouse(open: () => Promise<House>): void {
  it('shows announced members with their latest data until they leave or expire', async () => {
    await using house = await open();
    const [one, two] = house.boards;
    await one.announce('a', 'first');
    await two.announce('b', 'only');
    await one.announce('a', 'second');
    expect(await two.list()).toEqual(
      new Map([
        ['a', 'second'],
        ['b', 'only'],
      ]),
    );
    await two.withdraw('b');
    expect([...(await one.list()).keys()]).toEqual(['a']);
    const renewing = setInterval(() => void one.announce('c', 'renewed'), LEASE_MS / 4);
    await vi.waitFor(async () => expect([...(await two.list()).keys()]).toEqual(['c']), WAIT);
    clearInterval(renewing);
    await vi.waitFor(async () => expect(await two.list()).toEqual(new Map()), WAIT);
  });

  it('concurrent swaps have one winner', async () => {
    await using house = await open();
    const [one, two] = house.hashes;
    const answers = await Promise.all([
      one.swap({ key: 'room', field: 'origin', value: 'a' }),
      two.swap({ key: 'room', field: 'origin', value: 'b' }),
    ]);
    expect(answers[0]).toBe(answers[1]);
    const [won = ''] = answers;
    expect(await two.swap({ key: 'room', field: 'origin', value: 'c' })).toBe(won);
    expect(await two.swap({ key: 'room', field: 'origin', expected: 'z', value: 'c' })).toBe(won);
    expect(await two.swap({ key: 'room', field: 'origin', expected: won, value: 'c' })).toBe('c');
    // A wrong expectation changes nothing.
    expect(await one.swap({ key: 'other', field: 'origin', expected: 'a', value: 'b' })).toBe('');
    expect(await one.get('room')).toEqual(new Map([['origin', 'c']]));
  });

  it('keeps renewed entries, expires others, and removes on request', async () => {
    await using house = await open();
    const [one, two] = house.hashes;
    await one.set(
      'kept',
      new Map([
        ['x', '1'],
        ['y', '2'],
      ]),
    );
    await one.set('left', new Map([['x', '1']]));
    await two.remove('kept', 'y');
    expect(await two.pick('kept', ['x', 'y', 'z'])).toEqual(new Map([['x', '1']]));
    expect(await two.pick('never', ['x'])).toEqual(new Map());
    expect(await two.renew(['kept', 'never'])).toEqual(['never']);
    const renewing = setInterval(() => void two.renew(['kept', 'never']), LEASE_MS / 4);
    await vi.waitFor(async () => expect(await two.get('left')).toEqual(new Map()), WAIT);
    expect(await one.get('kept')).toEqual(new Map([['x', '1']]));
    expect(await one.get('never')).toEqual(new Map());
    clearInterval(renewing);
    await two.remove('kept');
    expect(await one.get('kept')).toEqual(new Map());
  });
}
