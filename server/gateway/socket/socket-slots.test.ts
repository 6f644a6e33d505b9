import { expect, test, vi } from 'vitest';
import { MemoryAnnouncements } from '../../../tests/support/databases/memory-announcements.ts';
import { ANNOUNCEMENT_LEASE_MS } from '../../platform/announcements.ts';
import { MemoryLeasedHashes } from '../../platform/leased-hashes.ts';
import { createLog } from '../../platform/log.ts';
import type { SharedCounts } from '../../platform/shared-slots.ts';
import { SocketSlots } from './socket-slots.ts';

const log = createLog({ level: 'silent', pretty: false });
const LIMIT = 8;
const slots = [
  { key: 'identity:lea', limit: 100 },
  { key: 'identity:lea/room_1', limit: LIMIT },
];

/** As Redis has it, some time away both ways, so that what gateways do at once is interleaved. */
class DistantHashes extends MemoryLeasedHashes {
  override async set(key: string, fields: ReadonlyMap<string, string>) {
    await new Promise(setImmediate);
    return super.set(key, fields);
  }

  override async pick(key: string, fields: readonly string[]) {
    await new Promise(setImmediate);
    return super.pick(key, fields);
  }
}

function open(count: number, hashes: MemoryLeasedHashes = new DistantHashes(), board = new MemoryAnnouncements()) {
  const gateways = Array.from({ length: count }, () => new SocketSlots({ shared: { board, hashes }, log }));
  return { gateways, board, closeAll: () => Promise.all(gateways.map((gateway) => gateway.close())) };
}

const takeAll = async (some: SocketSlots[]) => {
  const taken = await Promise.allSettled(some.map((gateway) => gateway.take(slots)));
  return taken.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : []));
};

test('concurrent gateways never exceed a shared limit, and released slots can be taken again', async () => {
  const { gateways, board, closeAll } = open(3);
  await vi.waitFor(async () => expect((await board.list()).size).toBe(3));
  // No gateway refuses any by its own count alone, so that each has to know of the others in time.
  const all = Array.from({ length: 3 * LIMIT }, (_, index) => gateways[index % 3] as SocketSlots);
  const first = await takeAll(all);
  expect(first.length).toBeLessThanOrEqual(LIMIT);
  // Sequential requests are not refused below the limit.
  const rest: (() => void)[] = [];
  for (const gateway of all) rest.push(...(await takeAll([gateway])));
  expect(first.length + rest.length).toBe(LIMIT);
  for (const release of [...first, ...rest, ...rest]) release();
  const again: (() => void)[] = [];
  for (const gateway of all) again.push(...(await takeAll([gateway])));
  expect(again).toHaveLength(LIMIT);
  await closeAll();
});

test('the slots of a lost gateway are released', async () => {
  const { gateways, board, closeAll } = open(2);
  const [here, there] = gateways as [SocketSlots, SocketSlots];
  await vi.waitFor(async () => expect((await board.list()).size).toBe(2));
  for (let index = 0; index < LIMIT; index += 1) await there.take(slots);
  await expect(here.take(slots)).rejects.toMatchObject({ code: 'too_many_connections' });
  await there.close();
  await here.take(slots);
  await closeAll();
});

test('slots that were released while Redis failed can be taken again', async () => {
  class FailingHashes extends MemoryLeasedHashes {
    fails = false;
    failures = 0;

    override async set(key: string, fields: ReadonlyMap<string, string>) {
      this.#assertConnected();
      return super.set(key, fields);
    }

    override async remove(key: string, field?: string) {
      this.#assertConnected();
      return super.remove(key, field);
    }

    #assertConnected() {
      if (!this.fails) return;
      this.failures += 1;
      throw new Error('Connection is closed.');
    }
  }
  const hashes = new FailingHashes();
  const { gateways, board, closeAll } = open(2, hashes);
  const [here, there] = gateways as [SocketSlots, SocketSlots];
  await vi.waitFor(async () => expect((await board.list()).size).toBe(2));
  const taken: (() => void)[] = [];
  for (let index = 0; index < LIMIT; index += 1) taken.push(...(await takeAll([there])));
  await expect(here.take(slots)).rejects.toMatchObject({ code: 'too_many_connections' });
  hashes.fails = true;
  for (const release of taken) release();
  await vi.waitFor(() => expect(hashes.failures).toBeGreaterThanOrEqual(LIMIT));
  hashes.fails = false;
  // The other gateway corrects its counts when it next renews them.
  await vi.waitFor(() => here.take(slots), { timeout: ANNOUNCEMENT_LEASE_MS, interval: 50 });
  await closeAll();
});

test('without Redis a gateway counts for itself', async () => {
  const gone = () => Promise.reject(new Error('gone'));
  const shared = { board: { announce: gone, withdraw: gone, list: gone }, hashes: {} } as unknown as SharedCounts;
  const gateway = new SocketSlots({ shared, log });
  for (let index = 0; index < LIMIT; index += 1) await gateway.take(slots);
  await expect(gateway.take(slots)).rejects.toMatchObject({ code: 'too_many_connections' });
  await gateway.close();
});
