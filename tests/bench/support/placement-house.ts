/**
 * Simulated nodes and an audience for the placement benchmark. It tracks viewers and pipes itself from the answers
 * alone, so that placement's own bookkeeping is verified, and draws everything from one seed.
 */
import {
  PLACEMENT_LIMITS,
  type Placement,
  type PlacementAnswer,
  type PlacementNode,
} from '../../../server/stage/placement/placement.ts';

const REGIONS = ['eu-west', 'eu-south', 'eu-north', 'us-east', 'us-west', 'sa-east', 'ap-south', 'ap-east'];
/** Nodes per region are not alike: the first has four times the last. */
const REGION_WEIGHTS = [8, 6, 4, 6, 4, 2, 3, 2];
/**
 * Consumers of a node: small machines and bigger ones. With two for a viewer, a million viewers fill 10,000 of them to
 * two thirds; publishers and pipes come on top.
 */
const CAPACITIES = [200, 300, 400];
/** Sizes of rooms: the k-th has k^-1.2 of the greatest (Zipf). */
const SIZE_EXPONENT = 1.2;

export interface Viewer {
  room: number;
  node: string;
}

/** mulberry32: small, fast, and good enough to draw an audience. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export class PlacementHouse {
  readonly nodes = new Map<string, PlacementNode>();
  /** Room sizes, greatest first; `seats` is one entry a viewer to come, in the order in which they come. */
  readonly sizes: number[] = [];
  readonly viewers: Viewer[] = [];
  /** (room, node) → parent. */
  readonly pipes = new Map<string, string>();
  pipesOpened = 0;
  secondCopies = 0;
  refused = 0;
  readonly #loads = new Map<string, number>();
  readonly #random: () => number;
  readonly #regionPick: string[];

  constructor(options: { nodes: number; viewers: number; greatestRoom: number; random: () => number }) {
    this.#random = options.random;
    this.#regionPick = REGIONS.flatMap((region, index) => Array<string>(REGION_WEIGHTS[index] ?? 1).fill(region));
    for (let index = 0; index < options.nodes; index++) {
      const id = `node_${index}`;
      const capacity = CAPACITIES[index % CAPACITIES.length] ?? 0;
      const region = this.#regionPick[(index * 7) % this.#regionPick.length] ?? '';
      this.nodes.set(id, { id, region, capacity, load: 0, draining: false });
    }
    for (let left = options.viewers, rank = 1; left > 0; rank++) {
      const size = Math.min(left, Math.max(1, Math.floor(options.greatestRoom * rank ** -SIZE_EXPONENT)));
      this.sizes.push(size);
      left -= size;
    }
  }

  /** Everybody who will come, mixed as they do. */
  arrivals(): Uint32Array {
    const arrivals = new Uint32Array(this.sizes.reduce((sum, size) => sum + size, 0));
    let at = 0;
    for (const [room, size] of this.sizes.entries()) {
      arrivals.fill(room, at, at + size);
      at += size;
    }
    for (let index = arrivals.length - 1; index > 0; index--) {
      const other = Math.floor(this.#random() * (index + 1));
      const kept = arrivals[index] as number;
      arrivals[index] = arrivals[other] as number;
      arrivals[other] = kept;
    }
    return arrivals;
  }

  region(): string {
    return this.#regionPick[Math.floor(this.#random() * this.#regionPick.length)] ?? '';
  }

  /** Books an answer to a viewer of this room. */
  seat(room: number, answer: PlacementAnswer): void {
    if (!answer.ok) {
      this.refused += 1;
      return;
    }
    this.viewers.push({ room, node: answer.node });
    this.#add(answer.node, PLACEMENT_LIMITS.consumersPerViewer);
    if (answer.parent === undefined) return;
    const link = `${room} ${answer.node}`;
    if (this.pipes.has(link)) this.secondCopies += 1;
    this.pipes.set(link, answer.parent);
    this.pipesOpened += 1;
    this.#add(answer.parent, 2);
  }

  bookPublisher(answer: PlacementAnswer): void {
    if (answer.ok) this.#add(answer.node, PLACEMENT_LIMITS.consumersPerViewer);
  }

  /** A random viewer leaves. */
  leave(): Viewer | undefined {
    const index = Math.floor(this.#random() * this.viewers.length);
    const viewer = this.viewers[index];
    const last = this.viewers.pop();
    if (!viewer || !last) return undefined;
    if (last !== viewer) this.viewers[index] = last;
    this.#add(viewer.node, -PLACEMENT_LIMITS.consumersPerViewer);
    return viewer;
  }

  /** The nodes that pull from this one, with the rooms. */
  fedBy(id: string): Viewer[] {
    const links = [...this.pipes].filter(([, parent]) => parent === id).map(([link]) => link.split(' '));
    return links.map(([room, node = '']) => ({ room: Number(room), node }));
  }

  /** A node dies: returns its viewers with their rooms. */
  lose(id: string): Viewer[] {
    this.nodes.delete(id);
    const moved: Viewer[] = [];
    for (let index = this.viewers.length - 1; index >= 0; index--) {
      const viewer = this.viewers[index] as Viewer;
      if (viewer.node !== id) continue;
      moved.push(viewer);
      const last = this.viewers.pop() as Viewer;
      if (index < this.viewers.length) this.viewers[index] = last;
    }
    for (const [link, parent] of this.pipes) {
      const node = link.slice(link.indexOf(' ') + 1);
      if (node !== id && parent !== id) continue;
      this.pipes.delete(link);
      if (parent !== id) this.#add(parent, -2);
    }
    this.#loads.delete(id);
    return moved;
  }

  /** Takes over the pipes of a room as placement has hung them after its origin was lost. */
  follow(room: number, edges: ReadonlyMap<string, string>): void {
    for (const [node, parent] of edges) {
      const link = `${room} ${node}`;
      const before = this.pipes.get(link);
      if (before === parent) continue;
      if (before !== undefined) this.#add(before, -2);
      this.pipes.set(link, parent);
      this.pipesOpened += 1;
      this.#add(parent, 2);
    }
  }

  load(id: string): number {
    return this.#loads.get(id) ?? 0;
  }

  /** How much fuller the fullest node of a region is than its region, in percent: the worst of the regions. */
  imbalancePct(): number {
    const regions = new Map<string, { load: number; capacity: number; fullest: number }>();
    for (const { id, region, capacity } of this.nodes.values()) {
      const sum = regions.get(region) ?? { load: 0, capacity: 0, fullest: 0 };
      const load = this.load(id);
      regions.set(region, {
        load: sum.load + load,
        capacity: sum.capacity + capacity,
        fullest: Math.max(sum.fullest, load / capacity),
      });
    }
    return Math.max(
      ...[...regions.values()].map(({ load, capacity, fullest }) => (fullest / (load / capacity) - 1) * 100),
    );
  }

  /** Nodes above their capacity, by this bookkeeping. */
  overfull(): number {
    return [...this.nodes.values()].filter(({ id, capacity }) => this.load(id) > capacity).length;
  }

  announceTo(placement: Placement): void {
    for (const node of this.nodes.values()) placement.setNode({ ...node, load: this.load(node.id) });
  }

  #add(id: string, consumers: number): void {
    this.#loads.set(id, this.load(id) + consumers);
  }
}

/** The naive reference: a scan of every node. */
export function naiveChoice(
  nodes: ReadonlyMap<string, PlacementNode>,
  loadOf: (id: string) => number,
  request: { region: string; carries: (id: string) => boolean },
): string | undefined {
  const { nodeSpreadAt, consumersPerViewer } = PLACEMENT_LIMITS;
  let stay: string | undefined;
  let stayShare = nodeSpreadAt;
  let emptiest: string | undefined;
  let emptiestShare = Number.POSITIVE_INFINITY;
  for (const { id, region, capacity, draining } of nodes.values()) {
    if (region !== request.region || draining) continue;
    const load = loadOf(id);
    if (load + consumersPerViewer > capacity) continue;
    const share = load / capacity;
    if (share < stayShare && request.carries(id)) [stay, stayShare] = [id, share];
    if (share < emptiestShare) [emptiest, emptiestShare] = [id, share];
  }
  return stay ?? emptiest;
}
