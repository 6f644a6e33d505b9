/**
 * Over which nodes a room's stage flows, as the gateways agreed on it: the origin, and from which node each other one gets it. Every change is one
 * comparison and one write, so that two gateways that decide at once decide the same.
 */
import type { LeasedHashes } from '../../platform/leased-hashes.ts';
import type { RoomId } from '../../protocol/ids.ts';

export interface RoomTree {
  origin: string | undefined;
  /** Node → the node from which it gets the stage. */
  edges: ReadonlyMap<string, string>;
}

const ORIGIN = 'origin';
const EDGE = 'edge:';

export class RoomTrees {
  readonly #hashes: LeasedHashes;

  constructor(hashes: LeasedHashes) {
    this.#hashes = hashes;
  }

  async get(room: RoomId): Promise<RoomTree> {
    const fields = await this.#hashes.get(room);
    const edges = [...fields].filter(([field]) => field.startsWith(EDGE));
    return {
      origin: fields.get(ORIGIN),
      edges: new Map(edges.map(([field, parent]) => [field.slice(EDGE.length), parent])),
    };
  }

  /** Puts the room's origin where it was expected to be elsewhere, or nowhere; answers where it is then. */
  async moveOrigin(room: RoomId, expected: string | undefined, origin: string): Promise<string> {
    return this.#hashes.swap({ key: room, field: ORIGIN, value: origin, ...(expected !== undefined && { expected }) });
  }

  /** Has the node get the stage from the parent, unless it has another one already; answers from which it does. */
  async claimEdge(room: RoomId, node: string, parent: string): Promise<string> {
    return this.#hashes.swap({ key: room, field: EDGE + node, value: parent });
  }

  async setEdges(room: RoomId, edges: ReadonlyMap<string, string>): Promise<void> {
    await this.#hashes.set(room, new Map([...edges].map(([node, parent]) => [EDGE + node, parent])));
  }

  async dropEdge(room: RoomId, node: string): Promise<void> {
    await this.#hashes.remove(room, EDGE + node);
  }

  async remove(room: RoomId): Promise<void> {
    await this.#hashes.remove(room);
  }

  /** Keeps the trees of rooms that somebody here is in. */
  async renew(rooms: readonly RoomId[]): Promise<void> {
    await this.#hashes.renew(rooms);
  }
}
