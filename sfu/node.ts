import { randomUUID } from 'node:crypto';
import { routerRtpCapabilities } from './codecs.ts';
import {
  type ConsumerOptions,
  type DtlsParameters,
  type IceParameters,
  type ProduceRequest,
  type PublishRequest,
  type SessionCloseReason,
  type SessionGrant,
  type SessionTraffic,
  SfuError,
  type SfuEvent,
  type SfuNode,
  type SfuStats,
  type TransportOptions,
  type Viewport,
  type WatchRequest,
} from './contract.ts';
import { toSfuError } from './errors.ts';
import { EventListeners } from './event-listeners.ts';
import {
  CONSUMERS_PER_WORKER_MAX,
  LAYER_LOWERING_DELAY_MS,
  LEASE_DEFAULT_MS,
  SWEEP_INTERVAL_MS,
  WORKER_SPREAD_AT,
} from './limits.ts';
import { listenAddresses } from './listen-addresses.ts';
import { type SfuLog, silentLog } from './log.ts';
import type { MediaSession, SessionOptions } from './media-session.ts';
import {
  assertDtlsParameters,
  assertMayPublish,
  assertMayWatch,
  assertProduceRequest,
  assertRtpCapabilities,
  assertViewport,
  isInForce,
} from './parameters.ts';
import { PublishSession } from './publish-session.ts';
import type { Room } from './room.ts';
import { RoomDirectory } from './room-directory.ts';
import type { RoomRouter } from './room-router.ts';
import { type ReservedPlace, SessionRegistry } from './session-registry.ts';
import { WatchSession } from './watch-session.ts';
import { type PooledWorker, WorkerPool } from './worker-pool.ts';

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
  consumersPerWorkerMax?: number;
  /** Share of a worker's consumers past which a room's viewers go to other workers too. */
  spreadAt?: number;
  layerLoweringDelayMs?: number;
  log?: SfuLog;
  now?: () => number;
}

/**
 * The SFU node of one process: it owns the workers, the rooms on them and the sessions in them, and enforces grants and leases. The
 * stage calls it through `contract.ts`, in process or over a control API. It must not know why somebody may watch, nor who asks.
 */
export class LocalSfuNode implements SfuNode {
  readonly id: string;
  readonly routerRtpCapabilities = routerRtpCapabilities;
  readonly #pool: WorkerPool;
  readonly #log: SfuLog;
  readonly #now: () => number;
  readonly #leaseMs: number;
  readonly #layerLoweringDelayMs: number;
  readonly #rooms: RoomDirectory;
  readonly #sessions = new SessionRegistry();
  readonly #listeners: EventListeners;
  readonly #sweep: NodeJS.Timeout;
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
      handleDied: (worker) => {
        // A worker that dies before the node exists had nothing on it.
        if (node) node.#handleWorkerDied(worker);
      },
    });
    node = new LocalSfuNode(options, pool, log);
    return node;
  }

  private constructor(options: LocalSfuNodeOptions, pool: WorkerPool, log: SfuLog) {
    this.id = options.id ?? `sfu_${randomUUID()}`;
    this.#pool = pool;
    this.#log = log;
    this.#listeners = new EventListeners(log);
    this.#now = options.now ?? Date.now;
    this.#leaseMs = options.leaseMs ?? LEASE_DEFAULT_MS;
    this.#rooms = new RoomDirectory({
      pool,
      consumersMax: options.consumersPerWorkerMax ?? CONSUMERS_PER_WORKER_MAX,
      spreadAt: options.spreadAt ?? WORKER_SPREAD_AT,
    });
    this.#layerLoweringDelayMs = options.layerLoweringDelayMs ?? LAYER_LOWERING_DELAY_MS;
    this.#sweep = setInterval(() => this.#handleSweep(), SWEEP_INTERVAL_MS).unref();
  }

  get connected(): boolean {
    return !this.#closed;
  }

  /** The worker processes and what each carries, for metrics and for who watches over processes. */
  get workers(): { pid: number; port: number; rooms: number; consumers: number }[] {
    return this.#pool.workers.map(({ worker, port, load }) => ({ pid: worker.pid, port, ...load }));
  }

  /** The pipes of all rooms and what has flowed over each, for metrics and for the proof that a link carries one copy. */
  async pipes(): Promise<{ room: string; tracks: number; sentBytes: number }[]> {
    const all = this.#rooms.all.map(async (room) => (await room.pipes()).map((pipe) => ({ room: room.name, ...pipe })));
    return (await Promise.all(all)).flat();
  }

  async watch(request: WatchRequest): Promise<{ transport: TransportOptions; consumers: ConsumerOptions[] }> {
    assertMayWatch(request.grant, this.#now());
    assertRtpCapabilities(request.rtpCapabilities);
    if (request.viewport) assertViewport(request.viewport);
    if (request.dtlsParameters) assertDtlsParameters(request.dtlsParameters);
    const { rtpCapabilities, viewport } = request;
    return await this.#open(request, {
      place: (room) => room.routerForViewer(),
      make: (options) => new WatchSession({ ...options, rtpCapabilities, viewport, log: this.#log }),
    });
  }

  async publish(request: PublishRequest): Promise<{ transport: TransportOptions }> {
    assertMayPublish(request.grant, this.#now());
    if (request.dtlsParameters) assertDtlsParameters(request.dtlsParameters);
    return await this.#open(request, {
      place: (room) => room.routerForPublisher(),
      make: (options) => new PublishSession({ ...options, layerLoweringDelayMs: this.#layerLoweringDelayMs }),
    });
  }

  async connect(request: { session: string; dtlsParameters: DtlsParameters }): Promise<void> {
    assertDtlsParameters(request.dtlsParameters);
    await this.#session(request.session).connect(request.dtlsParameters);
  }

  async restartIce(request: { session: string }): Promise<{ iceParameters: IceParameters }> {
    return { iceParameters: await this.#session(request.session).restartIce() };
  }

  async produce(request: ProduceRequest): Promise<{ producerId: string }> {
    const session = this.#publisher(request.session);
    assertProduceRequest(request);
    const track = await session.produce(request);
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
    const session = this.#session(request.session);
    if (!(session instanceof WatchSession)) throw new SfuError('not_entitled', 'A publishing session watches nothing.');
    await session.setViewport(request.viewport);
  }

  async setAudience(request: { room: string; people: number }): Promise<void> {
    this.#assertOpen();
    this.#rooms.setAudience(request.room, request.people);
  }

  async renew(request: { sessions: string[] }): Promise<{ lost: string[] }> {
    for (const id of request.sessions) {
      const session = this.#sessions.get(id);
      if (session) session.renewedAtMs = this.#now();
    }
    return { lost: request.sessions.filter((id) => !this.#sessions.has(id)) };
  }

  async updateGrant(request: { session: string; until: number }): Promise<void> {
    if (!Number.isFinite(request.until)) throw new SfuError('not_entitled', 'A grant lasts until a time.');
    this.#session(request.session).extend(request.until);
  }

  async traffic(request: { sessions: string[] }): Promise<SessionTraffic[]> {
    const found = request.sessions.flatMap((id) => this.#sessions.get(id) ?? []);
    const counted = await Promise.allSettled(found.map((session) => session.traffic()));
    // A session that ended while it was counted is one that the node doesn't have.
    return counted.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  }

  async closeSession(request: { session: string; reason?: SessionCloseReason }): Promise<void> {
    const session = this.#sessions.get(request.session);
    if (session) this.#end(session, request.reason ?? 'closed');
    else this.#sessions.giveUp(request.session);
  }

  async closeRoom(request: { room: string }): Promise<void> {
    this.#rooms.setAudience(request.room, 0);
    this.#sessions.giveUpRoom(request.room);
    const room = this.#rooms.get(request.room);
    if (room) this.#endAll(room.sessions, 'room_closed');
  }

  async stats(): Promise<SfuStats> {
    const sessions = this.#sessions.all;
    const streams = (of: MediaSession[]) => of.reduce((count, { streamCount }) => count + streamCount, 0);
    return {
      workers: this.#pool.workers.length,
      rooms: this.#rooms.all.length,
      sessions: sessions.length,
      producers: streams(sessions.filter((session) => session instanceof PublishSession)),
      consumers: streams(sessions.filter((session) => session instanceof WatchSession)),
    };
  }

  async sessionStats(request: { session: string }): Promise<unknown[]> {
    return await this.#session(request.session).stats();
  }

  on(listener: (event: SfuEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#sweep);
    for (const room of this.#rooms.all) this.#endAll(room.sessions, 'node_closed');
    await this.#pool.close();
    this.#listeners.clear();
  }

  async #open<S extends MediaSession & { open(dtlsParameters?: DtlsParameters): Promise<A> }, A>(
    { session: id, grant, dtlsParameters }: WatchRequest | PublishRequest,
    kind: { place: (room: Room) => RoomRouter; make: (options: SessionOptions) => S },
  ): Promise<A> {
    this.#assertOpen();
    const place = this.#sessions.reserve(id, grant.room);
    let session: S | undefined;
    try {
      await this.#pool.ready();
      this.#assertOpen();
      session = this.#enter(place, grant, kind);
      return await session.open(dtlsParameters);
    } catch (error) {
      // Closed by somebody else meanwhile: that is the reason to give, not what broke because of it.
      session?.assertOpen();
      throw toSfuError(error, 'node_unavailable');
    } finally {
      this.#sessions.release(place);
      if (session && !session.opened) this.#end(session, 'closed');
    }
  }

  /** Puts a new session into its room, in one turn: nobody sees a room that is open and empty. */
  #enter<S extends MediaSession>(
    place: ReservedPlace,
    grant: SessionGrant,
    kind: { place: (room: Room) => RoomRouter; make: (options: SessionOptions) => S },
  ): S {
    const room = this.#rooms.open(grant.room);
    try {
      const router = kind.place(room);
      const session = kind.make({
        id: place.id,
        grant,
        room: router,
        openedAtMs: this.#now(),
        emit: this.#listeners.emit,
      });
      try {
        this.#sessions.fill(place, session);
      } catch (error) {
        room.closeIfEmpty(router);
        throw error;
      }
      const earlier = session instanceof PublishSession ? room.publisher : undefined;
      room.enter(session, router);
      if (earlier) this.#end(earlier, 'replaced');
      return session;
    } finally {
      if (room.empty) this.#rooms.close(room);
    }
  }

  #end(session: MediaSession, reason: SessionCloseReason): void {
    if (session.closed) return;
    const { id, grant } = session;
    session.close(reason);
    this.#sessions.delete(session);
    const room = this.#rooms.get(grant.room);
    room?.leave(session);
    if (room?.empty) this.#rooms.close(room);
    if (session.opened) this.#listeners.emit({ type: 'sessionClosed', room: grant.room, session: id, reason });
  }

  #endAll(sessions: MediaSession[], reason: SessionCloseReason): void {
    for (const session of sessions) this.#end(session, reason);
  }

  #handleWorkerDied(worker: PooledWorker): void {
    for (const room of this.#rooms.all) this.#endAll(room.sessionsOn(worker), 'worker_died');
  }

  /** Closes what ran out. A session that is in use is renewed by its gateway long before its lease ends. */
  #handleSweep(): void {
    const now = this.#now();
    for (const session of this.#sessions.all) {
      if (!isInForce(session.grant, now)) this.#end(session, 'grant_expired');
      else if (now - session.renewedAtMs >= this.#leaseMs) this.#end(session, 'lease_expired');
    }
  }

  /** The session, or `session_not_found`; a grant that ran out between two sweeps counts as closed. */
  #session(id: string): MediaSession {
    this.#assertOpen();
    const session = this.#sessions.get(id);
    if (!session) throw new SfuError('session_not_found', `There is no session ${id}.`);
    if (!isInForce(session.grant, this.#now())) this.#end(session, 'grant_expired');
    session.assertOpen();
    return session;
  }

  #publisher(id: string): PublishSession {
    const session = this.#session(id);
    if (session instanceof PublishSession) return session;
    throw new SfuError('publish_not_allowed', 'A watching session puts nothing on stage.');
  }

  #assertOpen(): void {
    if (this.#closed) throw new SfuError('node_unavailable', 'The SFU node is closed.');
  }
}
