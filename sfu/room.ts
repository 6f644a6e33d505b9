import { SfuError } from './contract.ts';
import { wantedLayer } from './layers.ts';
import type { MediaSession } from './media-session.ts';
import { PublishSession } from './publish-session.ts';
import { RoomRouter, type RouterRoom } from './room-router.ts';
import type { StageTrack } from './stage-track.ts';
import type { TrackWatcher } from './track-watcher.ts';
import { WatchSession } from './watch-session.ts';
import { type PooledWorker, type WorkerPool, weight } from './worker-pool.ts';

/**
 * A room's media on this node: routers on one or more workers, at most one publisher, and the viewers. It brings tracks and viewers together,
 * spreads the viewers over the workers, and works out which layers are wanted. The node decides who enters and when the room closes.
 */
export class Room implements RouterRoom {
  readonly name: string;
  readonly #pool: WorkerPool;
  readonly #consumersMax: number;
  readonly #spreadAt: number;
  readonly #routers = new Map<PooledWorker, RoomRouter>();
  /** The router of each session. */
  readonly #places = new Map<MediaSession, RoomRouter>();
  readonly #watchers = new Set<TrackWatcher>();
  #publisher: PublishSession | undefined;
  #audience = 0;
  #closed = false;

  constructor(options: { name: string; pool: WorkerPool; consumersMax: number; spreadAt: number }) {
    this.name = options.name;
    this.#pool = options.pool;
    this.#consumersMax = options.consumersMax;
    this.#spreadAt = options.spreadAt;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get publisher(): PublishSession | undefined {
    return this.#publisher;
  }

  /** Viewers first: whoever ends them all then tells none that a track went before telling that the session did. */
  get sessions(): MediaSession[] {
    return viewersFirst([...this.#places.keys()]);
  }

  sessionsOn(worker: PooledWorker): MediaSession[] {
    return viewersFirst(this.#routers.get(worker)?.sessions ?? []);
  }

  get tracks(): StageTrack[] {
    return this.#publisher?.tracks ?? [];
  }

  get empty(): boolean {
    return this.#places.size === 0;
  }

  homeOf(track: StageTrack): RoomRouter | undefined {
    return this.#publisher?.tracks.includes(track) ? this.#places.get(this.#publisher) : undefined;
  }

  /** Where the next publisher goes: to where the room is already, so that those who watch there need no pipe. */
  routerForPublisher(): RoomRouter {
    const earlier = this.#publisher && this.#places.get(this.#publisher);
    return earlier ?? this.#leastLoadedRouter() ?? this.#routerOn(this.#pool.leastLoaded());
  }

  /**
   * Where the next viewer goes: to a worker on which the room is already while that has room to spare, since a pipe costs as much as a viewer, and
   * then to the least loaded worker. Refuses a viewer whom no worker could carry; those who are watching stay as they are.
   */
  routerForViewer(): RoomRouter {
    const here = this.#leastLoadedRouter();
    if (here && here.worker.load.consumers < this.#consumersMax * this.#spreadAt) return here;
    const worker = this.#pool.leastLoaded();
    const chosen = here && weight(here.worker) <= weight(worker) ? here.worker : worker;
    if (chosen.load.consumers >= this.#consumersMax) {
      throw new SfuError(
        'node_full',
        `Every worker carries its ${this.#consumersMax} consumers; try again later or elsewhere.`,
      );
    }
    return this.#routerOn(chosen);
  }

  /** The pipes between this room's workers. */
  async pipes(): Promise<{ tracks: number; sentBytes: number }[]> {
    return (await Promise.all([...this.#routers.values()].map((router) => router.pipes()))).flat();
  }

  /** A new publisher takes the place of the earlier one, which the node then closes. */
  enter(session: MediaSession, router: RoomRouter): void {
    this.#places.set(session, router);
    router.enter(session);
    if (session instanceof PublishSession) this.#publisher = session;
    if (session instanceof WatchSession) {
      this.#watchers.add(session);
      session.enter();
    }
  }

  /** Takes a closed session out, and a router that nobody is on any more with the pipes that led to it. */
  leave(session: MediaSession): void {
    if (session instanceof WatchSession) this.#watchers.delete(session);
    if (session instanceof PublishSession) {
      session.removeTracks(session.tracks);
      if (this.#publisher === session) this.#publisher = undefined;
    }
    const router = this.#places.get(session);
    this.#places.delete(session);
    router?.leave(session);
    if (router) this.closeIfEmpty(router);
  }

  /** A router that was opened for a session which did not come to be. */
  closeIfEmpty(router: RoomRouter): void {
    if (!router.empty) return;
    router.close();
    if (this.#routers.get(router.worker) === router) this.#routers.delete(router.worker);
  }

  handleTrackAdded(track: StageTrack): void {
    for (const watcher of this.#watchers) watcher.addTrack(track);
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
    for (const router of this.#routers.values()) router.close();
    this.#routers.clear();
  }

  #leastLoadedRouter(): RoomRouter | undefined {
    const [first, ...others] = this.#routers.values();
    return others.reduce(
      (least, other) => (weight(other.worker) < weight(least?.worker ?? other.worker) ? other : least),
      first,
    );
  }

  #routerOn(worker: PooledWorker): RoomRouter {
    const router = this.#routers.get(worker) ?? new RoomRouter({ room: this, worker });
    this.#routers.set(worker, router);
    return router;
  }

  #updateDemand(track: StageTrack): void {
    const preferred = [...this.#watchers].flatMap((watcher) => watcher.preferredLayer(track) ?? []);
    track.updateDemand(wantedLayer(preferred, this.#audience));
  }
}

function viewersFirst(sessions: MediaSession[]): MediaSession[] {
  return sessions.sort((a, b) => Number(a instanceof PublishSession) - Number(b instanceof PublishSession));
}
