/** An element that hears the events of a room, without a browser. */

import { Emitter } from '../../../client-sdk/client/emitter.ts';
import type { RoomEventMap } from '../../../client-sdk/client/events.ts';
import type { Room } from '../../../client-sdk/client/room.ts';
import { type RoomPart, STATE_EVENTS } from '../../../client-sdk/elements/room/room-part.ts';

/** Gives the part a room with these members; the emitter emits the room's events. */
export function listening<Part extends RoomPart>(part: Part, members: object = {}) {
  const emitter = new Emitter<RoomEventMap>((error) => {
    throw error;
  });
  part.room = { on: emitter.on.bind(emitter), ...members } as unknown as Room;
  // Protected: in a page, the part does this itself.
  const { listenTo, renderOn } = part as unknown as Record<
    'listenTo' | 'renderOn',
    (...of: unknown[]) => (() => void)[]
  >;
  const stops = [...renderOn.call(part, part.room, STATE_EVENTS), ...listenTo.call(part, part.room)];
  return { part, emitter, stops };
}
