/**
 * How long it takes to decide where a viewer goes, and how well: a simulation of 10,000 nodes in eight regions and a
 * million viewers in rooms of every size, who come, go, and are moved when nodes die, against a naive scan of all nodes
 * for the same requests in the same run (A B A B). The same house is measured at 1,000 and 3,000 nodes with its share
 * of the viewers, which shows how decisions grow. One process, no network: what it does not show is the time that
 * nodes' announcements take to arrive, and what several gateways decide at the same moment.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Placement } from '../../server/stage/placement/placement.ts';
import { PIPE_CONSUMERS } from '../../server/stage/placement/placement-tree.ts';
import { naiveChoice, PlacementHouse, seededRandom } from './support/placement-house.ts';
import { percentile } from './support/statistics.ts';

const HELP = `Usage: npm run bench -- placement [options]

Simulates placement of viewers on SFU nodes, with a naive scan of all nodes for comparison.

  --nodes N,N,…   sizes of the house, the last one is reported (default 1000,3000,10000)
  --viewers N     viewers of the last one; the others have their share (default 1000000)
  --churn N       comings and goings after the house is full, as a share of the viewers (default 0.2)
  --seed N        seed of everything random
  --help          this text
`;

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '1000,3000,10000' },
    viewers: { type: 'string', default: '1000000' },
    churn: { type: 'string', default: '0.2' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const SIZES = values.nodes.split(',').map(Number);
const VIEWERS = Number(values.viewers);
const CHURN = Number(values.churn);
const SEED = Number(values.seed);
/** The largest room has a fifth of all viewers, 200,000 of a million. */
const GREATEST_ROOM_SHARE = 0.2;
/** Every this many decisions, the naive scan is timed on the same request, without applying its result. */
const NAIVE_EVERY = 1_000;
/** Share of the nodes that are lost while the simulation is full. */
const LOST_SHARE = 0.005;
const FREE_SHARE = 0.3;

const say = (text: string) => process.stderr.write(`${text}\n`);

interface Measured {
  nodes: number;
  viewers: number;
  p50: number;
  p99: number;
  max: number;
  naiveP50: number;
  naiveP99: number;
  imbalancePct: number;
  copiesPerLink: number;
}

class Simulation {
  readonly #house: PlacementHouse;
  readonly #placement = new Placement();
  readonly #random: () => number;
  readonly #ids: string[];
  readonly #decisionMs: number[] = [];
  readonly #naiveMs: number[] = [];
  #decisions = 0;

  constructor(nodes: number, viewers: number) {
    this.#random = seededRandom(SEED);
    const greatestRoom = viewers * GREATEST_ROOM_SHARE;
    this.#house = new PlacementHouse({ nodes, viewers, greatestRoom, random: this.#random });
    this.#ids = [...this.#house.nodes.keys()];
    for (const node of this.#house.nodes.values()) this.#placement.setNode(node);
  }

  run(): Measured {
    const house = this.#house;
    const nodes = this.#ids.length;
    for (const room of house.sizes.keys()) {
      house.bookPublisher(this.#placement.placePublisher({ room: `room_${room}`, region: house.region() }));
    }
    for (const room of house.arrivals()) this.#join(room);
    const filled = house.imbalancePct();
    const full = house.viewers.length;
    const refusedAtFirst = house.refused;
    const announcedMs = timed(() => house.announceTo(this.#placement));
    for (let turn = 0; turn < full * CHURN; turn++) {
      const viewer = house.leave();
      if (viewer) this.#placement.releaseViewer({ room: `room_${viewer.room}`, node: viewer.node });
      this.#join(this.#anyRoom());
    }
    const churned = house.imbalancePct();
    const movedMs = this.#loseNodes(Math.ceil(this.#ids.length * LOST_SHARE));
    const { edges, viewers, load } = this.#placement.figures();
    if (edges !== house.pipes.size || viewers !== house.viewers.length || house.overfull() > 0) {
      throw new Error(
        `The books differ: ${edges} edges and ${house.pipes.size} pipes, ${viewers} and ${house.viewers.length} viewers, ${house.overfull()} nodes over capacity.`,
      );
    }
    const measured = {
      nodes,
      viewers: full,
      p50: percentile(this.#decisionMs, 0.5),
      p99: percentile(this.#decisionMs, 0.99),
      max: percentile(this.#decisionMs, 1),
      naiveP50: percentile(this.#naiveMs, 0.5),
      naiveP99: percentile(this.#naiveMs, 0.99),
      imbalancePct: churned,
      copiesPerLink: (house.pipes.size + house.secondCopies) / Math.max(1, house.pipes.size),
    };
    say(
      `${measured.nodes} nodes, ${full} viewers in ${house.sizes.length} rooms (greatest ${house.sizes[0]}), ${house.pipes.size} pipes, ` +
        `load ${(load.mean * 100).toFixed(1)} % (fullest ${(load.max * 100).toFixed(1)} %), ${refusedAtFirst} refused while it filled`,
    );
    say(
      `  decision p50 ${us(measured.p50)} p99 ${us(measured.p99)} max ${us(measured.max)} (${this.#decisionMs.length}); ` +
        `naive scan p50 ${us(measured.naiveP50)} p99 ${us(measured.naiveP99)} (${this.#naiveMs.length})`,
    );
    say(
      `  imbalance ${filled.toFixed(1)} % full, ${churned.toFixed(1)} % after churn; all nodes announced in ${announcedMs.toFixed(0)} ms; ` +
        `a node lost and its viewers placed again in ${movedMs.map((ms) => ms.toFixed(1)).join(' / ')} ms (p50 / max)`,
    );
    return measured;
  }

  #join(room: number): void {
    const region = this.#house.region();
    const viewer = this.#random() < FREE_SHARE ? 'free' : 'paying';
    const name = `room_${room}`;
    if (this.#decisions++ % NAIVE_EVERY === 0) this.#naive(name, region);
    const from = performance.now();
    const answer = this.#placement.placeViewer({ room: name, region, viewer });
    this.#decisionMs.push(performance.now() - from);
    this.#house.seat(room, answer);
  }

  #naive(room: string, region: string): void {
    const carries = (id: string) => this.#placement.depth(room, id) !== undefined;
    const loadOf = (id: string) => this.#house.load(id);
    this.#naiveMs.push(timed(() => naiveChoice(this.#house.nodes, loadOf, { region, carries })));
  }

  /** A random room, weighted by size. */
  #anyRoom(): number {
    const { viewers } = this.#house;
    return viewers[Math.floor(this.#random() * viewers.length)]?.room ?? 0;
  }

  /** Nodes die: their rooms get a new origin or feeder, and their viewers a new node. */
  #loseNodes(count: number): [p50: number, max: number] {
    const took: number[] = [];
    for (let lost = 0; lost < count; lost++) {
      const [id] = this.#ids.splice(Math.floor(this.#random() * this.#ids.length), 1);
      if (id === undefined) break;
      const orphans = this.#house.fedBy(id);
      const moved = this.#house.lose(id);
      took.push(
        timed(() => {
          for (const room of this.#placement.removeNode(id)) {
            this.#house.bookPublisher(this.#placement.placePublisher({ room }));
            this.#house.follow(Number(room.slice('room_'.length)), this.#placement.edges(room));
          }
          for (const { room, node } of orphans) this.#feed(room, node);
          for (const viewer of moved) {
            this.#placement.releaseViewer({ room: `room_${viewer.room}`, node: id });
            this.#join(viewer.room);
          }
        }),
      );
    }
    return [percentile(took, 0.5), percentile(took, 1)];
  }

  /** Hangs a node without a feeder below the first one of its room that has capacity for a pipe, the origin first. */
  #feed(room: number, node: string): void {
    const name = `room_${room}`;
    const origin = this.#placement.origin(name);
    if (origin === undefined || this.#placement.depth(name, node) !== undefined) return;
    const parent = [origin, ...this.#placement.edges(name).keys()].find((id) => this.#canFeed(name, id));
    const feeder = parent === undefined ? undefined : this.#house.nodes.get(parent);
    if (!feeder) return;
    this.#placement.setEdge({ room: name, node, parent: feeder.id });
    this.#house.follow(room, this.#placement.edges(name));
    this.#placement.setNode({ ...feeder, load: this.#house.load(feeder.id) });
  }

  #canFeed(room: string, id: string): boolean {
    const { capacity = 0 } = this.#house.nodes.get(id) ?? {};
    return this.#placement.depth(room, id) !== undefined && this.#house.load(id) + PIPE_CONSUMERS <= capacity;
  }
}

function timed(work: () => unknown): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}

function us(ms: number): string {
  return `${(ms * 1_000).toFixed(1)} µs`;
}

say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, seed ${SEED}`);
const last = SIZES.at(-1) ?? 0;
// A small warm-up run, so that the measured code is compiled.
new Simulation(200, 20_000).run();
const measured = SIZES.map((nodes) => new Simulation(nodes, Math.round((VIEWERS * nodes) / last)).run());
const final = measured.at(-1);
if (!final) throw new Error('There is no size to measure: --nodes 1000,10000');
const round = (value: number) => Number(value.toFixed(4));
process.stdout.write(
  `${JSON.stringify({
    decisionMs: { p50: round(final.p50), p99: round(final.p99) },
    imbalancePct: Number(final.imbalancePct.toFixed(1)),
    copiesPerLink: final.copiesPerLink,
    growth: measured.map(({ nodes, viewers, p50, p99, naiveP50, naiveP99 }) => ({
      nodes,
      viewers,
      decisionMs: { p50: round(p50), p99: round(p99) },
      naiveMs: { p50: round(naiveP50), p99: round(naiveP99) },
    })),
  })}\n`,
);
