import { expect, test, vi } from 'vitest';
import type { SfuNode } from '../../sfu/contract.ts';
import { MemoryAnnouncements } from '../../tests/support/databases/memory-announcements.ts';
import { systemClock } from '../platform/clock.ts';
import { MemoryLeasedHashes } from '../platform/leased-hashes.ts';
import { createLog } from '../platform/log.ts';
import { createMetrics } from '../platform/metrics.ts';
import { createId } from '../protocol/ids.ts';
import type { Rooms } from '../rooms/rooms.ts';
import { Fleet } from './placement/fleet.ts';
import { RoomPlaces } from './placement/room-places.ts';
import { RoomTrees } from './placement/room-trees.ts';
import { Stage } from './stage.ts';

test('lets a creator try again if the new node is lost before the move is complete', async () => {
  const [log, metrics] = [createLog({ level: 'silent', pretty: false }), createMetrics()];
  const board = new MemoryAnnouncements();
  const announce = (node: string, draining: boolean) => {
    const about = { url: `wss://${node}.example`, region: '', version: '1', workers: 1, capacity: 100, load: 0 };
    return board.announce(node, JSON.stringify({ node, draining, ...about }));
  };
  const lose = new Map<string, () => void>();
  const held = Promise.withResolvers<void>();
  const connect = async (url: string, handleGone: () => void) => {
    const id = new URL(url).hostname.replace('.example', '');
    lose.set(id, handleGone);
    const node = {
      ...{ id, connected: true, routerRtpCapabilities: { codecs: [] }, on: () => () => {} },
      ...{ close: async () => {}, closeSession: async () => {}, publish: async () => ({ transport: {} }) },
      follow: async () => {},
    };
    return node as unknown as SfuNode;
  };
  await announce('first', false);
  const fleet = await Fleet.create({ board, connect, log });
  const places = new RoomPlaces({ fleet, trees: new RoomTrees(new MemoryLeasedHashes()), log, region: '' });
  const assertHoldsStage = vi.fn(async () => {});
  const rooms = { takeStage: async () => 1, assertHoldsStage, findStageHolder: async () => null };
  const parts = { fleet, places, rooms: rooms as unknown as Rooms, clock: systemClock, log, metrics, turn: undefined };
  const stage = new Stage(parts);
  const access = { state: 'granted', reason: 'role' } as const;
  const publish = (socket: string) => {
    const caller = { room, identity: 'ada', socket, access, publish: true };
    return stage.publish(caller, { publication: `publication of ${socket}` });
  };
  const room = createId('room');
  await publish('page');
  await announce('first', true);
  await announce('second', false);
  await fleet.look();
  assertHoldsStage.mockReturnValueOnce(held.promise);
  const moved = publish('other page').catch((error) => error.code);
  await vi.waitFor(() => expect(assertHoldsStage).toHaveBeenCalledTimes(2));
  lose.get('second')?.();
  held.resolve();
  expect(await moved).toBe('stage_unavailable');
  await stage.close();
});
