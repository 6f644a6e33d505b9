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
import type { StageTrack } from '../tracks/stage-track.ts';
import type { TrackWatcher } from '../tracks/track-watcher.ts';
import { type PooledWorker, type WorkerPool, weight } from '../workers/worker-pool.ts';
import { RoomRouter, type RouterRoom } from './room-router.ts';

export interface RoomOptions {
  pool: WorkerPool;
  consumersMax: number;
  /** Share of a worker's consumers past which the room goes to other workers too. */
  spreadAt: number;
  pipeListen: PipeListen | undefined;
}

/**
 * A room's media on this node: routers on one or more workers, the viewers and the nodes that get the stage from here, and the stage itself, from a
 * publisher here or from another node. It brings tracks and watchers together, spreads them over the workers, and works out which layers
 * are wanted. The node decides who enters and when the room closes.
 */
export class Room implements RouterRoom {
  readonly name: string;
  readonly #options: RoomOptions;
  readonly #routers = new Map<PooledWorker, RoomRouter>();
  /** The router of each session. */
  readonly #places = new Map<Session, RoomRouter>();
  readonly #watchers = new Set<TrackWatcher>();
  #publisher: PublishSession | undefined;
  #waitingPublisher: PublishSession | undefined;
  #upstream: Upstream<RoomRouter> | undefined;
  /** Where the stage came from before; it goes on until the viewers have seen what takes its place. */
  #leaving: { upstream: Upstream<RoomRouter>; timer: NodeJS.Timeout } | undefined;
  #audience = 0;
  /** Tracks of which other layers may be wanted than before. */
  readonly #unsettled = new Set<StageTrack>();
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

  /** Viewers first: whoever ends them all then tells none that a track went before telling that the session did. */
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

  get waitingTracks(): StageTrack[] {
    return this.#waitingPublisher?.tracks ?? [];
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  get empty(): boolean {
    return this.#places.size === 0;
  }

  homeOf(track: StageTrack): RoomRouter | undefined {
    const sender = [this.#publisher, this.#waitingPublisher].find((each) => each?.tracks.includes(track));
    if (sender) return this.#places.get(sender);
    const upstream = [this.#upstream, this.#leaving?.upstream].find((each) => each?.tracks.includes(track));
    return upstream?.home;
  }

  async stageKnown(): Promise<void> {
    await this.#upstream?.known;
  }

  /** Where the stage comes in, from its next publisher or another node: to where the room is already, so that those who watch there need no pipe. */
  routerForStage(): RoomRouter {
    const earlier = this.#publisher && this.#places.get(this.#publisher);
    return earlier ?? this.#leastLoadedRouter() ?? this.#routerOn(this.#options.pool.leastLoaded());
  }

  /** Where another node is fed from: next to the stage, so that it is one hop away. */
  routerForPipe(): RoomRouter {
    return this.#upstream?.home ?? this.routerForStage();
  }

  /**
   * Where the next viewer goes: to a worker on which the room is already while that has room to spare, since a pipe costs as much as a viewer, and
   * then to the least loaded worker. Refuses a viewer whom no worker could carry; those who are watching stay as they are.
   */
  routerForViewer(): RoomRouter {
    const { pool, consumersMax, spreadAt } = this.#options;
    const here = this.#leastLoadedRouter();
    if (here && here.worker.load.consumers < consumersMax * spreadAt) return here;
    const worker = pool.leastLoaded();
    const chosen = here && weight(here.worker) <= weight(worker) ? here.worker : worker;
    // The last of a worker is kept for pipes: by them the room grows elsewhere.
    if (chosen.load.consumers >= consumersMax - Math.ceil(consumersMax * PIPE_RESERVE)) {
      throw new SfuError(
        'node_full',
        `Every worker carries its ${consumersMax} consumers; try again later or elsewhere.`,
      );
    }
    return this.#routerOn(chosen);
  }

  /**
   * Where a spare of somebody who is here goes, on another worker than theirs: to where the publisher's waits, so that it needs no pipe, or where the
   * room is already, or else to the worker that carries least.
   */
  routerForSpare(session: Session): RoomRouter {
    if (this.#upstream) throw new SfuError('spare_unavailable', 'The stage comes from another node.');
    const { pool, consumersMax } = this.#options;
    const home = this.#places.get(session)?.worker;
    const routers = [this.#waitingHome, ...this.#routers.values()].filter((router) => router !== undefined);
    const other = home && pool.leastLoadedBeside(home);
    const workers = [...routers.map(({ worker }) => worker), ...(other ? [other] : [])];
    const worker = workers.find((each) => each !== home && (each.load.spares + 1) * EXPECTED_TRACKS <= consumersMax);
    if (!worker) throw new SfuError('node_unavailable', 'There is no other worker that has room for a spare now.');
    return this.#routerOn(worker);
  }

  /** The pipes between this room's workers. */
  async pipes(): Promise<{ tracks: number; sentBytes: number }[]> {
    return (await Promise.all([...this.#routers.values()].map((router) => router.pipes()))).flat();
  }

  /** A new publisher takes the place of the earlier one, which the node then closes, and of another node. */
  enter(session: Session, router: RoomRouter): void {
    this.#places.set(session, router);
    router.enter(session);
    if (session instanceof PublishSession) {
      if (session.waiting) this.#waitingPublisher = session;
      else this.#takeStage(session);
    } else if (session instanceof WatchSession || session instanceof PipeSession) {
      this.#watchers.add(session);
      session.enter();
    }
  }

  /** Spares take the places of sessions that have left the room. `handleWoken` is told of each that is in use before anything comes on stage. */
  wake(spares: MediaSession[], handleWoken: (spare: MediaSession) => void): void {
    const publisher = spares.find((spare) => spare instanceof PublishSession);
    if (publisher) this.#takeStage(publisher);
    for (const spare of spares) {
      this.#places.get(spare)?.handleWaking();
      spare.wake();
      handleWoken(spare);
    }
    for (const watcher of this.#watchers) {
      if (!watcher.waiting) for (const track of this.tracks) watcher.addTrack(track);
      // The spares of those who go on as before have nothing to wait for until the publisher has another.
      else if (publisher) watcher.removeTracks(publisher.tracks);
    }
    for (const track of publisher?.tracks ?? []) this.#updateDemand(track);
    for (const router of this.#routers.values()) router.releaseStage();
  }

  /** Where a track that is kept ready comes from. */
  isWaitingHome(router: RoomRouter): boolean {
    return router === this.#waitingHome;
  }

  get #waitingHome(): RoomRouter | undefined {
    return this.#waitingPublisher && this.#places.get(this.#waitingPublisher);
  }

  /** Takes a closed session out, and a router that nobody is on any more with the pipes that led to it. */
  leave(session: Session): void {
    if (session instanceof PublishSession) {
      session.removeTracks(session.tracks);
      if (this.#publisher === session) this.#publisher = undefined;
      if (this.#waitingPublisher === session) this.#waitingPublisher = undefined;
    } else if (session instanceof WatchSession || session instanceof PipeSession) this.#watchers.delete(session);
    const router = this.#places.get(session);
    this.#places.delete(session);
    router?.leave(session);
    if (router) this.closeIfEmpty(router);
  }

  /** The stage comes from another node from now on, or from none. */
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
    const waiting = this.isWaiting(track);
    for (const watcher of this.#watchers) if (watcher.waiting === waiting) watcher.addTrack(track);
    if (!waiting) this.#handleStageChanged(track);
  }

  /** Whether the track is kept ready and not on stage. */
  isWaiting({ id }: { id: string }): boolean {
    return this.waitingTracks.some((track) => track.id === id);
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

  /** The earlier source of the stage goes on for a while if there is somebody who sees it. */
  #letGo(earlier: Upstream<RoomRouter>): void {
    this.#endLeaving();
    const isSeen = !this.#closed && earlier.alive && earlier.tracks.length > 0 && this.isWatched;
    if (isSeen) this.#leaveWithin(earlier, HANDOVER_MAX_MS);
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

  #takeStage(publisher: PublishSession): void {
    this.#publisher = publisher;
    if (this.#waitingPublisher === publisher) this.#waitingPublisher = undefined;
    this.follow(undefined);
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

  /** Looks at what is wanted of a track once, however many come, go or change their mind in this turn. */
  #updateDemand(track: StageTrack): void {
    if (this.#unsettled.size === 0) queueMicrotask(() => this.#settleDemand());
    this.#unsettled.add(track);
  }

  #settleDemand(): void {
    for (const track of this.#unsettled) this.#settle(track);
    this.#unsettled.clear();
  }

  #settle(track: StageTrack): void {
    // Of what is kept ready nobody wants anything yet, and all of it when it comes on stage.
    if (this.isWaiting(track)) return;
    const preferred = [...this.#watchers].flatMap((watcher) => watcher.preferredLayer(track) ?? []);
    track.updateDemand(wantedLayer(preferred, this.#audience));
  }
}

function viewersFirst(sessions: Session[]): Session[] {
  return sessions.sort((a, b) => Number(a instanceof PublishSession) - Number(b instanceof PublishSession));
}
