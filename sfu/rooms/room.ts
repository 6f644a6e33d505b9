import { SfuError } from '../contract.ts';
import { EXPECTED_TRACKS, HANDOVER_MAX_MS, HANDOVER_MS, PIPE_RESERVE } from '../limits.ts';
import type { PipeListen } from '../pipes/pipe-listen.ts';
import { PipeSession } from '../pipes/pipe-session.ts';
import type { Upstream } from '../pipes/upstream.ts';
import type { MediaSession } from '../sessions/media-session.ts';
import { PublishSession } from '../sessions/publish-session.ts';
import type { Session } from '../sessions/session.ts';
import { WatchSession } from '../sessions/watch-session.ts';
import { wantedLayer } from '../tracks/layers.ts';
import type { StageTrack, TrackWatcher } from '../tracks/stage-track.ts';
import { type PooledWorker, type WorkerPool, weight } from '../workers/worker-pool.ts';
import { RoomRouter, type RouterRoom } from './room-router.ts';

export interface RoomOptions {
  pool: WorkerPool;
  consumersMax: number;
  /** Share of a worker's consumer limit past which the room goes to other workers too. */
  spreadAt: number;
  pipeListen: PipeListen | undefined;
}

/**
 * A room's media on this node: routers on one or more workers, the viewers, the nodes that pull the stage from here,
 * and the stage itself, from a publisher here or from another node. It connects tracks with watchers, spreads the
 * sessions over the workers, and computes which layers are wanted. The node decides who enters and when the room
 * closes.
 */
export class Room implements RouterRoom {
  readonly name: string;
  readonly #options: RoomOptions;
  readonly #routers = new Map<PooledWorker, RoomRouter>();
  /** The router of each session. */
  readonly #places = new Map<Session, RoomRouter>();
  readonly #watchers = new Set<TrackWatcher>();
  #publisher: PublishSession | undefined;
  #sparePublisher: PublishSession | undefined;
  #upstream: Upstream<RoomRouter> | undefined;
  /** The previous upstream; it goes on until the viewers have seen its successor. */
  #leaving: { upstream: Upstream<RoomRouter>; timer: NodeJS.Timeout } | undefined;
  #audience = 0;
  /** Tracks whose wanted layer has to be computed again. */
  readonly #staleDemand = new Set<StageTrack>();
  #closed = false;

  constructor(options: RoomOptions & { name: string }) {
    this.name = options.name;
    this.#options = options;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get publisher(): PublishSession | undefined {
    return this.#publisher;
  }

  get upstream(): Upstream<RoomRouter> | undefined {
    return this.#upstream;
  }

  /** Viewers first, so that ending them all notifies no viewer of removed tracks before its own end. */
  get sessions(): Session[] {
    return viewersFirst([...this.#places.keys()]);
  }

  sessionsOn(worker: PooledWorker): Session[] {
    return viewersFirst(this.#routers.get(worker)?.sessions ?? []);
  }

  get tracks(): StageTrack[] {
    const current = this.#publisher?.tracks ?? this.#upstream?.tracks ?? [];
    const leaving = this.#leaving?.upstream.tracks ?? [];
    return [...current, ...leaving.filter(({ source }) => !current.some((track) => track.source === source))];
  }

  get spareTracks(): StageTrack[] {
    return this.#sparePublisher?.tracks ?? [];
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  get empty(): boolean {
    return this.#places.size === 0;
  }

  homeOf(track: StageTrack): RoomRouter | undefined {
    const sender = [this.#publisher, this.#sparePublisher].find((each) => each?.tracks.includes(track));
    if (sender) return this.#places.get(sender);
    const upstream = [this.#upstream, this.#leaving?.upstream].find((each) => each?.tracks.includes(track));
    return upstream?.home;
  }

  async stageKnown(): Promise<void> {
    await this.#upstream?.known;
  }

  /**
   * The router for the stage, from its next publisher or another node: one of the room's, so that its viewers there
   * need no pipe.
   */
  routerForStage(): RoomRouter {
    const earlier = this.#publisher && this.#places.get(this.#publisher);
    return earlier ?? this.#leastLoadedRouter() ?? this.#routerOn(this.#options.pool.leastLoaded());
  }

  /** The router that feeds another node: the stage's own, so that no pipe between workers is needed. */
  routerForPipe(): RoomRouter {
    return this.#upstream?.home ?? this.routerForStage();
  }

  /**
   * The router for the next viewer: on a worker that has the room already, while its load is below `spreadAt`, since a
   * pipe costs as much as a viewer; then on the least loaded worker. Refuses a viewer that no worker can carry.
   */
  routerForViewer(): RoomRouter {
    const { pool, consumersMax, spreadAt } = this.#options;
    const here = this.#leastLoadedRouter();
    if (here && here.worker.load.consumers < consumersMax * spreadAt) return here;
    const worker = pool.leastLoaded();
    const chosen = here && weight(here.worker) <= weight(worker) ? here.worker : worker;
    // A reserve is kept for pipes, by which the room grows to other workers.
    if (chosen.load.consumers >= consumersMax - Math.ceil(consumersMax * PIPE_RESERVE)) {
      throw new SfuError(
        'node_full',
        `Every worker carries its ${consumersMax} consumers; try again later or elsewhere.`,
      );
    }
    return this.#routerOn(chosen);
  }

  /**
   * The router for a spare, on another worker than its session's: that of the publisher's spare, so that it needs no
   * pipe, or another one of the room's, or else one on the least loaded worker.
   */
  routerForSpare(session: Session): RoomRouter {
    if (this.#upstream) throw new SfuError('spare_unavailable', 'The stage comes from another node.');
    const { pool, consumersMax } = this.#options;
    const home = this.#places.get(session)?.worker;
    const routers = [this.#spareHome, ...this.#routers.values()].filter((router) => router !== undefined);
    const other = home && pool.leastLoadedBeside(home);
    const workers = [...routers.map(({ worker }) => worker), ...(other ? [other] : [])];
    const worker = workers.find((each) => each !== home && (each.load.spares + 1) * EXPECTED_TRACKS <= consumersMax);
    if (!worker) throw new SfuError('node_unavailable', 'No other worker has capacity for a spare.');
    return this.#routerOn(worker);
  }

  /** The pipes between this room's workers. */
  async pipes(): Promise<{ tracks: number; sentBytes: number }[]> {
    return (await Promise.all([...this.#routers.values()].map((router) => router.pipes()))).flat();
  }

  /** A new publisher replaces an earlier one, which the node then closes, and an upstream. */
  enter(session: Session, router: RoomRouter): void {
    this.#places.set(session, router);
    router.enter(session);
    if (session instanceof PublishSession) {
      if (session.isSpare) this.#sparePublisher = session;
      else if (!session.isPrepared) this.takeStage(session);
    } else if (session instanceof WatchSession || session instanceof PipeSession) {
      this.#watchers.add(session);
      session.enter();
    }
  }

  /** Throws `stage_taken` where a later publication is on stage. */
  assertTakes(fence: number): void {
    if (this.#publisher && this.#publisher.fence > fence)
      throw new SfuError('stage_taken', 'Another page has taken the stage.');
  }

  /** The node closes the earlier publisher. */
  takeStage(publisher: PublishSession): void {
    this.#publisher = publisher;
    if (this.#sparePublisher === publisher) this.#sparePublisher = undefined;
    this.follow(undefined);
  }

  /**
   * Spares replace sessions that have left the room. `handleActivated` is called for each before any track is added.
   */
  activate(spares: MediaSession[], handleActivated: (spare: MediaSession) => void): void {
    const publisher = spares.find((spare) => spare instanceof PublishSession);
    if (publisher) this.takeStage(publisher);
    for (const spare of spares) {
      this.#places.get(spare)?.handleSpareActivated();
      spare.activate();
      handleActivated(spare);
    }
    for (const watcher of this.#watchers) {
      if (!watcher.isSpare) for (const track of this.tracks) watcher.addTrack(track);
      // Unused spares have no tracks until the publisher has another spare.
      else if (publisher) watcher.removeTracks(publisher.tracks);
    }
    for (const track of publisher?.tracks ?? []) this.#updateDemand(track);
    for (const router of this.#routers.values()) router.releaseStage();
  }

  /** Whether the publisher's spare is on this router. */
  isSpareHome(router: RoomRouter): boolean {
    return router === this.#spareHome;
  }

  get #spareHome(): RoomRouter | undefined {
    return this.#sparePublisher && this.#places.get(this.#sparePublisher);
  }

  /** Removes a closed session, and its router with the pipes to it if that is empty now. */
  leave(session: Session): void {
    if (session instanceof PublishSession) {
      session.removeTracks(session.tracks);
      if (this.#publisher === session) this.#publisher = undefined;
      if (this.#sparePublisher === session) this.#sparePublisher = undefined;
    } else if (session instanceof WatchSession || session instanceof PipeSession) this.#watchers.delete(session);
    const router = this.#places.get(session);
    this.#places.delete(session);
    router?.leave(session);
    if (router) this.closeIfEmpty(router);
  }

  /** The stage comes from another node from now on, or from no other node. */
  follow(upstream: Upstream<RoomRouter> | undefined): void {
    const earlier = this.#upstream;
    this.#upstream = upstream;
    if (earlier) this.#letGo(earlier);
  }

  closeIfEmpty(router: RoomRouter): void {
    if (!router.empty) return;
    router.close();
    if (this.#routers.get(router.worker) === router) this.#routers.delete(router.worker);
  }

  /** A worker died; its sessions have been ended. */
  handleWorkerDied(worker: PooledWorker): void {
    this.#routers.get(worker)?.close();
    this.#routers.delete(worker);
  }

  handleTrackAdded(track: StageTrack): void {
    const isSpare = this.isSpareTrack(track);
    for (const watcher of this.#watchers) if (watcher.isSpare === isSpare) watcher.addTrack(track);
    if (!isSpare) this.#handleStageChanged(track);
  }

  /** Whether the track belongs to the publisher's spare and is not on stage. */
  isSpareTrack({ id }: { id: string }): boolean {
    return this.spareTracks.some((track) => track.id === id);
  }

  #handleStageChanged(track: StageTrack): void {
    const leaving = this.#leaving?.upstream;
    const isSuccessor = track.producer.kind === 'video' && !leaving?.tracks.includes(track);
    if (leaving && isSuccessor) this.#leaveWithin(leaving, HANDOVER_MS);
    this.#updateDemand(track);
  }

  handleTracksRemoved(tracks: StageTrack[]): void {
    for (const watcher of this.#watchers) watcher.removeTracks(tracks);
  }

  handleTrackMuted(track: StageTrack): void {
    for (const watcher of this.#watchers) watcher.handleTrackMuted(track);
  }

  handleSentLayerChanged(track: StageTrack): void {
    for (const watcher of this.#watchers) watcher.handleSentLayerChanged(track);
  }

  setAudience(people: number): void {
    this.#audience = people;
    for (const track of this.tracks) this.#updateDemand(track);
  }

  handlePreferenceChanged(tracks: StageTrack[]): void {
    for (const track of tracks) this.#updateDemand(track);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.follow(undefined);
    this.#endLeaving();
    for (const router of this.#routers.values()) router.close();
    this.#routers.clear();
  }

  /** The previous upstream goes on for a while if anybody watches it. */
  #letGo(earlier: Upstream<RoomRouter>): void {
    this.#endLeaving();
    const isWatched = !this.#closed && earlier.alive && earlier.tracks.length > 0 && this.isWatched;
    if (isWatched) this.#leaveWithin(earlier, HANDOVER_MAX_MS);
    else earlier.close();
  }

  #leaveWithin(upstream: Upstream<RoomRouter>, delayMs: number): void {
    clearTimeout(this.#leaving?.timer);
    this.#leaving = { upstream, timer: setTimeout(() => this.#endLeaving(), delayMs).unref() };
  }

  #endLeaving(): void {
    const leaving = this.#leaving;
    this.#leaving = undefined;
    clearTimeout(leaving?.timer);
    leaving?.upstream.close();
  }

  #leastLoadedRouter(): RoomRouter | undefined {
    const [first, ...others] = [...this.#routers.values()].filter(({ inUse }) => inUse);
    if (!first) return undefined;
    return others.reduce((least, other) => (weight(other.worker) < weight(least.worker) ? other : least), first);
  }

  #routerOn(worker: PooledWorker): RoomRouter {
    const { pipeListen } = this.#options;
    const router = this.#routers.get(worker) ?? new RoomRouter({ room: this, worker, pipeListen });
    this.#routers.set(worker, router);
    return router;
  }

  /** Computes the wanted layer of a track once per turn, however many watchers change in it. */
  #updateDemand(track: StageTrack): void {
    if (this.#staleDemand.size === 0) queueMicrotask(() => this.#computeDemands());
    this.#staleDemand.add(track);
  }

  #computeDemands(): void {
    for (const track of this.#staleDemand) this.#computeDemand(track);
    this.#staleDemand.clear();
  }

  #computeDemand(track: StageTrack): void {
    // A spare's track keeps all its layers until it comes on stage.
    if (this.isSpareTrack(track)) return;
    const preferred = [...this.#watchers].flatMap((watcher) => watcher.preferredLayer(track) ?? []);
    track.updateDemand(wantedLayer(preferred, this.#audience));
  }
}

function viewersFirst(sessions: Session[]): Session[] {
  return sessions.sort((a, b) => Number(a instanceof PublishSession) - Number(b instanceof PublishSession));
}
