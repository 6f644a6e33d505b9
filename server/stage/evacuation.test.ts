import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RoomId, SessionId } from '../protocol/ids.ts';
import { Evacuation } from './evacuation.ts';
import type { SessionEntry } from './session-table.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function house(viewers: number) {
  const entry = (session: string, direction: SessionEntry['direction']): SessionEntry => ({
    session: session as SessionId,
    room: 'room_1' as RoomId,
    identity: session,
    node: 'leaving',
    direction,
    socket: 'socket',
    orphanedUntilMs: Number.POSITIVE_INFINITY,
  });
  const left = [
    ...Array.from({ length: viewers }, (_, i) => entry(`viewer ${i}`, 'watch')),
    entry('publisher', 'publish'),
  ];
  const moved: string[] = [];
  const evacuation = new Evacuation({
    sessionsOn: (node) => (node === 'leaving' ? [...left] : []),
    move: (session) => {
      left.splice(left.indexOf(session), 1);
      moved.push(session.session);
    },
  });
  return { evacuation, moved, left };
}

test('publishers leave a draining node at once, viewers after them and never all together', () => {
  const { evacuation, moved, left } = house(200);
  evacuation.handleNode({ node: 'leaving', draining: true });
  expect(moved).toEqual(['publisher']);
  let largest = 0;
  for (let ms = 0; ms < 20_000 && left.length > 0; ms += 50) {
    const before = moved.length;
    vi.advanceTimersByTime(50);
    largest = Math.max(largest, moved.length - before);
    // A node says again and again that it drains.
    evacuation.handleNode({ node: 'leaving', draining: true });
  }
  expect(left).toEqual([]);
  expect(largest).toBeLessThanOrEqual(20);
});

test('nobody leaves a node that stays', () => {
  const { evacuation, moved } = house(3);
  evacuation.handleNode({ node: 'leaving', draining: false });
  vi.advanceTimersByTime(10_000);
  expect(moved).toEqual([]);
});
