import { expect, test, vi } from 'vitest';
import { SharedRead } from '../../platform/db/shared-read.ts';
import { createLog } from '../../platform/log.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { LiveFanout, type LiveState } from './live-fanout.ts';
import { RoomUpdates } from './room-updates.ts';

const ROOM = 'room_1' as RoomId;
const log = createLog({ level: 'silent', pretty: false });

test('a late fact about a start, from a stalled gateway, reports that the live has ended', async () => {
  vi.useFakeTimers();
  const told: object[] = [];
  let isAway = true;
  const reads = new SharedRead<RoomId, LiveState>(async () => {
    if (isAway) throw new Error('The database is away.');
    return { status: 'scheduled', liveStartedAt: null, liveEndedAt: null, pausedUntil: null, pauseAnnounced: false };
  });
  const updates = new RoomUpdates({ hasAudience: () => true, log });
  const lives = new LiveFanout({
    read: (room) => reads.get(room),
    send: (_room, live) => told.push(live),
    updates,
  });
  try {
    await lives.note(ROOM, 'the end');
    isAway = false;
    await lives.note(ROOM, 'the start');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(told).toMatchObject([{ endedAt: 'the start' }, { endedAt: 'the end' }]);
  } finally {
    updates.close();
    vi.useRealTimers();
  }
});
