/**
 * Places publishers and viewers: `placement.ts` decides, the gateways agree through the rooms' trees in Redis, and the
 * fleet connects the nodes. Without Redis each gateway goes on with what it knows.
 */
import {
  type RoomUpstream,
  SfuError,
  type SfuErrorCode,
  type SfuNode,
  type SfuNodeAnnouncement,
} from '../../../sfu/contract.ts';
import { SharedRead } from '../../platform/db/shared-read.ts';
import { HASH_LEASE_MS } from '../../platform/leased-hashes.ts';
import type { Log } from '../../platform/log.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { RoomUse } from '../sessions/room-uses.ts';
import type { Fleet } from './fleet.ts';
import { Placement, type PlacementAnswer, type ViewerClass } from './placement.ts';
import type { RoomTree, RoomTrees } from './room-trees.ts';
import { TreePruner } from './tree-pruner.ts';

/** Nodes to try before the request fails. */
const ATTEMPTS_MAX = 4;
/** When to ask again while a room's location is unknown. */
const UNKNOWN_RETRY_MS = 1_000;
/** Ends no publisher that has taken the stage. */
const LOWEST_FENCE = 0;
/** Errors that another node may not have. */
const ELSEWHERE: ReadonlySet<SfuErrorCode> = new Set(['node_full', 'node_unavailable']);

export interface RoomPlacesOptions {
  fleet: Fleet;
  trees: RoomTrees;
  log: Log;
  /** This gateway's region, also that of its people. */
  region: string;
}

/** A room's tree, and whether the gateways agreed on it. */
type LearnedTree = RoomTree & { isAgreed: boolean };

export interface ViewerPlace {
  node: SfuNode;
  upstream?: RoomUpstream;
}

export class RoomPlaces {
  readonly #fleet: Fleet;
  readonly #trees: RoomTrees;
  readonly #log: Log;
  readonly #region: { region?: string };
  readonly #placement = new Placement();
  readonly #pruner: TreePruner;
  /** Rooms whose tree named another origin than their publisher's node at the last check. */
  readonly #contested = new Set<RoomId>();
  /** The agreed trees; this gateway's own if Redis is gone. */
  readonly #learned = new SharedRead<RoomId, LearnedTree>((room) => this.#ask(room));
  #healing: Promise<void> | undefined;
  /** Rooms on a lost node: their returning publisher need not learn the location again. */
  readonly #lost = new Map<RoomId, { node: string; untilMs: number }>();

  constructor({ fleet, trees, log, region }: RoomPlacesOptions) {
    this.#fleet = fleet;
    this.#trees = trees;
    this.#log = log;
    this.#region = region === '' ? {} : { region };
    this.#pruner = new TreePruner({ fleet, trees, log, placement: this.#placement });
  }

  handleNode({ node: id, region, capacity, load, draining }: SfuNodeAnnouncement): void {
    this.#placement.setNode({ id, region, capacity, load, draining });
  }

  handleGone(node: string): void {
    const untilMs = performance.now() + HASH_LEASE_MS;
    for (const room of this.#placement.removeNode(node)) this.#lost.set(room as RoomId, { node, untilMs });
  }

  /** Opens a viewer's session on the best node, or on the next one. */
  async watch<A>(
    { room, viewer }: { room: RoomId; viewer: ViewerClass },
    open: (place: ViewerPlace) => Promise<A>,
  ): Promise<{ node: string; answer: A }> {
    return this.#try(async (avoid, full) => {
      const tree = await this.#learned.get(room);
      assertKnown(tree);
      let answer = this.#placement.placeViewer({ room, viewer, avoid, full, ...this.#region });
      if (!answer.ok && answer.reason === 'no_origin') {
        // The publisher's node is gone: the next placement decides where the stage will be.
        await this.#moveOrigin(room, tree, avoid);
        this.#placement.releasePublisher(room);
        answer = this.#placement.placeViewer({ room, viewer, avoid, full, ...this.#region });
      }
      const { node } = accepted(answer);
      try {
        const upstream = await this.#settle(room, tree, answer);
        const place = { node: await this.#fleet.open(node), ...(upstream && { upstream }) };
        return { node, result: { node, answer: await open(place) } };
      } catch (error) {
        this.#placement.releaseViewer({ room, node });
        throw Object.assign(toError(error), { node });
      }
    });
  }

  /**
   * Opens a publisher's session on the room's origin and makes the room's other nodes follow it. `fence`, as at
   * `SfuNode.publish`, makes the publisher of the later publication stay on stage.
   */
  async publish<A>(
    room: RoomId,
    fence: number | undefined,
    open: (node: SfuNode) => Promise<A>,
  ): Promise<{ node: string; answer: A }> {
    return this.#try(async (avoid) => {
      const learned = await this.#learned.get(room);
      // Without Redis, sessions of a lost node can only be elsewhere from now on.
      const tree = learned.isAgreed ? learned : { ...learned, origin: learned.origin ?? this.#lostOrigin(room) };
      assertKnown(tree);
      const node = await this.#moveOrigin(room, tree, avoid);
      try {
        const answer = await open(await this.#fleet.open(node));
        // A draining node gets no new parent, and keeps its viewers for a while.
        const draining = [...tree.edges.keys()].filter((id) => this.#fleet.draining(id));
        const earlier = tree.origin !== undefined && tree.origin !== node ? [tree.origin] : [];
        // Not awaited: a node that hangs must not delay the live.
        void this.#haveFollow(room, [...earlier, ...draining], fence);
        return { node, result: { node, answer } };
      } catch (error) {
        this.#placement.releasePublisher(room);
        throw Object.assign(toError(error), { node });
      }
    });
  }

  /** The node that the room's publisher would get now; nothing is booked. */
  async nodeForPublisher(room: RoomId): Promise<SfuNode> {
    assertKnown(await this.#learned.get(room));
    const node = this.#placement.nodeForPublisher({ room, ...this.#region });
    if (node === undefined) throw new AppError('stage_unavailable');
    return this.#fleet.open(node);
  }

  /** A viewer left. Resolves once nodes that are no longer needed are out of the tree. */
  async releaseViewer(room: RoomId, node: string): Promise<void> {
    this.#placement.releaseViewer({ room, node });
    await this.#pruner.prune(room, node);
  }

  /**
   * Reachable nodes on which the room may be: those of the tree and those known here, as Redis may have lost the tree;
   * all nodes if the tree cannot be read, as another gateway may have placed the room on any of them.
   */
  async nodesOf(room: RoomId): Promise<SfuNode[]> {
    const { origin, edges, isAgreed } = await this.#learned.get(room);
    if (!isAgreed) return this.#fleet.nodes;
    const own = this.#placement.origin(room);
    const known = [...(own ? [own] : []), ...this.#placement.edges(room).keys()];
    const ids = new Set([...(origin ? [origin] : []), ...edges.keys(), ...known]);
    const opened = await Promise.allSettled([...ids].map((id) => this.#fleet.open(id)));
    return opened.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  }

  /** The publisher's node, or the one that the publisher will get. */
  async origin(room: RoomId): Promise<SfuNode | undefined> {
    const { origin } = await this.#learned.get(room);
    return origin === undefined ? undefined : this.#fleet.open(origin).catch(() => undefined);
  }

  async forget(room: RoomId): Promise<void> {
    this.#placement.removeRoom(room);
    this.#pruner.forget(room);
    this.#contested.delete(room);
    this.#lost.delete(room);
    await this.#trees.remove(room).catch((error) => this.#log.warn({ err: error, room }, 'room tree not deleted'));
  }

  /**
   * Renews the trees of rooms in use here, and restores what is missing: a lost tree, the node of a publisher of this
   * gateway (which is authoritative, whatever Redis says after an outage), nodes with viewers of this gateway. The
   * publisher's gateway also removes unused nodes, for gateways that died. `rooms` are all with a session here, also
   * one that is being opened; what is known of others is forgotten.
   */
  async renew(uses: ReadonlyMap<RoomId, RoomUse>, rooms: ReadonlySet<RoomId> = new Set(uses.keys())): Promise<void> {
    this.#placement.retain(rooms);
    await this.#trees.renew([...uses.keys()]);
    // A hanging node delays the check. Two checks within a moment would not show that a state lasts.
    this.#healing ??= this.#heal(uses).finally(() => {
      this.#healing = undefined;
    });
    await this.#healing;
  }

  async #heal(uses: ReadonlyMap<RoomId, RoomUse>): Promise<void> {
    for (const room of this.#lost.keys()) if (this.#lostOrigin(room) === undefined) this.#lost.delete(room);
    for (const [room, { publisher, watched }] of uses) {
      const { origin, edges } = await this.#trees.get(room);
      const known = publisher ?? this.#placement.origin(room);
      if (known === undefined || known === origin) this.#contested.delete(room);
      if (known === undefined) continue;
      if (origin === undefined) {
        await this.#trees.moveOrigin(room, undefined, known);
        await this.#trees.setEdges(room, this.#placement.edges(room));
      } else if (origin === known) {
        if (!this.#isKnown(room, { origin, edges })) this.#placement.setRoom({ room, origin, edges });
        await this.#claimWatched(room, { origin, edges }, watched);
        if (publisher === undefined) continue;
        await this.#pruner.pruneIdle(room, [...edges.keys()]);
        // A node may have been unreachable when the location was sent.
        await this.#haveFollow(room, [], LOWEST_FENCE);
      } else if (publisher !== undefined && !this.#fleet.draining(publisher)) await this.#reclaim(room, publisher);
    }
  }

  /** A node may have left the tree at the moment when a viewer was placed there. */
  async #claimWatched(room: RoomId, tree: RoomTree, watched: ReadonlySet<string>): Promise<void> {
    for (const node of watched) {
      if (node === tree.origin || tree.edges.has(node)) continue;
      const parent = this.#placement.edges(room).get(node) ?? tree.origin;
      if (parent !== undefined) await this.#trees.claimEdge(room, node, parent);
    }
  }

  /**
   * A publisher who moves is still known here for a moment: only a conflict that lasts until the next check is
   * corrected.
   */
  async #reclaim(room: RoomId, node: string): Promise<void> {
    if (!this.#contested.has(room)) {
      this.#contested.add(room);
      return;
    }
    this.#contested.delete(room);
    const { origin, edges } = await this.#trees.get(room);
    if ((await this.#trees.moveOrigin(room, origin, node)) !== node) return;
    this.#log.warn({ room, node, origin }, "room tree named another origin than the publisher's node");
    await this.#trees.dropEdge(room, node);
    const others = [...edges.keys(), ...(origin === undefined ? [] : [origin])].filter((id) => id !== node);
    const hung = new Map(others.map((id) => [id, node]));
    await this.#trees.setEdges(room, hung);
    this.#placement.setRoom({ room, origin: node, edges: hung });
    // A publisher there belongs to a later publication, if it is still on stage.
    await this.#haveFollow(room, origin === undefined ? [] : [origin], LOWEST_FENCE);
  }

  /** Tries one node after another, avoiding those that failed; full ones can still feed others. */
  async #try<T>(attempt: (avoid: string[], full: string[]) => Promise<{ node: string; result: T }>): Promise<T> {
    const [avoid, full]: [string[], string[]] = [[], []];
    for (;;) {
      try {
        return (await attempt(avoid, full)).result;
      } catch (error) {
        const isElsewhere = error instanceof SfuError && ELSEWHERE.has(error.code);
        const node = isElsewhere ? (error as { node?: string }).node : undefined;
        if (node === undefined || avoid.length + full.length + 1 >= ATTEMPTS_MAX) throw error;
        (isElsewhere && error.code === 'node_full' ? full : avoid).push(node);
      }
    }
  }

  async #ask(room: RoomId): Promise<LearnedTree> {
    try {
      const tree = await this.#trees.get(room);
      const { origin, edges } = tree;
      const ids = [...(origin === undefined ? [] : [origin]), ...edges.keys()];
      // It may have appeared just now.
      if (ids.some((id) => !this.#placement.node(id))) await this.#fleet.look();
      if (origin !== undefined && !this.#isKnown(room, tree)) this.#placement.setRoom({ room, origin, edges });
      // A node that is gone everywhere is removed from the tree too.
      for (const id of ids) {
        if (!this.#placement.node(id)) this.handleGone(id);
      }
      return { ...tree, isAgreed: true };
    } catch (error) {
      this.#log.warn({ err: error, room }, 'room tree not readable, using local state');
      return { origin: this.#placement.origin(room), edges: this.#placement.edges(room), isAgreed: false };
    }
  }

  #lostOrigin(room: RoomId): string | undefined {
    const lost = this.#lost.get(room);
    return lost && lost.untilMs > performance.now() ? lost.node : undefined;
  }

  #isKnown(room: RoomId, { origin, edges }: RoomTree): boolean {
    const known = this.#placement.edges(room);
    if (this.#placement.origin(room) !== origin || known.size !== edges.size) return false;
    return [...edges].every(([node, parent]) => known.get(node) === parent);
  }

  /** Publishes a new edge or root, or adopts a concurrent change. Returns the node's parent. */
  async #settle(room: RoomId, tree: RoomTree, answer: PlacementAnswer): Promise<RoomUpstream | undefined> {
    const { node, parent } = accepted(answer);
    const origin = this.#placement.origin(room) ?? node;
    await this.#agree(room, async () => {
      const agreed = tree.origin === origin ? origin : await this.#trees.moveOrigin(room, tree.origin, origin);
      if (agreed !== origin)
        throw new SfuError('node_unavailable', 'The room was opened on another node at the same time.');
      if (parent === undefined) return;
      const agreedParent = await this.#trees.claimEdge(room, node, parent);
      // Also if it is the expected one: the last viewer may have left the node meanwhile.
      this.#placement.setEdge({ room, node, parent: agreedParent });
    });
    return this.#upstreamOf(room, node);
  }

  /** Puts the origin on a node that takes it; keeps it where it is if possible. */
  async #moveOrigin(room: RoomId, tree: RoomTree, avoid: string[]): Promise<string> {
    const { node } = accepted(this.#placement.placePublisher({ room, avoid, ...this.#region }));
    if (node === tree.origin) return node;
    // Who reads the tree while it is being written puts the old edges back here.
    const edges = this.#placement.edges(room);
    await this.#agree(room, async () => {
      const agreed = await this.#trees.moveOrigin(room, tree.origin, node);
      if (agreed !== node) {
        this.#placement.releasePublisher(room);
        // The next attempt reads where it is.
        const moved = new SfuError('node_unavailable', 'The room was moved to another node at the same time.');
        throw Object.assign(moved, { node });
      }
      await this.#trees.dropEdge(room, node);
      await this.#trees.setEdges(room, edges);
      this.#placement.setRoom({ room, origin: node, edges });
    });
    return node;
  }

  /** Without Redis nothing can be agreed on: each gateway decides for itself until it is back. */
  async #agree(room: RoomId, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (error instanceof SfuError) throw error;
      this.#log.warn({ err: error, room }, "room tree not written, other gateways lack the room's nodes");
    }
  }

  async #haveFollow(room: RoomId, others: readonly string[], fence?: number): Promise<void> {
    const origin = this.#placement.origin(room);
    // Also if the publisher returns to the same node: it may be a new process, to which the edges are not connected.
    const nodes = new Set([...this.#placement.edges(room).keys(), ...others]);
    await Promise.all(
      [...nodes].map(async (id) => {
        const upstream =
          this.#upstreamOf(room, id) ?? (origin === undefined ? undefined : this.#fleet.asUpstream(origin));
        if (!upstream || id === origin) return;
        try {
          await (await this.#fleet.open(id)).follow({ room, upstream, fence });
        } catch (error) {
          // A node that is gone has nothing to follow.
          this.#log.warn({ err: error, room, node: id }, "sfu node did not connect to the room's origin");
        }
      }),
    );
  }

  #upstreamOf(room: RoomId, node: string, hops = 8): RoomUpstream | undefined {
    const parent = this.#placement.edges(room).get(node);
    const upstream = parent === undefined ? undefined : this.#fleet.asUpstream(parent);
    if (!upstream || parent === undefined || hops === 0) return undefined;
    const further = this.#upstreamOf(room, parent, hops - 1);
    return { ...upstream, ...(further && { upstream: further }) };
  }
}

/** If Redis is gone and nothing is known here, the room may be anywhere: a guess would show an empty stage. */
function assertKnown({ origin, isAgreed }: RoomTree & { isAgreed: boolean }): void {
  if (isAgreed || origin !== undefined) return;
  throw new AppError('stage_unavailable', undefined, { retryAfterMs: UNKNOWN_RETRY_MS });
}

/** The chosen node, or the refusal as a wire error. */
function accepted(answer: PlacementAnswer): { node: string; parent?: string } {
  if (answer.ok) return answer;
  const { reason, retryAfterMs } = answer;
  throw new AppError(reason === 'no_node' || reason === 'no_origin' ? 'stage_unavailable' : 'stage_full', undefined, {
    retryAfterMs,
  });
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
