import { randomUUID } from 'node:crypto';
import { routerRtpCapabilities } from './codecs.ts';
import {
  FIRST_EPOCH,
  type SessionCloseReason,
  type SfuAnswer,
  SfuError,
  type SfuEvent,
  type SfuNode,
  type SfuRequest,
} from './contract.ts';
import { EventListeners } from './event-listeners.ts';
import {
  CONSUMERS_PER_WORKER_MAX,
  LAYER_LOWERING_DELAY_MS,
  LEASE_DEFAULT_MS,
  UNWATCHED_CHECK_MS,
  WORKER_SPREAD_AT,
} from './limits.ts';
import { type SfuLog, silentLog } from './log.ts';
import { NodeFigures, type PipeCount } from './node-figures.ts';
import {
  assertDtlsParameters,
  assertMayPublish,
  assertMayWatch,
  assertProduceRequest,
  assertRtpCapabilities,
  assertViewport,
} from './parameters.ts';
import { NodeUpstreams } from './pipes/node-upstreams.ts';
import type { PipeListen } from './pipes/pipe-listen.ts';
import type { PipeAnswer, PipeEvent, PipeMethods, PipeRequest } from './pipes/pipe-messages.ts';
import { PipeSession } from './pipes/pipe-session.ts';
import { assertNoLoop } from './pipes/upstream.ts';
import { RoomDirectory } from './rooms/room-directory.ts';
import { MediaSession } from './sessions/media-session.ts';
import { PublishSession } from './sessions/publish-session.ts';
import { type ReceiverBudget, ReceiverBudgets } from './sessions/receiver-budget.ts';
import { SessionHost } from './sessions/session-host.ts';
import { WatchSession } from './sessions/watch-session.ts';
import type { SharedState } from './shared-state.ts';
import { listenAddresses } from './workers/listen-addresses.ts';
import { WorkerPool } from './workers/worker-pool.ts';

export interface LocalSfuNodeOptions {
  id?: string;
  workers: number;
  /** Address to bind. `0.0.0.0` without `announcedAddress` stands for every address of this machine. */
  listenIp: string;
  /** Address that browsers reach, when it is not the bound one (NAT, cloud). */
  announcedAddress?: string;
  /** UDP and TCP port of the first worker; each further worker takes the next. */
  port: number;
  /** Whether a port in use is an error; otherwise another one is tried. */
  portRequired: boolean;
  leaseMs?: number;
  connectWithinMs?: number;
  consumersPerWorkerMax?: number;
  /** Share of a worker's consumer limit past which a room's viewers are placed on other workers too. */
  spreadAt?: number;
  /** Whether the node opens spares, if it has more than one worker. */
  spares?: boolean;
  layerLoweringDelayMs?: number;
  /** Absent: the node pulls no rooms from other nodes and feeds none to them. */
  pipes?: PipeListen & {
    /** Shared secret of the nodes' control APIs. */
    secret: string;
  };
  /** Absent: a person's sessions and receiver budgets are counted on this node alone. */
  shared?: SharedState;
  log?: SfuLog;
  /** The wall clock, by which grants end. */
  now?: () => number;
}

/**
 * The SFU node of one process. It owns the workers, their rooms and the sessions in them, and enforces grants and
 * leases. The stage calls it through `contract.ts`, in process or over the control API; other nodes pull rooms from it.
 * It must not know why a person may watch, nor which gateway calls.
 */
export class LocalSfuNode implements SfuNode, PipeMethods {
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
  readonly #upstreams: NodeUpstreams;
  readonly #listeners: EventListeners<SfuEvent>;
  readonly #pipeListeners: EventListeners<PipeEvent>;
  #draining: NodeJS.Timeout | undefined;
  /** While draining: publishers without viewers at the last check. */
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
      // A worker that dies before the node exists carries nothing.
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
    this.#listeners = new EventListeners<SfuEvent>(log);
    this.#pipeListeners = new EventListeners<PipeEvent>(log);
    this.#now = options.now ?? Date.now;
    this.#consumersPerWorkerMax = options.consumersPerWorkerMax ?? CONSUMERS_PER_WORKER_MAX;
    this.#rooms = new RoomDirectory({
      pool,
      consumersMax: this.#consumersPerWorkerMax,
      spreadAt: options.spreadAt ?? WORKER_SPREAD_AT,
      pipeListen: options.pipes,
    });
    this.#layerLoweringDelayMs = options.layerLoweringDelayMs ?? LAYER_LOWERING_DELAY_MS;
    this.#sessions = new SessionHost({
      pool,
      rooms: this.#rooms,
      leaseMs: options.leaseMs ?? LEASE_DEFAULT_MS,
      connectWithinMs: options.connectWithinMs,
      now: this.#now,
      emit: this.#listeners.emit,
      watching: options.shared?.watching,
    });
    this.#upstreams = new NodeUpstreams({
      node: this.id,
      secret: options.pipes?.secret,
      rooms: this.#rooms,
      sessions: this.#sessions,
      isDraining: () => this.draining,
      layerLoweringDelayMs: this.#layerLoweringDelayMs,
      log,
    });
    this.#budgets = new ReceiverBudgets({ records: options.shared?.budgets, log });
    this.#figures = new NodeFigures({ pool, rooms: this.#rooms, sessions: this.#sessions });
  }

  get connected(): boolean {
    return !this.#closed;
  }

  /** Whether the node takes no new sessions because it is shutting down. */
  get draining(): boolean {
    return this.#draining !== undefined;
  }

  /** Consumers that the node carries before quality suffers, and how many it carries now. */
  get load(): { consumers: number; capacity: number } {
    const { workers, size } = this.#pool;
    const consumers = workers.reduce((sum, { load }) => sum + load.consumers, 0);
    return { consumers, capacity: size * this.#consumersPerWorkerMax };
  }

  /** The worker processes and the load of each, for metrics and process supervision. */
  get workers(): { pid: number; port: number; rooms: number; consumers: number; spares: number }[] {
    return this.#pool.workers.map(({ worker, port, load }) => ({ pid: worker.pid, port, ...load }));
  }

  /**
   * The pipes that this node feeds, between workers and (with their sessions) to other nodes, for metrics and tests.
   */
  pipes(): Promise<PipeCount[]> {
    return this.#figures.pipes();
  }

  async watch(request: SfuRequest<'watch'>): Promise<SfuAnswer<'watch'>> {
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
        if (spareOf === undefined) await this.#sessions.takeWatchSlot(place);
        if (!grant.subscribe) this.#sessions.replacePrepared(place);
        if (!grant.metered) return;
        budget = await this.#budgets.get(grant);
        // Nothing is sent to a spare.
        if (spareOf === undefined) beginsPaused = await budget.open(Date.now());
      },
      place: (room) => {
        // In the same turn in which it enters.
        if (!grant.subscribe) this.#sessions.assertTakesPrepared(room.name);
        return room.routerForViewer();
      },
      make: (options) =>
        new WatchSession({
          ...options,
          rtpCapabilities,
          viewport,
          log: this.#log,
          beginsPaused,
          ...(budget && { budget }),
        }),
      prepare: (room) => this.#upstreams.pullIfNoStage(room, upstream),
      open: (session) => session.open(dtlsParameters),
    });
  }

  async admit({ session: id, grant }: SfuRequest<'admit'>): Promise<SfuAnswer<'admit'>> {
    assertMayWatch(grant, this.#now());
    return { consumers: await this.#viewer(id).admit(grant) };
  }

  async publish(request: SfuRequest<'publish'>): Promise<SfuAnswer<'publish'>> {
    return await this.#openPublisher(request, request.fence ?? 0);
  }

  async preparePublisher(request: SfuRequest<'preparePublisher'>): Promise<SfuAnswer<'preparePublisher'>> {
    return await this.#openPublisher(request, undefined);
  }

  /** Without a fence it is prepared. */
  async #openPublisher(request: SfuRequest<'publish'>, fence: number | undefined): Promise<SfuAnswer<'publish'>> {
    assertMayPublish(request.grant, this.#now());
    if (request.dtlsParameters) assertDtlsParameters(request.dtlsParameters);
    this.#assertTakesSessions(request);
    const { spareOf } = request;
    return await this.#sessions.open(request, {
      place: (room) => {
        // In the same turn in which it would replace the earlier publisher.
        if (fence !== undefined) room.assertTakes(fence);
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

  async takeStage(request: SfuRequest<'takeStage'>): Promise<void> {
    this.#assertTakesSessions();
    this.#sessions.takeStage(this.#publisher(request.session), request.fence);
  }

  /** Another node pulls the room's stage from here. */
  async pull(request: PipeRequest<'pull'>): Promise<PipeAnswer<'pull'>> {
    const { session, room: name, node, upstream } = request;
    this.#assertTakesSessions();
    assertNoLoop([node, this.id], upstream);
    if (this.#rooms.get(name)?.upstream?.source.node === node) {
      throw new SfuError('node_unavailable', `This node pulls the stage of the room from ${node}.`);
    }
    const grant = { room: name, identity: node, publish: false, subscribe: true };
    return await this.#sessions.open(
      { session, grant },
      {
        place: (room) => room.routerForPipe(),
        make: (options) => new PipeSession({ ...options, log: this.#log, emitPipeEvent: this.#pipeListeners.emit }),
        prepare: (room) => this.#upstreams.pullIfNoStage(room, upstream),
        open: (pipe) => pipe.open(request.address),
      },
    );
  }

  async wantLayer(request: PipeRequest<'wantLayer'>): Promise<void> {
    this.#pipe(request.session).wantLayer(request.producerId, request.maxSpatialLayer);
  }

  async wantKeyFrame(request: PipeRequest<'wantKeyFrame'>): Promise<void> {
    this.#pipe(request.session).wantKeyFrame(request.producerId);
  }

  async follow(request: SfuRequest<'follow'>): Promise<void> {
    this.#sessions.assertOpen();
    this.#upstreams.follow(request);
  }

  async connect(request: SfuRequest<'connect'>): Promise<void> {
    assertDtlsParameters(request.dtlsParameters);
    await this.#media(request.session).connect(request.dtlsParameters);
  }

  async restartIce(request: SfuRequest<'restartIce'>): Promise<SfuAnswer<'restartIce'>> {
    return { iceParameters: await this.#media(request.session).restartIce() };
  }

  async produce(request: SfuRequest<'produce'>): Promise<SfuAnswer<'produce'>> {
    assertProduceRequest(request);
    const track = await this.#publisher(request.session).produce(request);
    return { producerId: track.id };
  }

  async unproduce(request: SfuRequest<'unproduce'>): Promise<void> {
    const session = this.#publisher(request.session);
    session.removeTracks([session.track(request.producerId)]);
  }

  async setMuted(request: SfuRequest<'setMuted'>): Promise<void> {
    const session = this.#publisher(request.session);
    await session.setMuted(session.track(request.producerId), request.muted);
  }

  async setSentLayers(request: SfuRequest<'setSentLayers'>): Promise<void> {
    const session = this.#publisher(request.session);
    session.setSentLayer(session.track(request.producerId), request.maxSpatialLayer);
  }

  async setViewport(request: SfuRequest<'setViewport'>): Promise<void> {
    assertViewport(request.viewport);
    await this.#viewer(request.session).setViewport(request.viewport);
  }

  async restartVideo(request: SfuRequest<'restartVideo'>): Promise<SfuAnswer<'restartVideo'>> {
    return await this.#viewer(request.session).restartVideo(request);
  }

  async play(request: SfuRequest<'play'>): Promise<SfuAnswer<'play'>> {
    const retryAfterMs = await this.#viewer(request.session).play();
    return retryAfterMs === undefined ? {} : { retryAfterMs };
  }

  async setAudience(request: SfuRequest<'setAudience'>): Promise<void> {
    this.#sessions.assertOpen();
    this.#rooms.setAudience(request.room, request.people);
  }

  async adopt(request: SfuRequest<'adopt'>): Promise<SfuAnswer<'adopt'>> {
    const { room, identity } = request;
    const session = this.#media(request.session);
    const { grant } = session;
    const isWaiting = session.isSpare || (grant.publish && session.isPrepared);
    if (grant.room !== room || grant.identity !== identity || isWaiting) {
      throw new SfuError('session_not_found', `The person has no session ${session.id} in this room.`);
    }
    const spare = this.#sessions.spareFor(session);
    const isOwner = request.epoch === session.epoch;
    for (const each of this.#sessions.withSpare(session)) {
      each.renewLease();
      if (isOwner) continue;
      each.epoch++;
      this.#listeners.emit({ type: 'adopted', room, session: each.id });
    }
    return {
      publish: session instanceof PublishSession,
      epoch: session.epoch,
      consumers: session.consumers,
      ...(session.paused && { paused: true }),
      ...(spare?.opened && { spare: { session: spare.id, epoch: spare.epoch, consumers: spare.consumers } }),
    };
  }

  async renew(request: SfuRequest<'renew'>): Promise<SfuAnswer<'renew'>> {
    const [lost, adopted]: [string[], string[]] = [[], []];
    for (const id of request.sessions) {
      const session = this.#sessions.find(id);
      if (!this.#sessions.has(id)) lost.push(id);
      else if (session && session.epoch !== (request.epochs?.[id] ?? FIRST_EPOCH)) adopted.push(id);
      else if (session) session.renewLease();
    }
    return { lost, adopted };
  }

  async updateGrant(request: SfuRequest<'updateGrant'>): Promise<void> {
    if (!Number.isFinite(request.until)) throw new SfuError('not_entitled', 'A grant ends at a finite time.');
    for (const session of this.#sessions.withSpare(this.#sessions.get(request.session))) session.extend(request.until);
  }

  roomTraffic(request: SfuRequest<'roomTraffic'>): Promise<SfuAnswer<'roomTraffic'>> {
    return this.#figures.roomTraffic(request.room, request.identity);
  }

  async isOpen(request: SfuRequest<'isOpen'>): Promise<SfuAnswer<'isOpen'>> {
    return { open: this.#rooms.get(request.room) !== undefined };
  }

  async closeSession(request: SfuRequest<'closeSession'>): Promise<void> {
    const { session, epoch = FIRST_EPOCH, reason = 'closed' } = request;
    if ((this.#sessions.find(session)?.epoch ?? epoch) !== epoch)
      throw new SfuError('not_owner', `Another gateway owns the session ${session}.`);
    this.endSession(session, reason);
  }

  /** Closes a session whichever gateway owns it. */
  endSession(session: string, reason: SessionCloseReason): void {
    this.#sessions.endNamed(session, reason);
  }

  async closePublisher({ room }: SfuRequest<'closePublisher'>): Promise<void> {
    this.#sessions.endPublisher(room);
  }

  async closePerson({ room, identity }: SfuRequest<'closePerson'>): Promise<void> {
    this.#sessions.endPerson(room, identity);
  }

  async closeRoom(request: SfuRequest<'closeRoom'>): Promise<void> {
    this.#rooms.setAudience(request.room, 0);
    this.#sessions.endRoom(request.room, 'room_closed');
  }

  async stats(): Promise<SfuAnswer<'stats'>> {
    return this.#figures.stats();
  }

  async sessionStats(request: SfuRequest<'sessionStats'>): Promise<SfuAnswer<'sessionStats'>> {
    return await this.#sessions.get(request.session).stats();
  }

  on(listener: (event: SfuEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Events for the nodes that pull rooms from here. */
  onPipe(listener: (event: PipeEvent) => void): () => void {
    return this.#pipeListeners.add(listener);
  }

  /**
   * Takes no new sessions from now on. Existing ones go on until they are moved or closed. A publisher who has moved
   * also stays here for the viewers that have not moved yet, and ends after the last of them.
   */
  drain(): void {
    this.#draining ??= setInterval(() => this.#endUnwatched(), UNWATCHED_CHECK_MS).unref();
    for (const session of this.#sessions.all)
      if (session.grant.publish && session.isPrepared) this.#sessions.end(session, 'node_closed');
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#draining);
    this.#sessions.close();
    this.#upstreams.close();
    await this.#pool.close();
    this.#listeners.clear();
    this.#pipeListeners.clear();
  }

  #assertTakesSessions({ spareOf }: { spareOf?: string } = {}): void {
    this.#sessions.assertOpen();
    if (spareOf !== undefined && !this.keepsSpares)
      throw new SfuError('spare_unavailable', 'This node opens no spare sessions.');
    if (this.draining) throw new SfuError('node_unavailable', 'The node is draining and takes no new sessions.');
  }

  #endUnwatched(): void {
    const now = this.#rooms.all.flatMap(({ publisher, isWatched }) => (publisher && !isWatched ? [publisher] : []));
    for (const publisher of now) if (this.#unwatched.has(publisher)) this.#sessions.end(publisher, 'node_closed');
    this.#unwatched = new Set(now);
  }

  #media(id: string): MediaSession {
    const session = this.#sessions.get(id);
    if (session instanceof MediaSession) return session;
    throw new SfuError('not_entitled', 'The session is a pipe to another node.');
  }

  #viewer(id: string): WatchSession {
    return this.#sessions.getAs(id, WatchSession, 'not_entitled');
  }

  #publisher(id: string): PublishSession {
    return this.#sessions.getAs(id, PublishSession, 'publish_not_allowed');
  }

  #pipe(id: string): PipeSession {
    return this.#sessions.getAs(id, PipeSession, 'session_not_found');
  }
}
