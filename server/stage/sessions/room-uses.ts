/** Where the sessions of rooms are that this gateway looks after, for who keeps the rooms' trees. */
import type { RoomId } from '../../protocol/ids.ts';
import type { SessionEntry } from './session-table.ts';

export interface RoomUse {
  /** The node that the room's tree has to name; undefined where that is not for this gateway to say. */
  publisher: string | undefined;
  watched: ReadonlySet<string>;
}

/**
 * A publisher who is just being let in somewhere, or whose connection is gone, may be elsewhere by now, through another gateway or this one: then
 * this gateway does not insist on the node that it knows.
 */
export function roomUses(entries: Iterable<SessionEntry>): Map<RoomId, RoomUse> {
  const uses = new Map<RoomId, { publisher: string | undefined; watched: Set<string> }>();
  const unsure = new Set<RoomId>();
  for (const { room, direction, node, socket } of entries) {
    if (direction === 'publish' && (node === undefined || socket === undefined)) unsure.add(room);
    if (node === undefined) continue;
    const use = uses.get(room) ?? { publisher: undefined, watched: new Set() };
    uses.set(room, use);
    if (direction === 'watch') use.watched.add(node);
    // The latest of several is where the publisher went.
    else use.publisher = node;
  }
  for (const room of unsure) {
    const use = uses.get(room);
    if (use) use.publisher = undefined;
  }
  return uses;
}
