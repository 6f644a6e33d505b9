/** What placement is asked and answers, and within which limits. */
export interface PlacementLimits {
  consumersPerViewer: number;
  /** While a node that already carries the room is less full than this, the room stays on it: a small room costs no pipe. */
  spreadAt: number;
  /** Past `spreadAt`, the room still stays on a node that is no more than this fuller than the emptiest one of the region. */
  spreadMargin: number;
  /** Free viewers are admitted up to this share of a node's capacity, paying ones (and publishers) up to all of it. */
  freeShare: number;
  /** Pipes that one node feeds for one room. */
  fanOutMax: number;
  /** Hops from the origin to the farthest edge. */
  depthMax: number;
  /** Viewers of one room; past it `room_full`. */
  roomViewersMax: number;
  /** How long who is refused is asked to wait: grows with how full the region is. */
  retryAfterMs: { min: number; max: number };
}

export const PLACEMENT_LIMITS: PlacementLimits = {
  consumersPerViewer: 2,
  spreadAt: 0.6,
  spreadMargin: 0.05,
  freeShare: 0.9,
  fanOutMax: 16,
  depthMax: 4,
  roomViewersMax: 200_000,
  retryAfterMs: { min: 2_000, max: 30_000 },
};

export type PlacementAnswer =
  /** `parent`: the node from which `node` has to pull the room; absent when it is the origin or pulls it already. */
  | { ok: true; node: string; parent?: string; depth: number }
  | { ok: false; reason: 'room_full' | 'nodes_full' | 'no_node' | 'no_origin'; retryAfterMs: number };

export type ViewerClass = 'paying' | 'free';

/** What a room lost with a node. `orphans`: the nodes that pulled the room from it. */
export interface PlacementLoss {
  room: string;
  lost: 'origin' | 'edge';
  orphans: string[];
}
