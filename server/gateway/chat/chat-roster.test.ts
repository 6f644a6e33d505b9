import { expect, test, vi } from 'vitest';
import { MemoryBus } from '../../platform/bus.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { RoomSubscriptions } from '../socket/room-subscriptions.ts';
import { ChatRoster, ROSTER_BUS_TOPIC, type RosterMessage } from './chat-roster.ts';

const ROOM = 'room_1' as RoomId;

/** A gateway whose people in the room are `names`; without any, it has no subscription. */
function openGateway(bus: MemoryBus) {
  let inside: object[] = [];
  const presence = {
    isOpen: () => inside.length > 0,
    inRoom: () => inside,
    ofIdentity: () => [],
  };
  const roster = new ChatRoster({ bus, presence: presence as never, onHands: () => {} });
  const subscriptions = new RoomSubscriptions(bus, {
    [ROSTER_BUS_TOPIC]: (room, message) => roster.handle(room, message as RosterMessage),
  });
  return {
    roster,
    async hold(...names: string[]) {
      inside = names.map((identity) => ({ isInside: true, participant: { identity, name: identity, role: 'fan' } }));
      if (inside.length > 0) await subscriptions.open(ROOM);
      else subscriptions.close(ROOM);
      roster.note(ROOM);
      await vi.advanceTimersByTimeAsync(1_000);
    },
    people: () => roster.people(ROOM).people.map(({ identity }) => identity),
  };
}

// Regression: it still knew what it had heard before it closed the room, and asked nobody.
test('a gateway that opens a room again learns who is there at the others now', async () => {
  vi.useFakeTimers();
  const bus = new MemoryBus((error) => expect.fail(String(error)));
  const [here, there] = [openGateway(bus), openGateway(bus)];
  try {
    await there.hold('lea');
    await here.hold('ada');
    expect(here.people()).toEqual(['ada', 'lea']);
    await here.hold();
    await there.hold('max');
    await here.hold('ada');
    expect(here.people()).toEqual(['ada', 'max']);
  } finally {
    for (const { roster } of [here, there]) roster.close();
    vi.useRealTimers();
  }
});
