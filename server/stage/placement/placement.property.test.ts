import fc from 'fast-check';
import { expect, test } from 'vitest';
import { effort } from '../../../tests/support/run/effort.ts';
import { Placement, type PlacementNode } from './placement.ts';

/**
 * Random evenings: people come and go, creators go live, nodes announce themselves, drain and die, in any order. Beside
 * the placement runs a book of what was really placed, kept from the answers alone; after each step both must say the
 * same and no invariant may be broken.
 */

const LIMITS = {
  consumersPerViewer: 2,
  nodeSpreadAt: 0.3,
  spreadMargin: 0,
  freeShare: 0.8,
  fanOutMax: 2,
  depthMax: 2,
  roomViewersMax: 60,
};
/** A failure is made small as far as this goes. */
const SHRINKING_LIMIT_MS = 10_000;
const NODES = 12;
const ROOMS = ['room_a', 'room_b'];
const REGIONS = ['west', 'east'];

const room = fc.constantFrom(...ROOMS);
const region = fc.option(fc.constantFrom(...REGIONS, 'nowhere'), { nil: undefined });
const node = fc.nat(NODES - 1).map((index) => `node${index}`);
const step = fc.oneof(
  { weight: 20, arbitrary: fc.record({ kind: fc.constant('join' as const), room, region, isFree: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('leave' as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('publish' as const), room, region, avoid: fc.option(node) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unpublish' as const), room }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drain' as const), node, draining: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), node }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('return' as const), node }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('feed' as const), room, node }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

class Evening {
  readonly placement = new Placement(LIMITS);
  readonly nodes = new Map<string, PlacementNode>();
  /** Room and node of every viewer. */
  readonly viewers: { room: string; node: string }[] = [];
  readonly pipes = new Map<string, Map<string, string>>();
  readonly publisherLoads = new Map<string, { node: string; load: number }>();

  constructor() {
    for (let index = 0; index < NODES; index++) this.#enter(`node${index}`);
  }

  take(step: Step): void {
    switch (step.kind) {
      case 'join':
        this.#join(step.room, step.region, step.isFree);
        break;
      case 'leave':
        this.#leave(step.pick);
        break;
      case 'publish':
        this.#publish(step.room, step.region, step.avoid ? [step.avoid] : []);
        break;
      case 'unpublish':
        this.placement.releasePublisher(step.room);
        this.publisherLoads.delete(step.room);
        break;
      case 'drain':
        this.#drain(step.node, step.draining);
        break;
      case 'lose':
        this.#lose(step.node);
        break;
      case 'return':
        if (!this.nodes.has(step.node)) this.#enter(step.node);
        break;
      case 'feed':
        this.#feed(step.room, step.node);
        break;
    }
  }

  load(id: string): number {
    const viewers = this.viewers.filter((viewer) => viewer.node === id).length;
    let pipes = 0;
    for (const edges of this.pipes.values()) for (const parent of edges.values()) if (parent === id) pipes += 1;
    let publishers = 0;
    for (const each of this.publisherLoads.values()) if (each.node === id) publishers += each.load;
    return 2 * viewers + 2 * pipes + publishers;
  }

  assertSound(): void {
    for (const [id, { capacity }] of this.nodes) {
      expect(this.placement.node(id)?.load, `load booked on ${id}`).toBe(this.load(id));
      expect(this.load(id), `load of ${id}`).toBeLessThanOrEqual(capacity);
    }
    for (const room of ROOMS) {
      const edges = this.placement.edges(room);
      expect(edges, `edges of ${room}`).toEqual(this.pipes.get(room) ?? new Map());
      const children = new Map<string, number>();
      for (const [id, parent] of edges) {
        children.set(parent, (children.get(parent) ?? 0) + 1);
        // Whoever is attached is as deep as the way up is long; and the way up ends, since there is no circle.
        let hops = 0;
        for (let at: string | undefined = id; at !== undefined && edges.has(at); at = edges.get(at)) {
          expect(++hops, 'a circle').toBeLessThanOrEqual(NODES);
        }
        const depth = this.placement.depth(room, id);
        if (depth !== undefined) expect(depth).toBe(hops);
        expect(depth ?? 0).toBeLessThanOrEqual(LIMITS.depthMax);
      }
      for (const count of children.values()) expect(count).toBeLessThanOrEqual(LIMITS.fanOutMax);
    }
    expect(this.placement.figures().viewers).toBe(this.viewers.length);
  }

  /** Once everybody has gone, nodes let go of their edges from the leaves on, and nothing is left. */
  assertNothingStays(): void {
    while (this.viewers.length > 0) this.#leave(0);
    for (const room of ROOMS) this.#letGo(room);
    expect([...this.pipes.values()].reduce((sum, edges) => sum + edges.size, 0)).toBe(0);
    for (const room of ROOMS) this.placement.releasePublisher(room);
    this.publisherLoads.clear();
    this.assertSound();
  }

  #enter(id: string): void {
    const index = Number(id.slice(4));
    // Small and of all sizes, some odd: the house is full again and again.
    const capacity = 5 + 3 * (index % 4);
    const node = { id, region: REGIONS[index % 2] ?? '', capacity, load: 0, draining: false };
    this.nodes.set(id, node);
    this.placement.setNode({ ...node, load: this.load(id) });
  }

  #join(room: string, region: string | undefined, isFree: boolean): void {
    const answer = this.placement.placeViewer({ room, region, viewer: isFree ? 'free' : 'paying' });
    if (!answer.ok) {
      expect(answer.retryAfterMs).toBeGreaterThan(0);
      if (answer.reason === 'nodes_full' && !isFree) this.#assertFull(room);
      return;
    }
    this.viewers.push({ room, node: answer.node });
    const node = this.nodes.get(answer.node);
    expect(node?.draining, 'a viewer on a draining node').toBe(false);
    if (isFree) expect(this.load(answer.node)).toBeLessThanOrEqual(LIMITS.freeShare * (node?.capacity ?? 0));
    if (answer.parent === undefined) return;
    const edges = this.#edges(room);
    expect(edges.has(answer.node), 'a second copy of the room').toBe(false);
    expect(this.nodes.get(answer.parent)?.draining, 'a draining feeder').toBe(false);
    edges.set(answer.node, answer.parent);
  }

  /** A refusal is only right when no node that carries the room takes one more. */
  #assertFull(room: string): void {
    for (const [id, { capacity, draining }] of this.nodes) {
      if (draining || this.placement.depth(room, id) === undefined) continue;
      expect(this.load(id) + 2, `refused although ${id} has room`).toBeGreaterThan(capacity);
    }
  }

  #leave(pick: number): void {
    const [viewer] = this.viewers.splice(pick % Math.max(1, this.viewers.length), 1);
    if (!viewer) return;
    this.placement.releaseViewer(viewer);
    this.#letGo(viewer.room);
  }

  /** What a node does by itself: it stops pulling a room without viewers behind it. */
  #letGo(room: string): void {
    const edges = this.#edges(room);
    for (;;) {
      const idle = [...edges.keys()].find(
        (id) =>
          ![...edges.values()].includes(id) &&
          !this.viewers.some((viewer) => viewer.room === room && viewer.node === id),
      );
      if (idle === undefined) return;
      edges.delete(idle);
      this.placement.setEdge({ room, node: idle, parent: undefined });
    }
  }

  #publish(room: string, region: string | undefined, avoid: string[]): void {
    const before = this.placement.origin(room);
    const answer = this.placement.placePublisher({ room, region, avoid });
    if (!answer.ok) return;
    expect(avoid).not.toContain(answer.node);
    expect(this.nodes.get(answer.node)?.draining).toBe(false);
    if (before !== answer.node) this.publisherLoads.delete(room);
    this.pipes.set(room, this.placement.edges(room));
    // Where there was no room for it the last time, there may be now.
    if (!this.publisherLoads.get(room)?.load) {
      const booked = (this.placement.node(answer.node)?.load ?? 0) - this.load(answer.node);
      expect(booked).toBeGreaterThanOrEqual(0);
      expect(booked).toBeLessThanOrEqual(2);
      this.publisherLoads.set(room, { node: answer.node, load: booked });
    }
  }

  #drain(id: string, draining: boolean): void {
    const node = this.nodes.get(id);
    if (!node) return;
    node.draining = draining;
    this.placement.setNode({ ...node, load: this.load(id) });
  }

  #lose(id: string): void {
    if (!this.nodes.delete(id)) return;
    const withoutOrigin = ROOMS.filter((room) => this.placement.origin(room) === id);
    expect(this.placement.removeNode(id).toSorted()).toEqual(withoutOrigin);
    for (const room of ROOMS) {
      const edges = this.#edges(room);
      const orphans = [...edges].filter(([, parent]) => parent === id).map(([child]) => child);
      for (const orphan of [id, ...orphans]) edges.delete(orphan);
      if (this.publisherLoads.get(room)?.node === id) this.publisherLoads.delete(room);
    }
    for (const viewer of this.viewers.filter((each) => each.node === id)) {
      this.viewers.splice(this.viewers.indexOf(viewer), 1);
      this.placement.releaseViewer(viewer);
    }
  }

  /** A gateway hangs a node that lost its feeder below another one, which then announces the load of the pipe. */
  #feed(room: string, id: string): void {
    const edges = this.#edges(room);
    if (!this.nodes.get(id) || this.nodes.get(id)?.draining) return;
    if (edges.has(id) || this.placement.origin(room) === id) return;
    const height = this.#height(room, id);
    const feeder = [...this.nodes.values()].find((each) => this.#canFeed(room, each, height));
    if (!feeder) return;
    this.placement.setEdge({ room, node: id, parent: feeder.id });
    edges.set(id, feeder.id);
    this.placement.setNode({ ...feeder, load: this.load(feeder.id) });
  }

  #canFeed(room: string, { id, capacity, draining }: PlacementNode, height: number): boolean {
    const depth = this.placement.depth(room, id);
    if (draining || depth === undefined || depth + 1 + height > LIMITS.depthMax) return false;
    const children = [...this.#edges(room).values()].filter((parent) => parent === id).length;
    return children < LIMITS.fanOutMax && this.load(id) + 2 <= capacity;
  }

  /** Hops from the node to the deepest one below it. */
  #height(room: string, id: string): number {
    const children = [...this.#edges(room)].filter(([, parent]) => parent === id);
    return Math.max(0, ...children.map(([child]) => 1 + this.#height(room, child)));
  }

  #edges(room: string): Map<string, string> {
    const known = this.pipes.get(room);
    if (known) return known;
    const edges = new Map<string, string>();
    this.pipes.set(room, edges);
    return edges;
  }
}

test('for any sequence, loads add up, no node exceeds its capacity, and no tree has a cycle or a second copy', () => {
  fc.assert(
    fc.property(fc.array(step, { size: 'max', minLength: 1, maxLength: 250 }), (steps) => {
      const evening = new Evening();
      for (const each of steps) {
        evening.take(each);
        evening.assertSound();
      }
    }),
    { numRuns: effort({ short: 15, long: 1_000 }), interruptAfterTimeLimit: SHRINKING_LIMIT_MS },
  );
});

test('pipes close with the last viewer behind them', () => {
  fc.assert(
    fc.property(fc.array(step, { size: 'max', minLength: 20, maxLength: 200 }), (steps) => {
      const evening = new Evening();
      for (const each of steps) evening.take(each);
      evening.assertNothingStays();
    }),
    { numRuns: effort({ short: 8, long: 500 }), interruptAfterTimeLimit: SHRINKING_LIMIT_MS },
  );
});

test('a crowd spreads evenly over nodes of every size', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 20, max: 400 }), { minLength: 2, maxLength: 40 }), (capacities) => {
      const placement = new Placement();
      capacities.forEach((capacity, index) => {
        placement.setNode({ id: `node${index}`, region: '', capacity, load: 0, draining: false });
      });
      const total = capacities.reduce((sum, capacity) => sum + capacity, 0);
      for (let viewer = 0; viewer < (total * 0.8) / 2; viewer++)
        placement.placeViewer({ room: 'room_a', viewer: 'paying' });
      const { load } = placement.figures();
      // The margin that saves pipes, and one viewer or pipe more on the smallest node.
      expect(load.max - load.min).toBeLessThan(0.05 + 4 / Math.min(...capacities));
    }),
  );
});
