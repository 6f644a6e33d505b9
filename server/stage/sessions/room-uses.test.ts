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
    socket: 'socket',
    orphanedUntilMs: Number.POSITIVE_INFINITY,
    epoch: 1,
    connected: true,
    publication: undefined,
    ...given,
  };
}

test('a room is where its publisher went last, and watched where anybody is', () => {
  const entries = [
    entry({}),
    entry({ node: 'second' }),
    entry({ direction: 'watch', node: 'third', socket: undefined }),
    entry({ direction: 'watch', node: undefined }),
  ];
  expect(roomUses(entries)).toEqual(new Map([[ROOM, { publisher: 'second', watched: new Set(['third']) }]]));
});

test('no node is insisted on for a publisher who is being let in, or whose connection is gone', () => {
  for (const unsure of [entry({ node: undefined }), entry({ socket: undefined })]) {
    expect(roomUses([entry({}), unsure]).get(ROOM)).toMatchObject({ publisher: undefined });
    expect(roomUses([unsure, entry({})]).get(ROOM)).toMatchObject({ publisher: undefined });
  }
});
