/** Limits and answers of placement. */
export interface PlacementLimits {
  consumersPerViewer: number;
  /**
   * Share of a node's capacity below which a room stays on a node that already carries it, so that a small room needs
   * no pipe. The workers inside a node have a share of their own (`WORKER_SPREAD_AT` of `sfu/limits.ts`).
   */
  nodeSpreadAt: number;
  /**
   * Above `nodeSpreadAt`, the room still stays on a node whose load exceeds that of the region's least loaded node by
   * no more than this.
   */
  spreadMargin: number;
  /** Free viewers are admitted up to this share of a node's capacity, paying ones and publishers up to all of it. */
  freeShare: number;
  /** Pipes that one node feeds per room. */
  fanOutMax: number;
  /** Hops from the origin to the farthest edge. */
  depthMax: number;
  /** Viewers per room; further ones get `room_full`. */
  roomViewersMax: number;
  /** How long a refused caller should wait; grows with the region's load. */
  retryAfterMs: { min: number; max: number };
}

export const PLACEMENT_LIMITS: PlacementLimits = {
  consumersPerViewer: 2,
  nodeSpreadAt: 0.6,
  spreadMargin: 0.05,
  freeShare: 0.9,
  fanOutMax: 16,
  depthMax: 4,
  roomViewersMax: 200_000,
  retryAfterMs: { min: 2_000, max: 30_000 },
};

export type PlacementAnswer =
  /**
   * `parent`: the node from which `node` has to start pulling the room; absent if it is the origin or pulls it already.
   */
  | { ok: true; node: string; parent?: string; depth: number }
  | { ok: false; reason: 'room_full' | 'nodes_full' | 'no_node' | 'no_origin'; retryAfterMs: number };

export type ViewerClass = 'paying' | 'free';
