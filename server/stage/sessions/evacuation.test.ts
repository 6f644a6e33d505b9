import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RoomId, SessionId } from '../../protocol/ids.ts';
import { Evacuation } from './evacuation.ts';
import type { SessionEntry } from './session-table.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function house(viewers: number, { follow = true } = {}) {
  const entry = (session: string, direction: SessionEntry['direction']): SessionEntry => ({
    session: session as SessionId,
    room: 'room_1' as RoomId,
    identity: session,
    node: 'leaving',
    direction,
    spareOf: undefined,
    isPrepared: false,
    socket: 'socket',
    orphanedUntilMs: Number.POSITIVE_INFINITY,
    connectedAtMs: 0,
    epoch: 1,
    connected: true,
    publication: undefined,
  });
  const viewersFrom = (first: number, count: number) =>
    Array.from({ length: count }, (_, i) => entry(`viewer ${first + i}`, 'watch'));
  const left = [...viewersFrom(0, viewers), entry('publisher', 'publish')];
  const resume = (count: number) => left.push(...viewersFrom(viewers, count));
  const [asked, moved]: [string[], string[]] = [[], []];
  const leave = (session: SessionEntry) => left.splice(left.indexOf(session), 1);
  const evacuation = new Evacuation({
    sessionsOn: (node) => (node === 'leaving' ? [...left] : []),
    ask: (session) => {
      asked.push(session.session);
      if (follow && session.direction === 'watch') leave(session);
    },
    move: (session) => {
      leave(session);
      moved.push(session.session);
    },
  });
  return { evacuation, asked, moved, left, resume };
}

test('asks publishers to leave a draining node at once, and viewers after them in portions', () => {
  const { evacuation, asked, moved, left } = house(200);
  evacuation.handleNode({ node: 'leaving', draining: true });
  expect(asked).toEqual(['publisher']);
  let largest = 0;
  for (let ms = 0; ms < 15_000 && left.length > 0; ms += 50) {
    const before = asked.length;
    vi.advanceTimersByTime(50);
    largest = Math.max(largest, asked.length - before);
    // A node says again and again that it drains.
    evacuation.handleNode({ node: 'leaving', draining: true });
  }
  // No session was closed: the publisher keeps sending until the last viewer has left the node.
  expect(left.map(({ session }) => session)).toEqual(['publisher']);
  expect(moved).toEqual([]);
  expect(largest).toBeLessThanOrEqual(20);
});

test('asks faster when viewers resume here because their gateway restarted during the drain', () => {
  const { evacuation, moved, left, resume } = house(10);
  evacuation.handleNode({ node: 'leaving', draining: true });
  vi.advanceTimersByTime(2_000);
  resume(1_000);
  vi.advanceTimersByTime(10_000);
  expect(left.map(({ session }) => session)).toEqual(['publisher']);
  expect(moved).toEqual([]);
});

test('moves those who do not react, the publisher last', () => {
  const { evacuation, asked, moved, left } = house(3, { follow: false });
  evacuation.handleNode({ node: 'leaving', draining: true });
  vi.advanceTimersByTime(60_000);
  expect(left).toEqual([]);
  expect(asked).toHaveLength(4);
  expect(moved.at(-1)).toBe('publisher');
});

test('asks again those who reconnect without having received the request', () => {
  const { evacuation, asked, moved } = house(1, { follow: false });
  evacuation.handleNode({ node: 'leaving', draining: true });
  vi.advanceTimersByTime(9_000);
  expect(asked).toEqual(['publisher', 'viewer 0']);
  evacuation.handleResumed('viewer 0' as SessionId);
  vi.advanceTimersByTime(9_000);
  expect(asked).toEqual(['publisher', 'viewer 0', 'viewer 0']);
  expect(moved).toEqual([]);
});

test('moves no one from a node that is not draining', () => {
  const { evacuation, moved } = house(3);
  evacuation.handleNode({ node: 'leaving', draining: false });
  vi.advanceTimersByTime(10_000);
  expect(moved).toEqual([]);
});
