import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RoomId } from '../../protocol/ids.ts';
import type { Connection } from './connection.ts';
import { Presence } from './presence.ts';

const ROOM = 'room_1' as RoomId;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('a newcomer gets the head count although it has not changed', async () => {
  const told: number[] = [];
  const presence = new Presence({
    counts: {
      report: async () => {},
      others: async () => ({ count: 2, identities: ['max', 'ines'] }),
    },
    onCount: (_room, count) => told.push(count),
    onAudience: () => {},
    onReported: () => {},
  });
  const join = async (identity: string, isInside: boolean) => {
    const connection = { roomId: ROOM, participant: { identity, role: 'fan' }, isInside } as Connection;
    presence.add(connection);
    presence.refresh(connection);
    await vi.advanceTimersByTimeAsync(1_000);
  };
  await join('lea', true);
  expect(told).toEqual([3]);
  // The lobby does not count.
  await join('malik', false);
  expect(told).toEqual([3, 3]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual([3, 3]);
  // The clock of the machine is set back.
  vi.setSystemTime(Date.now() - 3_600_000);
  await join('tom', true);
  expect(told).toEqual([3, 3, 4]);
  presence.close();
});
