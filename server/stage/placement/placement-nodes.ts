/**
 * The nodes as placement knows them, ordered by load within each region, so that the least loaded one is found without
 * a scan. Rooms' trees register on nodes and are told when a node's load has fallen enough to change their order.
 */
import { type Rank, RankHeap, unranked } from './rank-heap.ts';

/** A node as it announced itself. */
export interface PlacementNode {
  id: string;
  /** '' if the operator configured none. */
  region: string;
  /** Consumers that the node can carry, and that it carries now, outgoing pipes included. */
  capacity: number;
  load: number;
  /** Takes no new sessions and no new pipes. */
  draining: boolean;
}

/** A room's place on a node. */
export interface NodeTenant {
  /** The node's load has fallen, or its draining state has changed. */
  handleNodeChanged(): void;
}

export interface NodeState extends PlacementNode {
  area: Region;
  /** False while only a room's tree has named it. */
  announced: boolean;
  readonly rank: Rank;
  readonly tenants: Map<string, NodeTenant>;
  /** The maximum load since the last notification: no tenant knows a higher one. */
  toldLoad: number;
}

export interface Region {
  readonly name: string;
  /** Nodes that take sessions, least loaded first. */
  readonly takers: RankHeap<NodeState>;
  capacity: number;
  load: number;
}

/** Tenants are told when the load falls by this share of the node's capacity. */
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

  /** Registers a room on a node that its tree names. */
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

  /** Forgets the node; the caller removes its tenants. */
  remove(node: NodeState): void {
    this.#leave(node);
    if (node.announced) this.#announced -= 1;
    this.#nodes.delete(node.id);
  }

  /** Adds load to a node; negative releases it. */
  addLoad(node: NodeState, consumers: number): void {
    const load = Math.max(0, node.load + consumers);
    if (node.rank.index >= 0) {
      node.area.load += load - node.load;
      node.load = load;
      node.area.takers.put(node, this.fullness(node));
    } else node.load = load;
    this.#tell(node, false);
  }

  /** The node's load share with one more viewer; above 1 it is full. */
  fullness(node: NodeState): number {
    return node.capacity > 0 ? (node.load + this.#consumersPerViewer) / node.capacity : Number.POSITIVE_INFINITY;
  }

  hasTakers(region: string | undefined): boolean {
    return region !== undefined && (this.#regions.get(region)?.takers.size ?? 0) > 0;
  }

  /** The requested region first, then the others, least loaded first. */
  *regionsFrom(name: string | undefined): Generator<Region> {
    const first = name === undefined ? undefined : this.#regions.get(name);
    if (first) yield first;
    const others = [...this.#regions.values()].filter((region) => region !== first && region.capacity > 0);
    yield* others.sort((left, right) => left.load / left.capacity - right.load / right.capacity);
  }

  /** A region's load share, 0 to 1; of all regions if none is named or it has no node. */
  shareUsed(name: string | undefined): number {
    const region = name === undefined ? undefined : this.#regions.get(name);
    const counted = region && region.capacity > 0 ? [region] : [...this.#regions.values()];
    const capacity = counted.reduce((sum, each) => sum + each.capacity, 0);
    return capacity > 0 ? Math.min(1, counted.reduce((sum, each) => sum + each.load, 0) / capacity) : 1;
  }

  /** A tree may name a node before its announcement; until then it takes nothing. */
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
    // Removes rounding errors once everything is released, and deletes unused entries.
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
