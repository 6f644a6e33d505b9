/**
 * The SFU nodes that this gateway can use: one in its own process, those that announce themselves, or both. It polls
 * the announcements, connects to a node when it is first needed, and reports nodes that appear, change, drain or
 * disappear. While the announcements cannot be read nothing changes.
 */
import { z } from 'zod';
import {
  type RoomUpstream,
  type RtpCapabilities,
  SfuError,
  type SfuEvent,
  type SfuNode,
  type SfuNodeAnnouncement,
  type SfuStats,
} from '../../../sfu/contract.ts';
import { ANNOUNCEMENT_LEASE_MS, type Announcements } from '../../platform/announcements.ts';
import type { Log } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import { AppError } from '../../protocol/errors.ts';
import { expandReceiver, hashCapabilities } from '../../protocol/receiver.ts';
import type { StageState, WatchInput } from '../../protocol/stage.ts';

type RouterCapabilities = NonNullable<StageState['routerRtpCapabilities']>;

const LOOK_MS = 1_000;

const announcement = z.object({
  node: z.string().min(1).max(200),
  url: z.url({ protocol: /^wss$/ }).max(400),
  region: z.string().max(60),
  version: z.string().max(60),
  workers: z.number().int().min(0),
  capacity: z.number().min(0),
  load: z.number(),
  draining: z.boolean(),
});

export interface FleetOptions {
  /** The node of this process. Without a URL no other node pulls rooms from it. */
  local?: { node: SfuNode; announcement: () => SfuNodeAnnouncement };
  board?: Pick<Announcements, 'list'>;
  /** `handleGone`: the process at the other end has ended. */
  connect: (url: string, handleGone: () => void) => Promise<SfuNode>;
  log: Log;
  metrics?: Pick<Metrics, 'sfuNodes'>;
}

export interface FleetListener {
  handleEvent(node: string, event: SfuEvent): void;
  /** A node has appeared or announced a change. */
  handleNode(announcement: SfuNodeAnnouncement): void;
  handleGone(node: string): void;
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly #known = new Map<string, SfuNodeAnnouncement>();
  readonly #connecting = new Map<string, Promise<SfuNode>>();
  readonly #connected = new Map<string, SfuNode>();
  /** Nodes whose connection ended, while their last announcement may still be listed. */
  readonly #gone = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #listener: FleetListener | undefined;
  #looking: Promise<void> | undefined;
  /** Equal on every node; empty until one was reached. */
  #capabilities: RtpCapabilities = {};
  #capabilitiesHash = '';
  /** Since when the announcements have been readable; undefined while they are not. */
  #readableSinceMs: number | undefined = Number.NEGATIVE_INFINITY;
  #closed = false;

  static async create(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options);
    if (options.local) fleet.#take(options.local.node);
    await fleet.look();
    return fleet;
  }

  private constructor(options: FleetOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.look(), LOOK_MS);
  }

  /** Reports all current nodes, then every change. */
  listen(listener: FleetListener): void {
    this.#listener = listener;
    for (const known of this.#known.values()) listener.handleNode(known);
  }

  /** Reads the announcements now; one read at a time. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Undefined for a client that has them: it names them by their hash. */
  capabilitiesUnlessKnown(hash: string | undefined): RouterCapabilities | undefined {
    return hash === this.#capabilitiesHash ? undefined : (this.#capabilities as RouterCapabilities);
  }

  /** What a client can receive that names a part of these capabilities. */
  capabilitiesOf(viewer: WatchInput['rtpCapabilities']): RtpCapabilities {
    if (!('router' in viewer)) return viewer as RtpCapabilities;
    if (viewer.router !== this.#capabilitiesHash)
      throw new AppError('invalid_media_parameters', 'The routers have other capabilities: load those of the welcome.');
    return expandReceiver(this.#capabilities as RouterCapabilities, viewer) as RtpCapabilities;
  }

  /** Nodes that can be called now. */
  get nodes(): SfuNode[] {
    return [...this.#connected].flatMap(([id, node]) => (isThere(id, node) ? [node] : []));
  }

  /** Undefined also for a session without a node yet. */
  get(id: string | undefined): SfuNode | undefined {
    return id === undefined ? undefined : this.#connected.get(id);
  }

  draining(id: string): boolean {
    return this.#known.get(id)?.draining ?? false;
  }

  unreachableDependencies(): string[] {
    const takes = [...this.#known.values()].some(({ draining, workers }) => !draining && workers > 0);
    return takes && this.#capabilities.codecs ? [] : ['sfu: no media worker'];
  }

  /** How other nodes reach this one to pull a room's stage. */
  asUpstream(id: string): RoomUpstream | undefined {
    const url = this.#known.get(id)?.url;
    return url ? { node: id, url } : undefined;
  }

  /** The connected node; `node_unavailable` if it cannot be reached. */
  async open(id: string): Promise<SfuNode> {
    const earlier = this.#connected.get(id);
    if (earlier && isThere(id, earlier)) return earlier;
    if (earlier) throw new SfuError('node_unavailable', 'The SFU node cannot be reached.');
    const known = this.#known.get(id);
    if (!known || this.#closed) throw new SfuError('node_unavailable', `There is no SFU node ${id}.`);
    return this.#connecting.get(id) ?? this.#connect(known);
  }

  /** Totals over all nodes. */
  async stats(): Promise<SfuStats> {
    const stats = await Promise.all(this.nodes.map((node) => node.stats()));
    const total: SfuStats = { workers: 0, rooms: 0, sessions: 0, producers: 0, consumers: 0 };
    for (const each of stats) for (const key of Object.keys(total) as (keyof SfuStats)[]) total[key] += each[key];
    return total;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#looking;
    await Promise.allSettled(this.#connecting.values());
    await Promise.all([...this.#connected.values()].map((node) => node.close()));
    this.#connected.clear();
  }

  #connect(known: SfuNodeAnnouncement): Promise<SfuNode> {
    const connecting = this.#reach(known).finally(() => this.#connecting.delete(known.node));
    this.#connecting.set(known.node, connecting);
    return connecting;
  }

  async #reach({ node: id, url }: SfuNodeAnnouncement): Promise<SfuNode> {
    const node = await this.#options.connect(url, () => this.#handleGone(id));
    if (node.id !== id || this.#closed) {
      await node.close();
      throw new SfuError('node_unavailable', `Another SFU node than ${id} answers at its address.`);
    }
    this.#take(node);
    return node;
  }

  #take(node: SfuNode): void {
    // Another node may use this address later; what was opened here belongs to this id.
    const { id } = node;
    this.#connected.set(id, node);
    this.#capabilities = node.routerRtpCapabilities;
    this.#capabilitiesHash = hashCapabilities(this.#capabilities as RouterCapabilities);
    node.on((event) => this.#listener?.handleEvent(id, event));
  }

  async #look(): Promise<void> {
    const { local, board, log } = this.#options;
    if (local) this.#note(local.announcement());
    if (!board) return;
    try {
      const said = await board.list();
      for (const [id, value] of said) this.#read(id, value);
      if (this.#readableSinceMs === undefined) log.info({}, 'sfu announcements readable again');
      this.#readableSinceMs ??= performance.now();
      // After an outage, healthy nodes may not have announced themselves again yet.
      if (performance.now() - this.#readableSinceMs >= ANNOUNCEMENT_LEASE_MS) {
        for (const id of this.#known.keys()) if (!said.has(id) && id !== local?.node.id) this.#miss(id);
      }
      for (const id of this.#gone) if (!said.has(id)) this.#gone.delete(id);
    } catch (error) {
      if (this.#readableSinceMs !== undefined)
        log.error({ err: error }, 'sfu announcements not readable, using known nodes');
      this.#readableSinceMs = undefined;
    }
    if (!this.#capabilities.codecs) this.#meet();
  }

  /** Connects to any node, to learn the common RTP capabilities. */
  #meet(): void {
    const [first] = [...this.#known.values()].filter(({ draining }) => !draining);
    if (first) this.open(first.node).catch((error) => this.#options.log.warn({ err: error }, 'sfu node not reached'));
  }

  #read(id: string, value: string): void {
    if (id === this.#options.local?.node.id) return;
    const parsed = announcement.safeParse(parseJson(value));
    if (parsed.success && parsed.data.node === id) {
      if (this.#gone.has(id)) this.#greet(parsed.data);
      else this.#note(parsed.data);
    } else this.#options.log.warn({ node: id }, 'sfu announcement failed validation');
  }

  #note(said: SfuNodeAnnouncement): void {
    this.#known.set(said.node, said);
    this.#options.metrics?.sfuNodes.set(this.#known.size);
    this.#listener?.handleNode(said);
  }

  /**
   * An announcement of a lost node is either its last one or the first after a reconnect, which only the latter
   * answers.
   */
  #greet(said: SfuNodeAnnouncement): void {
    const { node: id } = said;
    if (this.#connecting.has(id) || this.#closed) return;
    this.#connect(said).then(
      () => {
        this.#gone.delete(id);
        this.#note(said);
      },
      (error) => this.#options.log.debug({ err: error, node: id }, 'lost sfu node not reached'),
    );
  }

  /** The connection broke and nobody listens there: detected at once, long before the announcement expires. */
  #handleGone(id: string): void {
    const node = this.#connected.get(id);
    if (!node || this.#closed) return;
    this.#gone.add(id);
    this.#forget(id, node);
  }

  /** The announcement has expired. A node that still answers is kept: Redis has lost data, not the node. */
  #miss(id: string): void {
    const node = this.#connected.get(id);
    if (node && isThere(id, node)) return;
    this.#forget(id, node);
  }

  #forget(id: string, node: SfuNode | undefined): void {
    this.#known.delete(id);
    this.#options.metrics?.sfuNodes.set(this.#known.size);
    this.#connected.delete(id);
    this.#listener?.handleGone(id);
    node?.close().catch((error) => this.#options.log.warn({ err: error }, 'sfu node connection not closed'));
  }
}

/** Another process at the same address is a different node. */
function isThere(id: string, node: SfuNode): boolean {
  return node.connected && node.id === id;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
