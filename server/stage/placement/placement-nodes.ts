/**
 * What placement knows of the nodes: their load, kept ordered by region, so that the least loaded one is found without a look at the others.
 * Trees hang on nodes; when a node's load has fallen so far that their order is no longer right, they are told.
 */
import { type Rank, RankHeap, unranked } from './rank-heap.ts';

/** A node as it announced itself. */
export interface PlacementNode {
  id: string;
  /** '' when the operator named none. */
  region: string;
  /** Consumers that it carries before quality suffers, and how many it carries now (pipes out counted as consumers too). */
  capacity: number;
  load: number;
  /** Takes no new sessions, and no new pipes. */
  draining: boolean;
}

/** What hangs on a node: a room's place there. */
export interface NodeTenant {
  /** The node's load has fallen, or it drains now, or no longer. */
  handleNodeChanged(): void;
}

export interface NodeState extends PlacementNode {
  area: Region;
  /** False while only a room's tree has named it. */
  announced: boolean;
  readonly rank: Rank;
  readonly tenants: Map<string, NodeTenant>;
  /** The greatest load since the tenants were told last: none of them can have the node for fuller. */
  toldLoad: number;
}

export interface Region {
  readonly name: string;
  /** The nodes that take sessions, the emptiest first. */
  readonly takers: RankHeap<NodeState>;
  capacity: number;
  load: number;
}

/** A fall in load by this share of a node's capacity is told to the rooms on it. */
const TOLD_SHARE = 1 / 64;

export class PlacementNodes {
  readonly #nodes = new Map<string, NodeState>();
  readonly #regions = new Map<string, Region>();
  readonly #consumersPerViewer: number;
  #announced = 0;

  constructor(consumersPerViewer: number) {
    this.#consumersPerViewer = consumersPerViewer;
  }

  get count(): number {
    return this.#announced;
  }

  get all(): IterableIterator<NodeState> {
    return this.#nodes.values();
  }

  get(id: string): NodeState | undefined {
    return this.#nodes.get(id);
  }

  /** Hangs a room on a node that its tree names. */
  addTenant<Tenant extends NodeTenant>(id: string, room: string, tenantOn: (node: NodeState) => Tenant): Tenant {
    const node = this.#getOrExpect(id);
    const tenant = tenantOn(node);
    node.tenants.set(room, tenant);
    return tenant;
  }

  removeTenant(node: NodeState, room: string): void {
    node.tenants.delete(room);
    if (!node.announced && node.tenants.size === 0) this.#nodes.delete(node.id);
  }

  announce({ id, region, capacity, load, draining }: PlacementNode): void {
    const node = this.#getOrExpect(id);
    const isOrderChanged = node.area.name !== region || node.draining !== draining || node.capacity !== capacity;
    if (!node.announced) this.#announced += 1;
    this.#leave(node);
    Object.assign(node, { region, capacity, load, draining, announced: true, area: this.#region(region) });
    this.#enter(node);
    this.#tell(node, isOrderChanged);
  }

  /** Forgets the node; what hangs on it is the caller's to take down. */
  remove(node: NodeState): void {
    this.#leave(node);
    if (node.announced) this.#announced -= 1;
    this.#nodes.delete(node.id);
  }

  /** Books load on a node, or releases it. */
  addLoad(node: NodeState, consumers: number): void {
    const load = Math.max(0, node.load + consumers);
    if (node.rank.index >= 0) {
      node.area.load += load - node.load;
      node.load = load;
      node.area.takers.put(node, this.fullness(node));
    } else node.load = load;
    this.#tell(node, false);
  }

  /** How full the node is once it has taken one viewer more: above 1 it can't. */
  fullness(node: NodeState): number {
    return node.capacity > 0 ? (node.load + this.#consumersPerViewer) / node.capacity : Number.POSITIVE_INFINITY;
  }

  hasTakers(region: string | undefined): boolean {
    return region !== undefined && (this.#regions.get(region)?.takers.size ?? 0) > 0;
  }

  /** The region that is asked for, then the others, the emptiest first. */
  *regionsFrom(name: string | undefined): Generator<Region> {
    const first = name === undefined ? undefined : this.#regions.get(name);
    if (first) yield first;
    const others = [...this.#regions.values()].filter((region) => region !== first && region.capacity > 0);
    yield* others.sort((left, right) => left.load / left.capacity - right.load / right.capacity);
  }

  /** How full a region is, 0 to 1; all of them together where none is named or it has no node. */
  shareUsed(name: string | undefined): number {
    const region = name === undefined ? undefined : this.#regions.get(name);
    const counted = region && region.capacity > 0 ? [region] : [...this.#regions.values()];
    const capacity = counted.reduce((sum, each) => sum + each.capacity, 0);
    return capacity > 0 ? Math.min(1, counted.reduce((sum, each) => sum + each.load, 0) / capacity) : 1;
  }

  /** A tree may name a node before the node has announced itself; until then it takes nothing. */
  #getOrExpect(id: string): NodeState {
    const known = this.#nodes.get(id);
    if (known) return known;
    const node: NodeState = {
      id,
      region: '',
      capacity: 0,
      load: 0,
      draining: true,
      area: this.#region(''),
      announced: false,
      rank: unranked(),
      tenants: new Map(),
      toldLoad: 0,
    };
    this.#nodes.set(id, node);
    return node;
  }

  #region(name: string): Region {
    const known = this.#regions.get(name);
    if (known) return known;
    const region: Region = { name, takers: new RankHeap((node) => node.rank), capacity: 0, load: 0 };
    this.#regions.set(name, region);
    return region;
  }

  #enter(node: NodeState): void {
    if (node.draining) return;
    node.area.takers.put(node, this.fullness(node));
    node.area.capacity += node.capacity;
    node.area.load += node.load;
  }

  #leave(node: NodeState): void {
    if (node.rank.index < 0) return;
    node.area.takers.remove(node);
    node.area.capacity -= node.capacity;
    node.area.load -= node.load;
    if (node.area.takers.size > 0) return;
    // Sums of what has gone leave no crumbs behind, and names that nobody bears are forgotten.
    this.#regions.delete(node.area.name);
  }

  #tell(node: NodeState, must: boolean): void {
    if (!must && node.load >= node.toldLoad - node.capacity * TOLD_SHARE) {
      node.toldLoad = Math.max(node.toldLoad, node.load);
      return;
    }
    node.toldLoad = node.load;
    for (const tenant of node.tenants.values()) tenant.handleNodeChanged();
  }
}
