/** Where this gateway's sessions are, by room, for renewing the rooms' trees. */
import type { RoomId } from '../../protocol/ids.ts';
import type { SessionEntry } from './session-table.ts';

export interface RoomUse {
  /** The node that the room's tree has to name; undefined if this gateway does not decide that. */
  publisher: string | undefined;
  watched: ReadonlySet<string>;
}

/**
 * A publisher who is being admitted, or has lost the connection, may be elsewhere by now: then this gateway does not
 * insist on the node that it knows.
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
    // The latest of several sessions is current.
    else use.publisher = node;
  }
  for (const room of unsure) {
    const use = uses.get(room);
    if (use) use.publisher = undefined;
  }
  return uses;
}
