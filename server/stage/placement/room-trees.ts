/**
 * The tree of nodes that carry a room's stage, shared by the gateways: the origin, and each other node's parent. Every
 * change is one compare-and-set, so that concurrent decisions converge.
 */
import type { LeasedHashes } from '../../platform/leased-hashes.ts';
import type { RoomId } from '../../protocol/ids.ts';

export interface RoomTree {
  origin: string | undefined;
  /** Node → its parent. */
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

  /** Moves the room's origin from the expected node (undefined: none); returns the current one. */
  async moveOrigin(room: RoomId, expected: string | undefined, origin: string): Promise<string> {
    return this.#hashes.swap({ key: room, field: ORIGIN, value: origin, ...(expected !== undefined && { expected }) });
  }

  /** Sets the node's parent unless it has one; returns the current one. */
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

  /** Renews the trees of rooms that are in use here. */
  async renew(rooms: readonly RoomId[]): Promise<void> {
    await this.#hashes.renew(rooms);
  }
}
