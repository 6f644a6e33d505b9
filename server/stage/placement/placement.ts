/**
 * Decides which SFU node a publisher or viewer gets. Pure: no clock, randomness or I/O. Each gateway has one, fed with
 * the nodes' announcements and the rooms' agreed trees; it books its decisions at once, so that a rush between two
 * announcements spreads. Loads count consumers (a viewer of audio and video is two). No decision scans all nodes: they
 * are kept in order (`placement-nodes.ts`), and so is a room's tree (`placement-tree.ts`). The node chooses the worker.
 */
import { type NodeState, type PlacementNode, PlacementNodes, type Region } from './placement-nodes.ts';
import { type Member, PIPE_CONSUMERS, RoomTree } from './placement-tree.ts';

export type { PlacementNode } from './placement-nodes.ts';

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

interface Wish {
  region: string | undefined;
  /** The share of its capacity up to which a node takes the session. */
  share: number;
  avoid: ReadonlySet<string>;
  /** Members of `avoid` that are full but can feed others. */
  full?: ReadonlySet<string>;
}

export class Placement {
  readonly #limits: PlacementLimits;
  readonly #nodes: PlacementNodes;
  readonly #trees = new Map<string, RoomTree>();

  constructor(limits: Partial<PlacementLimits> = {}) {
    this.#limits = { ...PLACEMENT_LIMITS, ...limits };
    this.#nodes = new PlacementNodes(this.#limits.consumersPerViewer);
  }

  /** A node's announcement. Its load replaces what was booked here. */
  setNode(node: PlacementNode): void {
    this.#nodes.announce(node);
  }

  /** A node is gone. Returns the rooms whose origin it was. */
  removeNode(id: string): string[] {
    const node = this.#nodes.get(id);
    if (!node) return [];
    const withoutOrigin: string[] = [];
    for (const room of [...node.tenants.keys()]) {
      const tree = this.#trees.get(room);
      const member = tree?.members.get(id);
      if (!tree || !member) continue;
      if (tree.origin === member) withoutOrigin.push(room);
      tree.remove(member);
      this.#forgetIfEmpty(tree);
    }
    this.#nodes.remove(node);
    return withoutOrigin;
  }

  node(id: string): PlacementNode | undefined {
    const node = this.#nodes.get(id);
    if (!node?.announced) return undefined;
    const { region, capacity, load, draining } = node;
    return { id, region, capacity, load, draining };
  }

  /** Replaces a room's tree with the agreed one. Loads come from the nodes, not from here. */
  setRoom({ room, origin, edges }: { room: string; origin: string; edges: ReadonlyMap<string, string> }): void {
    const before = this.#trees.get(room);
    const tree = new RoomTree(room, this.#nodes, this.#limits);
    tree.viewers = before?.viewers ?? 0;
    if (before?.origin?.node.id === origin) tree.publisherLoad = before.publisherLoad;
    before?.leaveNodes();
    this.#trees.set(room, tree);
    tree.setOrigin(tree.getOrAdd(origin));
    for (const [id, parentId] of edges) {
      const [member, parent] = [tree.getOrAdd(id), tree.getOrAdd(parentId)];
      if (member !== tree.origin && !tree.isBelow(parent, member)) tree.hang(member, parent);
    }
  }

  /** Adds an edge, or removes it (parent undefined). */
  setEdge({ room, node, parent }: { room: string; node: string; parent: string | undefined }): void {
    const tree = parent === undefined ? this.#trees.get(room) : this.#getOrCreate(room);
    if (!tree) return;
    if (parent === undefined) {
      const gone = tree.members.get(node);
      if (gone) tree.remove(gone);
      this.#forgetIfEmpty(tree);
      return;
    }
    const [member, feeder] = [tree.getOrAdd(node), tree.getOrAdd(parent)];
    if (member === tree.origin || member.parent === feeder || tree.isBelow(feeder, member)) return;
    if (member.parent) this.#nodes.addLoad(member.parent.node, -PIPE_CONSUMERS);
    tree.hang(member, feeder);
  }

  removeRoom(room: string): void {
    this.#trees.get(room)?.leaveNodes();
    this.#trees.delete(room);
  }

  /** Forgets all other rooms. */
  retain(rooms: ReadonlySet<string>): void {
    for (const room of this.#trees.keys()) if (!rooms.has(room)) this.removeRoom(room);
  }

  origin(room: string): string | undefined {
    return this.#trees.get(room)?.origin?.node.id;
  }

  /** Hops from the room's origin; undefined if the node does not carry it or is detached. */
  depth(room: string, node: string): number | undefined {
    const member = this.#trees.get(room)?.members.get(node);
    return member?.isAttached ? member.depth : undefined;
  }

  /** The room's edges, node → parent, to publish after `placePublisher` has moved some. */
  edges(room: string): Map<string, string> {
    const edges = new Map<string, string>();
    for (const [id, { parent }] of this.#trees.get(room)?.members ?? []) if (parent) edges.set(id, parent.node.id);
    return edges;
  }

  /**
   * Places a publisher. The room's previous origin is kept while it takes sessions; else the tree is attached to the
   * new one.
   */
  placePublisher(request: { room: string; region?: string; avoid?: readonly string[] }): PlacementAnswer {
    const wish: Wish = { region: request.region, share: 1, avoid: new Set(request.avoid) };
    const node = this.#nodeForPublisher(request.room, wish);
    if (!node) return this.#refuse(wish);
    const tree = this.#getOrCreate(request.room);
    const isMoved = tree.origin?.node !== node;
    if (isMoved) {
      if (tree.origin) tree.remove(tree.origin);
      const origin = tree.getOrAdd(node.id);
      if (origin.parent) this.#nodes.addLoad(origin.parent.node, -PIPE_CONSUMERS);
      tree.setOrigin(origin);
    }
    tree.bookPublisher(this.#limits.consumersPerViewer);
    if (isMoved) tree.attachOrphans(wish.avoid);
    return { ok: true, node: node.id, depth: 0 };
  }

  /** The node on which `placePublisher` would place the room's publisher now. */
  nodeForPublisher({ room, region }: { room: string; region?: string }): string | undefined {
    return this.#nodeForPublisher(room, { region, share: 1, avoid: new Set() })?.id;
  }

  /**
   * Places a viewer: on a node of the region that carries the room and is below `nodeSpreadAt`; else on the region's
   * least loaded node, which then pulls the room; else the same in other regions. Without an origin (fans come first)
   * the node becomes the tree's root.
   */
  placeViewer(request: {
    room: string;
    region?: string;
    viewer: ViewerClass;
    avoid?: readonly string[];
    /** Nodes that have just refused a viewer; they may still feed another node. */
    full?: readonly string[];
  }): PlacementAnswer {
    const { freeShare, roomViewersMax, retryAfterMs } = this.#limits;
    const tree = this.#trees.get(request.room);
    const share = request.viewer === 'free' ? freeShare : 1;
    const { avoid = [], full = [] } = request;
    const wish: Wish = { region: request.region, share, avoid: new Set([...avoid, ...full]), full: new Set(full) };
    if (tree && tree.viewers >= roomViewersMax) {
      return { ok: false, reason: 'room_full', retryAfterMs: retryAfterMs.max };
    }
    if (tree && !tree.origin && tree.members.size > 0) {
      return { ok: false, reason: 'no_origin', retryAfterMs: retryAfterMs.min };
    }
    const known = this.#nodes.hasTakers(request.region);
    const near = !known && tree ? this.#stay(tree, undefined, wish) : undefined;
    if (near && tree) return this.#seat(tree, near);
    for (const region of this.#nodes.regionsFrom(request.region)) {
      const answer = tree?.origin ? this.#seatIn(tree, region, wish) : this.#rootIn(request.room, region, wish);
      if (answer) return answer;
    }
    return this.#refuse(wish);
  }

  /** A viewer left. The edge stays until `setEdge` reports that the node has released the room. */
  releaseViewer({ room, node: id }: { room: string; node: string }): void {
    const node = this.#nodes.get(id);
    if (node) this.#nodes.addLoad(node, -this.#limits.consumersPerViewer);
    const tree = this.#trees.get(room);
    if (!tree) return;
    tree.viewers = Math.max(0, tree.viewers - 1);
    this.#forgetIfEmpty(tree);
  }

  releasePublisher(room: string): void {
    const tree = this.#trees.get(room);
    if (!tree?.origin) return;
    this.#nodes.addLoad(tree.origin.node, -tree.publisherLoad);
    tree.publisherLoad = 0;
  }

  /** For benchmarks and tests. Loads are shares of capacity. */
  figures() {
    const loads = [...this.#nodes.all].filter(({ announced, capacity }) => announced && capacity > 0);
    const shares = loads.map(({ load, capacity }) => load / capacity);
    let [min, max, sum] = [Number.POSITIVE_INFINITY, 0, 0];
    for (const share of shares) [min, max, sum] = [Math.min(min, share), Math.max(max, share), sum + share];
    let [viewers, edges] = [0, 0];
    for (const tree of this.#trees.values()) {
      viewers += tree.viewers;
      edges += tree.members.size - (tree.origin ? 1 : 0);
    }
    const load = shares.length === 0 ? { min: 0, mean: 0, max: 0 } : { min, mean: sum / shares.length, max };
    return { nodes: this.#nodes.count, rooms: this.#trees.size, viewers, edges, load };
  }

  #nodeForPublisher(room: string, wish: Wish): NodeState | undefined {
    const kept = this.#trees.get(room)?.origin?.node;
    if (kept && !kept.draining && !wish.avoid.has(kept.id)) return kept;
    for (const region of this.#nodes.regionsFrom(wish.region)) {
      const node = this.#emptiest(region, wish);
      if (node) return node;
    }
    return undefined;
  }

  #seatIn(tree: RoomTree, region: Region, wish: Wish): PlacementAnswer | undefined {
    const stay = this.#stay(tree, region.name, wish);
    if (stay) return this.#seat(tree, stay);
    const node = this.#emptiest(region, wish, tree);
    if (!node) return undefined;
    const known = tree.members.get(node.id);
    if (known) return this.#seat(tree, known);
    const full = tree.leastLoaded(region.name, wish.avoid);
    const isAsEmpty = full && this.#nodes.fullness(full.node) <= this.#nodes.fullness(node) + this.#limits.spreadMargin;
    const parent = isAsEmpty ? undefined : tree.parentFor(region.name, feedersToAvoid(wish));
    // Without a parent that has a pipe left, any node that carries the room takes the viewer as long as it can.
    if (!parent) return full && this.#nodes.fullness(full.node) <= wish.share ? this.#seat(tree, full) : undefined;
    const edge = tree.getOrAdd(node.id);
    tree.feed(edge, parent);
    return this.#seat(tree, edge, parent);
  }

  /** A node that carries the room and is below `nodeSpreadAt`, in any region if none is named. */
  #stay(tree: RoomTree, region: string | undefined, wish: Wish): Member | undefined {
    const member = tree.leastLoaded(region, wish.avoid);
    if (!member || this.#nodes.fullness(member.node) > wish.share) return undefined;
    return member.node.load < this.#limits.nodeSpreadAt * member.node.capacity ? member : undefined;
  }

  #rootIn(room: string, region: Region, wish: Wish): PlacementAnswer | undefined {
    const node = this.#emptiest(region, wish);
    if (!node) return undefined;
    const tree = this.#getOrCreate(room);
    const root = tree.getOrAdd(node.id);
    tree.setOrigin(root);
    return this.#seat(tree, root);
  }

  #seat(tree: RoomTree, member: Member, parent?: Member): PlacementAnswer {
    tree.viewers += 1;
    this.#nodes.addLoad(member.node, this.#limits.consumersPerViewer);
    return {
      ok: true,
      node: member.node.id,
      ...(parent ? { parent: parent.node.id } : {}),
      depth: member.depth,
    };
  }

  /** The least loaded node of a region that takes one more; for a room, without its detached members. */
  #emptiest(region: Region, wish: Wish, tree?: RoomTree): NodeState | undefined {
    for (const node of region.takers.inOrder()) {
      if (this.#nodes.fullness(node) > wish.share) return undefined;
      if (wish.avoid.has(node.id)) continue;
      const member = tree?.members.get(node.id);
      if (!member || member.isAttached) return node;
    }
    return undefined;
  }

  #getOrCreate(room: string): RoomTree {
    const known = this.#trees.get(room);
    if (known) return known;
    const tree = new RoomTree(room, this.#nodes, this.#limits);
    this.#trees.set(room, tree);
    return tree;
  }

  #forgetIfEmpty(tree: RoomTree): void {
    if (tree.members.size === 0 && tree.viewers === 0) this.#trees.delete(tree.room);
  }

  #refuse({ region, avoid, full }: Wish): PlacementAnswer {
    const { min, max } = this.#limits.retryAfterMs;
    const takes = [...this.#nodes.regionsFrom(undefined)].some((each) =>
      each.takers.items.some((node) => !avoid.has(node.id)),
    );
    if (!takes && !full?.size) return { ok: false, reason: 'no_node', retryAfterMs: min };
    const { nodeSpreadAt } = this.#limits;
    const used = Math.max(0, (this.#nodes.shareUsed(region) - nodeSpreadAt) / (1 - nodeSpreadAt));
    return { ok: false, reason: 'nodes_full', retryAfterMs: Math.round(min + (max - min) * used) };
  }
}

function feedersToAvoid({ avoid, full }: Wish): ReadonlySet<string> {
  return full ? new Set([...avoid].filter((node) => !full.has(node))) : avoid;
}
