import { randomUUID } from 'node:crypto';
import { routerRtpCapabilities } from './codecs.ts';
import {
  type AdoptedSession,
  type ConsumerOptions,
  type DtlsParameters,
  FIRST_EPOCH,
  type IceParameters,
  type ProduceRequest,
  type PublishRequest,
  type RoomUpstream,
  type SessionCloseReason,
  type SessionTraffic,
  SfuError,
  type SfuEvent,
  type SfuNode,
  type SfuStats,
  type TransportOptions,
  type Viewport,
  type WatchRequest,
} from './contract.ts';
import { EventListeners } from './event-listeners.ts';
import {
  CONSUMERS_PER_WORKER_MAX,
  LAYER_LOWERING_DELAY_MS,
  LEASE_DEFAULT_MS,
  UNWATCHED_LOOK_MS,
  WORKER_SPREAD_AT,
} from './limits.ts';
import { listenAddresses } from './listen-addresses.ts';
import { type SfuLog, silentLog } from './log.ts';
import { MediaSession } from './media-session.ts';
import { NodeFigures, type PipeCount } from './node-figures.ts';
import { NodeLinks } from './node-links.ts';
import {
  assertDtlsParameters,
  assertMayPublish,
  assertMayWatch,
  assertProduceRequest,
  assertRtpCapabilities,
  assertViewport,
} from './parameters.ts';
import type { PipeListen } from './pipe-listen.ts';
import type { PipeEvent, PullAnswer, PullRequest } from './pipe-messages.ts';
import { PipeSession } from './pipe-session.ts';
import { PublishSession } from './publish-session.ts';
import { type ReceiverBudget, ReceiverBudgets } from './receiver-budget.ts';
import type { Room } from './room.ts';
import { RoomDirectory } from './room-directory.ts';
import { SessionHost } from './session-host.ts';
import type { SharedState } from './shared-state.ts';
import { Upstream } from './upstream.ts';
import { WatchSession } from './watch-session.ts';
import { WorkerPool } from './worker-pool.ts';

export interface LocalSfuNodeOptions {
  id?: string;
  workers: number;
  /** Address to bind; `0.0.0.0` without `announcedAddress` stands for each address of this machine. */
  listenIp: string;
  /** Address that browsers reach, when it is not the bound one (NAT, cloud). */
  announcedAddress?: string;
  /** UDP and TCP port of the first worker; each further worker takes the next. */
  port: number;
  /** Whether a taken port is an error or another may be used. */
  portRequired: boolean;
  leaseMs?: number;
  connectWithinMs?: number;
  consumersPerWorkerMax?: number;
  /** Share of a worker's consumers past which a room's viewers go to other workers too. */
  spreadAt?: number;
  /** Whether spares are opened, if there is more than one worker. */
  spares?: boolean;
  layerLoweringDelayMs?: number;
  /** Absent: the node neither gets rooms from other nodes nor gives them any. */
  pipes?: PipeListen & {
    /** The secret of the other nodes' control APIs. */
    secret: string;
  };
  /** Absent: a person's sessions and budgets are counted on this node alone. */
  shared?: SharedState;
  log?: SfuLog;
  now?: () => number;
}

/**
 * The SFU node of one process: it owns the workers, the rooms on them and the sessions in them, and enforces grants and leases. The
 * stage calls it through `contract.ts`, in process or over a control API, and other nodes pull rooms from it. It must not know why somebody
 * may watch, nor who asks.
 */
export class LocalSfuNode implements SfuNode {
  readonly id: string;
  readonly routerRtpCapabilities = routerRtpCapabilities;
  readonly keepsSpares: boolean;
  readonly #pool: WorkerPool;
  readonly #log: SfuLog;
  readonly #now: () => number;
  readonly #layerLoweringDelayMs: number;
  readonly #consumersPerWorkerMax: number;
  readonly #rooms: RoomDirectory;
  readonly #sessions: SessionHost;
  readonly #figures: NodeFigures;
  readonly #budgets: ReceiverBudgets;
  readonly #links: NodeLinks | undefined;
  readonly #listeners: EventListeners;
  readonly #pipeListeners = new Set<(event: PipeEvent) => void>();
  #draining: NodeJS.Timeout | undefined;
  /** Publishers whom nobody watched at the last look of a node that drains. */
  #unwatched = new Set<PublishSession>();
  #closed = false;

  static async create(options: LocalSfuNodeOptions): Promise<LocalSfuNode> {
    const log = options.log ?? silentLog;
    let node: LocalSfuNode | undefined;
    const pool = await WorkerPool.create({
      workers: options.workers,
      addresses: listenAddresses(options.listenIp, options.announcedAddress),
      port: options.port,
      portRequired: options.portRequired,
      log,
      // A worker that dies before the node exists had nothing on it.
      handleDied: (worker) => {
        if (node) node.#sessions.handleWorkerDied(worker);
      },
    });
    node = new LocalSfuNode(options, pool, log);
    return node;
  }

  private constructor(options: LocalSfuNodeOptions, pool: WorkerPool, log: SfuLog) {
    this.id = options.id ?? `sfu_${randomUUID()}`;
    this.keepsSpares = (options.spares ?? true) && options.workers > 1;
    this.#pool = pool;
    this.#log = log;
    this.#listeners = new EventListeners(log);
    this.#now = options.now ?? Date.now;
    this.#consumersPerWorkerMax = options.consumersPerWorkerMax ?? CONSUMERS_PER_WORKER_MAX;
    this.#rooms = new RoomDirectory({
      pool,
      consumersMax: this.#consumersPerWorkerMax,
      spreadAt: options.spreadAt ?? WORKER_SPREAD_AT,
      pipeListen: options.pipes,
    });
    this.#layerLoweringDelayMs = options.layerLoweringDelayMs ?? LAYER_LOWERING_DELAY_MS;
    this.#links = options.pipes && new NodeLinks({ secret: options.pipes.secret, log });
    this.#sessions = new SessionHost({
      pool,
      rooms: this.#rooms,
      leaseMs: options.leaseMs ?? LEASE_DEFAULT_MS,
      connectWithinMs: options.connectWithinMs,
      now: this.#now,
      emit: this.#listeners.emit,
      watching: options.shared?.watching,
    });
    this.#budgets = new ReceiverBudgets({ records: options.shared?.budgets, log });
    this.#figures = new NodeFigures({ pool, rooms: this.#rooms, sessions: this.#sessions });
  }

  get connected(): boolean {
    return !this.#closed;
  }

  /** Whether the node takes no new sessions because it is about to leave. */
  get draining(): boolean {
    return this.#draining !== undefined;
  }

  /** Consumers that the node carries before quality suffers, and how many it carries now. */
  get load(): { consumers: number; capacity: number } {
    const { workers } = this.#pool;
    const consumers = workers.reduce((sum, { load }) => sum + load.consumers, 0);
    return { consumers, capacity: workers.length * this.#consumersPerWorkerMax };
  }

  /** The worker processes and what each carries, for metrics and for who watches over processes. */
  get workers(): { pid: number; port: number; rooms: number; consumers: number; spares: number }[] {
    return this.#pool.workers.map(({ worker, port, load }) => ({ pid: worker.pid, port, ...load }));
  }

  /**
   * The pipes that are fed here, between workers and, with the name of its session, to other nodes; and what has flowed over each. For metrics and for
   * the proof that a link carries one copy.
   */
  pipes(): Promise<PipeCount[]> {
    return this.#figures.pipes();
  }

  async watch(request: WatchRequest): Promise<{ transport: TransportOptions; consumers: ConsumerOptions[] }> {
    assertMayWatch(request.grant, this.#now());
    assertRtpCapabilities(request.rtpCapabilities);
    if (request.viewport) assertViewport(request.viewport);
    if (request.dtlsParameters) assertDtlsParameters(request.dtlsParameters);
    this.#assertTakesSessions(request);
    const { grant, rtpCapabilities, viewport, dtlsParameters, upstream, spareOf } = request;
    let budget: ReceiverBudget | undefined;
    let beginsPaused = false;
    return await this.#sessions.open(request, {
      admit: async (place) => {
        if (spareOf === undefined) await this.#sessions.makeRoomToWatch(place);
        if (!grant.metered) return;
        budget = await this.#budgets.get(grant);
        beginsPaused = await budget.open(Date.now());
      },
      place: (room) => room.routerForViewer(),
      make: (options) =>
        new WatchSession({
          ...options,
          rtpCapabilities,
          viewport,
          log: this.#log,
          beginsPaused,
          ...(budget && { budget }),
        }),
      prepare: (room) => this.#followIfNoStage(room, upstream),
      open: (session) => session.open(dtlsParameters),
    });
  }

  async publish(request: PublishRequest): Promise<{ transport: TransportOptions }> {
    assertMayPublish(request.grant, this.#now());
    if (request.dtlsParameters) assertDtlsParameters(request.dtlsParameters);
    this.#assertTakesSessions(request);
    const { spareOf, fence = 0 } = request;
    return await this.#sessions.open(request, {
      place: (room) => {
        // In the turn in which it would replace that one.
        if (room.publisher && room.publisher.fence > fence)
          throw new SfuError('stage_taken', 'Another page has taken the stage since.');
        return room.routerForStage();
      },
      make: (options) =>
        new PublishSession({
          ...options,
          fence: spareOf === undefined ? fence : this.#publisher(spareOf).fence,
          layerLoweringDelayMs: this.#layerLoweringDelayMs,
        }),
      open: (session) => session.open(request.dtlsParameters),
    });
  }

  /** Another node gets the room's stage from here. */
  async pull(request: PullRequest): Promise<PullAnswer> {
    const { session, room: name, node, upstream } = request;
    this.#assertTakesSessions();
    const chain = upstreamNodes(upstream);
    if (chain.length > UPSTREAM_HOPS_MAX || chain.includes(this.id) || chain.includes(node) || node === this.id) {
      throw new SfuError('node_unavailable', 'The stage would come from where it goes to.');
    }
    if (this.#rooms.get(name)?.upstream?.source.node === node) {
      throw new SfuError('node_unavailable', `This node gets the stage of the room from ${node} itself.`);
    }
    const grant = { room: name, identity: node, publish: false, subscribe: true };
    return await this.#sessions.open(
      { session, grant },
      {
        place: (room) => room.routerForPipe(),
        make: (options) => new PipeSession({ ...options, log: this.#log, tell: this.#tellPipe }),
        prepare: (room) => this.#followIfNoStage(room, upstream),
        open: (pipe) => pipe.open(request.address),
      },
    );
  }

  wantLayer(request: { session: string; producerId: string; maxSpatialLayer: number }): void {
    this.#pipe(request.session).wantLayer(request.producerId, request.maxSpatialLayer);
  }

  wantKeyFrame(request: { session: string; producerId: string }): void {
    this.#pipe(request.session).wantKeyFrame(request.producerId);
  }

  async follow(request: { room: string; upstream: RoomUpstream; fence?: number }): Promise<void> {
    this.#sessions.assertOpen();
    if (request.upstream.node === this.id) return;
    const room = this.#rooms.get(request.room);
    if (!room) return;
    const { publisher } = room;
    if (publisher) {
      const { fence = publisher.fence } = request;
      // A publisher that has moved off a draining node stays until its last viewer has left.
      if (publisher.fence > fence || (publisher.fence === fence && this.draining)) return;
      this.#sessions.end(publisher, 'replaced');
    }
    // It may have been the only one there. A node that was gone and is back has the same name, and no pull of ours.
    const isFollowing = room.upstream?.alive && room.upstream.source.node === request.upstream.node;
    if (!room.closed && !isFollowing) this.#follow(room, request.upstream);
  }

  async connect(request: { session: string; dtlsParameters: DtlsParameters }): Promise<void> {
    assertDtlsParameters(request.dtlsParameters);
    await this.#media(request.session).connect(request.dtlsParameters);
  }

  async restartIce(request: { session: string }): Promise<{ iceParameters: IceParameters }> {
    return { iceParameters: await this.#media(request.session).restartIce() };
  }

  async produce(request: ProduceRequest): Promise<{ producerId: string }> {
    assertProduceRequest(request);
    const track = await this.#publisher(request.session).produce(request);
    return { producerId: track.id };
  }

  async unproduce(request: { session: string; producerId: string }): Promise<void> {
    const session = this.#publisher(request.session);
    session.removeTracks([session.track(request.producerId)]);
  }

  async setMuted(request: { session: string; producerId: string; muted: boolean }): Promise<void> {
    const session = this.#publisher(request.session);
    await session.setMuted(session.track(request.producerId), request.muted);
  }

  async setViewport(request: { session: string; viewport: Viewport }): Promise<void> {
    assertViewport(request.viewport);
    const session = this.#sessions.get(request.session);
    if (!(session instanceof WatchSession)) throw new SfuError('not_entitled', 'A publishing session watches nothing.');
    await session.setViewport(request.viewport);
  }

  async play(request: { session: string }): Promise<{ retryAfterMs?: number }> {
    const session = this.#sessions.get(request.session);
    if (!(session instanceof WatchSession)) throw new SfuError('not_entitled', 'A publishing session watches nothing.');
    const retryAfterMs = await session.play();
    return retryAfterMs === undefined ? {} : { retryAfterMs };
  }

  async setAudience(request: { room: string; people: number }): Promise<void> {
    this.#sessions.assertOpen();
    this.#rooms.setAudience(request.room, request.people);
  }

  async adopt(request: { session: string; room: string; identity: string; epoch?: number }): Promise<AdoptedSession> {
    const { room, identity } = request;
    const session = this.#media(request.session);
    const { grant } = session;
    if (grant.room !== room || grant.identity !== identity || session.waiting) {
      throw new SfuError('session_not_found', `${identity} has no session ${session.id} in this room.`);
    }
    const spare = this.#sessions.spareFor(session);
    const isTheirs = request.epoch === session.epoch;
    for (const each of this.#sessions.withSpare(session)) {
      each.renewedAtMs = this.#now();
      if (isTheirs) continue;
      each.epoch++;
      this.#listeners.emit({ type: 'adopted', room, session: each.id });
    }
    return {
      publish: session instanceof PublishSession,
      epoch: session.epoch,
      consumers: consumersOf(session),
      ...(session instanceof WatchSession && session.paused && { paused: true }),
      ...(spare?.opened && { spare: { session: spare.id, epoch: spare.epoch, consumers: consumersOf(spare) } }),
    };
  }

  async renew(request: {
    sessions: string[];
    epochs?: Record<string, number>;
  }): Promise<{ lost: string[]; adopted: string[] }> {
    const [lost, adopted]: [string[], string[]] = [[], []];
    for (const id of request.sessions) {
      const session = this.#sessions.find(id);
      if (!this.#sessions.has(id)) lost.push(id);
      else if (session && session.epoch !== (request.epochs?.[id] ?? FIRST_EPOCH)) adopted.push(id);
      else if (session) session.renewedAtMs = this.#now();
    }
    return { lost, adopted };
  }

  async updateGrant(request: { session: string; until: number }): Promise<void> {
    if (!Number.isFinite(request.until)) throw new SfuError('not_entitled', 'A grant lasts until a time.');
    for (const session of this.#sessions.withSpare(this.#sessions.get(request.session))) session.extend(request.until);
  }

  traffic(request: { sessions: string[] }): Promise<SessionTraffic[]> {
    return this.#figures.traffic(request.sessions);
  }

  roomTraffic(request: { room: string; identity: string }): Promise<(SessionTraffic & { publish: boolean })[]> {
    return this.#figures.roomTraffic(request.room, request.identity);
  }

  async isOpen(request: { room: string }): Promise<{ open: boolean }> {
    return { open: this.#rooms.get(request.room) !== undefined };
  }

  async closeSession(request: { session: string; epoch?: number; reason?: SessionCloseReason }): Promise<void> {
    const { session, epoch = FIRST_EPOCH, reason = 'closed' } = request;
    if ((this.#sessions.find(session)?.epoch ?? epoch) !== epoch)
      throw new SfuError('not_owner', `Another gateway looks after the session ${session}.`);
    this.endSession(session, reason);
  }

  /** Closes a session whose gateway it is not to ask. */
  endSession(session: string, reason: SessionCloseReason): void {
    this.#sessions.endNamed(session, reason);
  }

  async closePublisher({ room }: { room: string }): Promise<void> {
    this.#sessions.endPublisher(room);
  }

  async closePerson({ room, identity }: { room: string; identity: string }): Promise<void> {
    this.#sessions.endPerson(room, identity);
  }

  async closeRoom(request: { room: string }): Promise<void> {
    this.#rooms.setAudience(request.room, 0);
    this.#sessions.endRoom(request.room, 'room_closed');
  }

  async stats(): Promise<SfuStats> {
    return this.#figures.stats();
  }

  async sessionStats(request: { session: string }): Promise<unknown[]> {
    return await this.#sessions.get(request.session).stats();
  }

  on(listener: (event: SfuEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** What is told to nodes that get rooms from here. */
  onPipe(listener: (event: PipeEvent) => void): () => void {
    this.#pipeListeners.add(listener);
    return () => this.#pipeListeners.delete(listener);
  }

  /**
   * Takes no new sessions from now on; those that are here go on until they are moved or closed. A publisher who has moved goes on here too for those
   * who have not yet, and ends with the last of them.
   */
  drain(): void {
    this.#draining ??= setInterval(() => this.#endUnwatched(), UNWATCHED_LOOK_MS).unref();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#draining);
    this.#sessions.close();
    this.#links?.close();
    await this.#pool.close();
    this.#listeners.clear();
    this.#pipeListeners.clear();
  }

  readonly #tellPipe = (event: PipeEvent): void => {
    for (const listener of this.#pipeListeners) listener(event);
  };

  #assertTakesSessions({ spareOf }: { spareOf?: string } = {}): void {
    this.#sessions.assertOpen();
    if (spareOf !== undefined && !this.keepsSpares)
      throw new SfuError('spare_unavailable', 'This node opens no spares.');
    if (this.draining) throw new SfuError('node_unavailable', 'The node is about to leave and takes no new sessions.');
  }

  #endUnwatched(): void {
    const now = this.#rooms.all.flatMap(({ publisher, isWatched }) => (publisher && !isWatched ? [publisher] : []));
    for (const publisher of now) if (this.#unwatched.has(publisher)) this.#sessions.end(publisher, 'node_closed');
    this.#unwatched = new Set(now);
  }

  #followIfNoStage(room: Room, upstream: RoomUpstream | undefined): void {
    if (upstream && upstream.node !== this.id && !room.publisher && !room.upstream?.alive) this.#follow(room, upstream);
  }

  #follow(room: Room, source: RoomUpstream): void {
    const links = this.#links;
    if (!links) throw new SfuError('node_unavailable', 'This node gets no rooms from other nodes.');
    const upstream = new Upstream({
      room,
      node: this.id,
      source,
      link: () => links.get(source),
      log: this.#log,
      loweringDelayMs: this.#layerLoweringDelayMs,
    });
    room.follow(upstream);
    upstream.start();
  }

  #media(id: string): MediaSession {
    const session = this.#sessions.get(id);
    if (session instanceof MediaSession) return session;
    throw new SfuError('not_entitled', 'A pipe has no client.');
  }

  #publisher(id: string): PublishSession {
    const session = this.#sessions.get(id);
    if (session instanceof PublishSession) return session;
    throw new SfuError('publish_not_allowed', 'A watching session puts nothing on stage.');
  }

  #pipe(id: string): PipeSession {
    const session = this.#sessions.get(id);
    if (session instanceof PipeSession) return session;
    throw new SfuError('session_not_found', `There is no pipe ${id}.`);
  }
}

function consumersOf(session: MediaSession): ConsumerOptions[] {
  return session instanceof WatchSession ? session.consumers : [];
}

/** Hops from a viewer's node to the publisher's; more is no tree that anybody would build. */
const UPSTREAM_HOPS_MAX = 8;

function upstreamNodes(upstream: RoomUpstream | undefined): string[] {
  return upstream ? [upstream.node, ...upstreamNodes(upstream.upstream)] : [];
}
