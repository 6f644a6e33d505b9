import { expect, test } from 'vitest';
import type { RoomId, SessionId } from '../../protocol/ids.ts';
import { roomUses } from './room-uses.ts';
import type { SessionEntry } from './session-table.ts';

const ROOM = 'room_1' as RoomId;

function entry(given: Partial<SessionEntry>): SessionEntry {
  return {
    session: 'session_1' as SessionId,
    room: ROOM,
    identity: 'ada',
    node: 'first',
    direction: 'publish',
    spareOf: undefined,
    isPrepared: false,
    socket: 'socket',
    orphanedUntilMs: Number.POSITIVE_INFINITY,
    connectedAtMs: 0,
    epoch: 1,
    connected: true,
    publication: undefined,
    ...given,
  };
}

test("a room is at its publisher's latest node, and watched on nodes with viewers", () => {
  const entries = [
    entry({}),
    entry({ node: 'second' }),
    entry({ direction: 'watch', node: 'third', socket: undefined }),
    entry({ direction: 'watch', node: undefined }),
  ];
  expect(roomUses(entries)).toEqual(new Map([[ROOM, { publisher: 'second', watched: new Set(['third']) }]]));
});

test('requires no node for a publisher who is being admitted or has lost the connection', () => {
  for (const unsure of [entry({ node: undefined }), entry({ socket: undefined })]) {
    expect(roomUses([entry({}), unsure]).get(ROOM)).toMatchObject({ publisher: undefined });
    expect(roomUses([unsure, entry({})]).get(ROOM)).toMatchObject({ publisher: undefined });
  }
});
