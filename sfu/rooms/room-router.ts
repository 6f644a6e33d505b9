import type { types } from 'mediasoup';
import { mediaCodecs } from '../codecs.ts';
import { SfuError } from '../contract.ts';
import { EXPECTED_TRACKS, ICE_CONSENT_TIMEOUT_SECONDS, VIEWER_BITRATE_START_BPS } from '../limits.ts';
import { type PipeListen, pipeTransportOptions } from '../pipes/pipe-listen.ts';
import { RouterPipe } from '../pipes/router-pipe.ts';
import type { UpstreamRouter } from '../pipes/upstream.ts';
import type { Session, SessionRoom } from '../sessions/session.ts';
import type { StageTrack } from '../tracks/stage-track.ts';
import type { PooledWorker } from '../workers/worker-pool.ts';

/** What a router asks of its room. */
export interface RouterRoom {
  readonly tracks: StageTrack[];
  readonly waitingTracks: StageTrack[];
  isWaitingHome(router: RoomRouter): boolean;
  /** Resolves when it is known what is on stage. */
  stageKnown(): Promise<void>;
  /** The router on which a track has its producer. */
  homeOf(track: StageTrack): RoomRouter | undefined;
  closeIfEmpty(router: RoomRouter): void;
  handleTrackAdded(track: StageTrack): void;
  handleTracksRemoved(tracks: StageTrack[]): void;
  handleTrackMuted(track: StageTrack): void;
  handlePreferenceChanged(tracks: StageTrack[]): void;
}

/**
 * A room's router on one worker, and who is on it. Tracks whose producer is on another router are brought by one pipe for each such router, which
 * carries each track once, however many watch it here.
 */
export class RoomRouter implements SessionRoom, UpstreamRouter {
  readonly worker: PooledWorker;
  readonly #room: RouterRoom;
  readonly #router: Promise<types.Router>;
  readonly #sessions = new Set<Session>();
  #waiting = 0;
  #counted = false;
  readonly #pipes = new Map<RoomRouter, Promise<RouterPipe>>();
  readonly #pipeListen: PipeListen | undefined;
  #pins = 0;
  #closed = false;

  constructor(options: { room: RouterRoom; worker: PooledWorker; pipeListen: PipeListen | undefined }) {
    this.#pipeListen = options.pipeListen;
    this.worker = options.worker;
    this.#room = options.room;
    this.#router = this.worker.worker.createRouter({ mediaCodecs });
    // Whoever needs the router hears of it; nobody may.
    this.#router.catch(() => {});
  }

  get closed(): boolean {
    return this.#closed;
  }

  get empty(): boolean {
    return this.#sessions.size === 0 && this.#pins === 0;
  }

  /** Whether anything is here but spares. */
  get inUse(): boolean {
    return this.#sessions.size > this.#waiting || this.#pins > 0;
  }

  get sessions(): Session[] {
    return [...this.#sessions];
  }

  get tracks(): StageTrack[] {
    return this.#room.tracks;
  }

  get waitingTracks(): StageTrack[] {
    return this.#room.waitingTracks;
  }

  enter(session: Session): void {
    this.#sessions.add(session);
    if (session.waiting) this.#countWaiting(1);
    this.#updateUse();
  }

  leave(session: Session): void {
    if (this.#sessions.delete(session) && session.waiting) this.#countWaiting(-1);
    this.#updateUse();
    this.releaseStage();
  }

  /** A spare here is about to be used. */
  handleWaking(): void {
    this.#countWaiting(-1);
    this.#updateUse();
  }

  /** What is on stage is brought no longer to where nobody watches it; spares get what is kept ready. */
  releaseStage(): void {
    if (this.inUse) return;
    for (const [home, opening] of this.#pipes) {
      if (!this.#room.isWaitingHome(home)) opening.then((pipe) => this.inUse || pipe.close()).catch(() => {});
    }
  }

  /** The stage arrives here: the router stays although nobody may be on it. */
  pin(): void {
    this.#pins++;
    this.#updateUse();
  }

  unpin(): void {
    this.#pins--;
    this.#updateUse();
    this.#room.closeIfEmpty(this);
  }

  /** The router, once the worker has made it. */
  async opened(): Promise<types.Router> {
    const router = await this.#router;
    if (this.#closed)
      throw new SfuError('node_unavailable', 'The room left this worker during the request; try again.');
    return router;
  }

  async createTransport(): Promise<types.WebRtcTransport> {
    const router = await this.opened();
    return await router.createWebRtcTransport({
      webRtcServer: this.worker.webRtcServer,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      iceConsentTimeout: ICE_CONSENT_TIMEOUT_SECONDS,
      initialAvailableOutgoingBitrate: VIEWER_BITRATE_START_BPS,
    });
  }

  async createPipeTransport(): Promise<types.PipeTransport> {
    if (!this.#pipeListen) throw new SfuError('node_unavailable', 'This node has no pipes to other nodes.');
    const router = await this.opened();
    return await router.createPipeTransport(pipeTransportOptions(this.#pipeListen));
  }

  stageKnown(): Promise<void> {
    return this.#room.stageKnown();
  }

  async provide(track: StageTrack): Promise<void> {
    const home = this.#room.homeOf(track);
    if (home === this) return;
    if (!home) throw new SfuError('producer_not_found', 'The track left the stage during the request.');
    const pipe = await this.#pipeFrom(home);
    await pipe.carry(track.producer);
  }

  /** The pipes that lead here. */
  async pipes(): Promise<{ tracks: number; sentBytes: number }[]> {
    const opened = await Promise.allSettled(this.#pipes.values());
    const counted = await Promise.allSettled(
      opened
        .flatMap((pipe) => (pipe.status === 'fulfilled' ? pipe.value : []))
        .map(async (pipe) => ({
          tracks: pipe.tracks,
          sentBytes: await pipe.sentBytes(),
        })),
    );
    // One that closed while it was counted is none.
    return counted.flatMap((pipe) => (pipe.status === 'fulfilled' ? pipe.value : []));
  }

  handleTrackAdded(track: StageTrack): void {
    this.#room.handleTrackAdded(track);
  }

  handleTracksRemoved(tracks: StageTrack[]): void {
    this.#room.handleTracksRemoved(tracks);
  }

  handleTrackMuted(track: StageTrack): void {
    this.#room.handleTrackMuted(track);
  }

  handlePreferenceChanged(tracks: StageTrack[]): void {
    this.#room.handlePreferenceChanged(tracks);
  }

  handleLoadChanged(consumers: number): void {
    this.worker.load.consumers += consumers;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#updateUse();
    this.#router.then((router) => router.close()).catch(() => {});
    for (const pipe of this.#pipes.values()) pipe.then((it) => it.close()).catch(() => {});
  }

  /** A room weighs on a worker where somebody is in it, not where spares wait. */
  #updateUse(): void {
    const counted = this.inUse && !this.#closed;
    if (counted !== this.#counted) this.worker.load.rooms += counted ? 1 : -1;
    this.#counted = counted;
  }

  #countWaiting(change: number): void {
    this.#waiting += change;
    this.worker.load.spares += change;
  }

  #pipeFrom(home: RoomRouter): Promise<RouterPipe> {
    const earlier = this.#pipes.get(home);
    if (earlier) return earlier;
    const pipe = this.#openPipe(home);
    this.#pipes.set(home, pipe);
    const forget = () => {
      if (this.#pipes.get(home) === pipe) this.#pipes.delete(home);
    };
    pipe.then((it) => it.onClose(forget), forget);
    return pipe;
  }

  async #openPipe(home: RoomRouter): Promise<RouterPipe> {
    const [from, to] = await Promise.all([home.opened(), this.opened()]);
    // A pipe is a viewer to the worker that feeds it.
    home.handleLoadChanged(EXPECTED_TRACKS);
    const release = () => home.handleLoadChanged(-EXPECTED_TRACKS);
    try {
      const pipe = await RouterPipe.create(from, to);
      pipe.onClose(release);
      if (this.#closed || home.closed) pipe.close();
      return pipe;
    } catch (error) {
      release();
      throw error;
    }
  }
}
