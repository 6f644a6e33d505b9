import { expect, test, vi } from 'vitest';
import { MemoryBus } from '../../platform/bus.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { ChatLive } from './chat-live.ts';

const ROOM = 'room_1' as RoomId;

test.each(['onRestored', 'onMissed'] as const)(
  'R55, R62: after %s, the queue, decisions and mutes are sent as they are',
  async (way) => {
    const sent: unknown[] = [];
    const person = (identity: string, moderate: boolean) => ({
      isInside: true,
      can: { moderate },
      participant: { identity },
      socket: {
        emit: (event: string, data: unknown) => event !== 'chat:restriction' && sent.push([identity, event, data]),
      },
    });
    const muted = [{ identity: 'tom', name: 'Tom' }];
    const reviews = [
      { id: 'held_1', state: 'held', reason: null },
      { id: 'held_2', state: 'refused', reason: 'insults' },
      { id: 'held_3', state: 'allowed', reason: null },
    ];
    const bus = new MemoryBus(() => {});
    const miss = vi.spyOn(bus, way);
    const chatLive = new ChatLive({
      context: {
        bus,
        chat: {
          onState: () => () => {},
          state: async () => ({}),
          restrictionOf: async () => ({}),
          mutes: { list: async (identity: string) => (identity === 'lea' ? muted : []) },
          held: {
            countWaiting: async () => 1,
            reviewsOf: async (_room: RoomId, identity: string) => (identity === 'lea' ? reviews : []),
          },
        },
      } as never,
      presence: { openRooms: () => [ROOM], inRoom: () => [person('mo', true), person('lea', false)] } as never,
      emitInside: () => {},
      onErased: () => {},
    });
    for (const [listener] of miss.mock.calls as unknown as [() => void][]) listener();
    await vi.waitFor(() =>
      expect(sent).toEqual([
        ['mo', 'chat:queueChanged', { waiting: 1 }],
        ['mo', 'chat:muted', { muted: [] }],
        ['lea', 'chat:muted', { muted }],
        ['lea', 'chat:held', reviews[1]],
        ['lea', 'chat:held', reviews[2]],
      ]),
    );
    chatLive.close();
  },
);
