import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SfuError, type SfuNode, type SfuNodeAnnouncement } from '../../../sfu/contract.ts';
import { MemoryAnnouncements } from '../../../tests/support/databases/memory-announcements.ts';
import { createLog } from '../../platform/log.ts';
import { Fleet } from './fleet.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const NODE = 'sfu_1';
const said: SfuNodeAnnouncement = {
  node: NODE,
  url: 'wss://127.0.0.1:4001',
  region: '',
  version: '1',
  workers: 1,
  capacity: 100,
  load: 0,
  draining: false,
};

/** A board that still lists a node, and a process behind its address that can be there or not. */
async function openFleet() {
  const board = new MemoryAnnouncements();
  await board.announce(NODE, JSON.stringify(said));
  const process = { isThere: true, die: () => {} };
  const node = {
    id: NODE,
    connected: true,
    routerRtpCapabilities: { codecs: [] },
    on: () => () => {},
    close: async () => {},
  };
  const fleet = await Fleet.create({
    board,
    connect: async (_url, handleGone) => {
      if (!process.isThere) throw new SfuError('node_unavailable', 'Nobody listens.');
      process.die = () => {
        process.isThere = false;
        handleGone();
      };
      // As much of a node as a fleet looks at.
      return node as unknown as SfuNode;
    },
    log: createLog({ level: 'silent', pretty: false }),
  });
  const told: string[] = [];
  fleet.listen({
    handleEvent: () => {},
    handleNode: ({ node: id }) => told.push(`${id} is there`),
    handleGone: (id) => told.push(`${id} is gone`),
  });
  await fleet.open(NODE);
  return { fleet, board, process, told };
}

test('a node that refuses connections is lost at once, although it is still announced', async () => {
  const { fleet, process, told } = await openFleet();
  process.die();
  expect(told).toEqual([`${NODE} is there`, `${NODE} is gone`]);
  await fleet.look();
  await fleet.look();
  expect(told).toHaveLength(2);
  await expect(fleet.open(NODE)).rejects.toMatchObject({ code: 'node_unavailable' });
  await fleet.close();
});

test('a node that answers again under its old name returns', async () => {
  const { fleet, process, told } = await openFleet();
  process.die();
  process.isThere = true;
  await fleet.look();
  await vi.waitFor(() => expect(told.at(-1)).toBe(`${NODE} is there`));
  expect((await fleet.open(NODE)).id).toBe(NODE);
  await fleet.close();
});

test('a node that is not connected is kept until it can have announced itself after an outage of the board', async () => {
  const { fleet, board, told } = await openFleet();
  const announce = (node: string) => board.announce(node, JSON.stringify({ ...said, node }));
  await announce('returning');
  await announce('ended');
  await fleet.look();
  const away = vi.spyOn(board, 'list').mockRejectedValue(new Error('Redis is away.'));
  await vi.advanceTimersByTimeAsync(10_000);
  away.mockRestore();
  await fleet.look();
  await announce('returning');
  await vi.advanceTimersByTimeAsync(4_000);
  expect(told.filter((line) => line.endsWith('gone'))).toEqual([]);
  await announce('returning');
  await vi.advanceTimersByTimeAsync(2_000);
  expect(told.filter((line) => line.endsWith('gone'))).toEqual(['ended is gone']);
  await fleet.close();
});
