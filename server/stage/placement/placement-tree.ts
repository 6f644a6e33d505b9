/**
 * One room's tree of nodes: the origin, which has the publisher, and the edges, each of which pulls the room from one
 * parent. Keeps depths and, per region, the members that take viewers and those that can feed another edge, in order.
 * It knows nothing of admission.
 *
 * A member is attached if the origin is above it. Members below a lost node, or named before their parent, are
 * detached: they get no viewers and are no parents until they are attached again, so that no cycle can form.
 */
import type { NodeState, NodeTenant, PlacementNodes } from './placement-nodes.ts';
import { type Rank, RankHeap, unranked } from './rank-heap.ts';

/** The load of a pipe on the node that feeds it: audio and video to one more receiver. */
export const PIPE_CONSUMERS = 2;
const DETACHED = Number.POSITIVE_INFINITY;

export interface TreeLimits {
  fanOutMax: number;
  depthMax: number;
}

/** The members of one region. Heap keys may lag behind a load that has grown; they are corrected on access. */
interface RegionMembers {
  readonly region: string;
  readonly takers: RankHeap<Member>;
  readonly feeders: RankHeap<Member>;
}

export class Member implements NodeTenant {
  readonly tree: RoomTree;
  readonly node: NodeState;
  parent: Member | undefined;
  readonly children: Member[] = [];
  /** Hops from the origin; infinite while detached. */
  depth = DETACHED;
  readonly takerRank: Rank = unranked();
  readonly feederRank: Rank = unranked();
  group: RegionMembers | undefined;

  constructor(tree: RoomTree, node: NodeState) {
    this.tree = tree;
    this.node = node;
  }

  get isAttached(): boolean {
    return this.depth !== DETACHED;
  }

  handleNodeChanged(): void {
    this.tree.rank(this);
  }
}

export class RoomTree {
  readonly room: string;
  viewers = 0;
  /** The load that is booked on the origin for the publisher. */
  publisherLoad = 0;
  origin: Member | undefined;
  readonly members = new Map<string, Member>();
  readonly #regions = new Map<string, RegionMembers>();
  readonly #nodes: PlacementNodes;
  readonly #limits: TreeLimits;

  constructor(room: string, nodes: PlacementNodes, limits: TreeLimits) {
    this.room = room;
    this.#nodes = nodes;
    this.#limits = limits;
  }

  getOrAdd(id: string): Member {
    const known = this.members.get(id);
    if (known) return known;
    return this.#nodes.addTenant(id, this.room, (node) => {
      const member = new Member(this, node);
      this.members.set(id, member);
      return member;
    });
  }

  /** Removes a member and its pipes; those that pulled from it stay, detached. */
  remove(member: Member): void {
    if (member.parent) this.#nodes.addLoad(member.parent.node, -PIPE_CONSUMERS);
    this.#nodes.addLoad(member.node, -PIPE_CONSUMERS * member.children.length);
    if (this.origin === member) this.#nodes.addLoad(member.node, -this.publisherLoad);
    this.unhang(member);
    for (const child of [...member.children]) this.unhang(child);
    if (this.origin === member) {
      this.origin = undefined;
      this.publisherLoad = 0;
    }
    this.#setDepth(member, DETACHED);
    this.members.delete(member.node.id);
    this.#nodes.removeTenant(member.node, this.room);
  }

  /** Makes a member the origin. The previous one stays, detached, with its subtree. */
  setOrigin(member: Member): void {
    if (this.origin === member) return;
    const former = this.origin;
    this.unhang(member);
    this.origin = member;
    if (former) this.#setDepth(former, DETACHED);
    this.#setDepth(member, 0);
  }

  hang(member: Member, parent: Member): void {
    this.unhang(member);
    member.parent = parent;
    parent.children.push(member);
    this.#setDepth(member, parent.depth + 1);
    this.rank(parent);
  }

  unhang(member: Member): void {
    const { parent } = member;
    if (!parent) return;
    parent.children.splice(parent.children.indexOf(member), 1);
    member.parent = undefined;
    this.#setDepth(member, DETACHED);
    this.rank(parent);
  }

  /** Unregisters from every node without changing loads. */
  leaveNodes(): void {
    for (const { node } of this.members.values()) this.#nodes.removeTenant(node, this.room);
  }

  /** Sets a member's parent and books the pipe. */
  feed(member: Member, parent: Member): void {
    this.hang(member, parent);
    this.#nodes.addLoad(parent.node, PIPE_CONSUMERS);
  }

  /** Finds a parent for a detached member; undefined if none can take its whole subtree. */
  #attach(orphan: Member, avoid: ReadonlySet<string>): Member | undefined {
    const { node } = orphan;
    if (node.draining || avoid.has(node.id)) return undefined;
    const parent = this.parentFor(node.region, avoid, this.#height(orphan));
    if (parent) this.feed(orphan, parent);
    return parent;
  }

  /** Attaches all detached members. Those without a parent stay detached, and their viewers have to move. */
  attachOrphans(avoid: ReadonlySet<string>): void {
    const waiting = [...this.members.values()].filter((member) => member !== this.origin && !member.parent);
    for (let orphan = waiting.shift(); orphan; orphan = waiting.shift()) {
      if (this.#attach(orphan, avoid) || orphan.children.length === 0) continue;
      // The subtree is too high, or no node can feed it: try its parts.
      const parts = [...orphan.children];
      for (const part of parts) this.unhang(part);
      this.#nodes.addLoad(orphan.node, -PIPE_CONSUMERS * parts.length);
      this.#attach(orphan, avoid);
      waiting.push(...parts);
    }
  }

  /**
   * Publishers add no consumers. The booking only spreads publishers that start together, and never exceeds the free
   * capacity.
   */
  bookPublisher(consumers: number): void {
    if (!this.origin || this.publisherLoad > 0) return;
    const { node } = this.origin;
    this.publisherLoad = Math.min(consumers, Math.max(0, node.capacity - node.load));
    this.#nodes.addLoad(node, this.publisherLoad);
  }

  isBelow(member: Member, above: Member): boolean {
    // An external tree may contain a cycle, so the way up is bounded by the number of members.
    let at: Member | undefined = member;
    for (let steps = 0; at && steps <= this.members.size; steps++) {
      if (at === above) return true;
      at = at.parent;
    }
    return false;
  }

  /** The least loaded attached member that takes sessions, of one region or of all. */
  leastLoaded(region: string | undefined, avoid: ReadonlySet<string>): Member | undefined {
    const keyOf = (member: Member) => this.#nodes.fullness(member.node);
    let least: Member | undefined;
    for (const name of region === undefined ? this.#regions.keys() : [region]) {
      const member = firstOf(this.#regions.get(name)?.takers, keyOf, avoid);
      if (member && (!least || keyOf(member) < keyOf(least))) least = member;
    }
    return least;
  }

  /**
   * The parent for an edge of that region: a member of its region, shallowest first, then least loaded; else one of any
   * region, so that one copy crosses between two regions while fan-out lasts. `height`: of the edge's subtree.
   */
  parentFor(region: string, avoid: ReadonlySet<string>, height = 0): Member | undefined {
    const near = this.#feeder(region, avoid, height);
    if (near) return near;
    let best: Member | undefined;
    for (const other of this.#regions.keys()) {
      const member = other === region ? undefined : this.#feeder(other, avoid, height);
      if (member && (!best || this.#feederKey(member) < this.#feederKey(best))) best = member;
    }
    return best;
  }

  /** Updates the member's position by its node's state and its depth. */
  rank(member: Member): void {
    const { node } = member;
    const isOffered = member.isAttached && !node.draining;
    if (member.group && !(isOffered && member.group.region === node.region)) this.#withdraw(member, member.group);
    if (!isOffered) return;
    const group = member.group ?? this.#groupOf(node.region);
    member.group = group;
    group.takers.put(member, this.#nodes.fullness(node));
    const feeds = member.children.length < this.#limits.fanOutMax && member.depth < this.#limits.depthMax;
    if (feeds) group.feeders.put(member, this.#feederKey(member));
    else group.feeders.remove(member);
  }

  #feeder(region: string, avoid: ReadonlySet<string>, height: number): Member | undefined {
    const first = firstOf(this.#regions.get(region)?.feeders, (member) => this.#feederKey(member), avoid);
    if (!first || this.#feederKey(first) === Number.POSITIVE_INFINITY) return undefined;
    return first.depth + 1 + height <= this.#limits.depthMax ? first : undefined;
  }

  /** Depth first, then load; infinite if the node has no capacity for the pipe. */
  #feederKey({ depth, node }: Member): number {
    if (node.load + PIPE_CONSUMERS > node.capacity) return Number.POSITIVE_INFINITY;
    return depth + node.load / (node.capacity + 1);
  }

  #setDepth(member: Member, depth: number): void {
    if (member.depth === depth) return;
    member.depth = depth;
    this.rank(member);
    for (const child of member.children) this.#setDepth(child, depth + 1);
  }

  /** Hops from the member to the deepest one below it. */
  #height(member: Member): number {
    let height = 0;
    for (const child of member.children) height = Math.max(height, 1 + this.#height(child));
    return height;
  }

  #withdraw(member: Member, group: RegionMembers): void {
    group.takers.remove(member);
    group.feeders.remove(member);
    member.group = undefined;
    if (group.takers.size === 0) this.#regions.delete(group.region);
  }

  #groupOf(region: string): RegionMembers {
    const known = this.#regions.get(region);
    if (known) return known;
    const group: RegionMembers = {
      region,
      takers: new RankHeap((member) => member.takerRank),
      feeders: new RankHeap((member) => member.feederRank),
    };
    this.#regions.set(region, group);
    return group;
  }
}

/** The first member by current keys. Members to avoid are rare, and only then is a scan needed. */
function firstOf(
  members: RankHeap<Member> | undefined,
  keyOf: (member: Member) => number,
  avoid: ReadonlySet<string>,
): Member | undefined {
  const first = members?.settledFirst(keyOf);
  if (!first || !avoid.has(first.node.id)) return first;
  let least: Member | undefined;
  for (const member of members?.items ?? []) {
    if (!avoid.has(member.node.id) && (!least || keyOf(member) < keyOf(least))) least = member;
  }
  return least;
}
