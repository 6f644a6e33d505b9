import type { types } from 'mediasoup';
import { mediaCodecs } from '../codecs.ts';
import { SfuError } from '../contract.ts';
import { EXPECTED_TRACKS, ICE_CONSENT_TIMEOUT_SECONDS, VIEWER_BITRATE_START_BPS } from '../limits.ts';
import { type PipeListen, pipeTransportOptions } from '../pipes/pipe-listen.ts';
import { RouterPipe } from '../pipes/router-pipe.ts';
import type { UpstreamRouter } from '../pipes/upstream.ts';
import type { Session, SessionRoom, SessionRouter } from '../sessions/session.ts';
import type { StageTrack } from '../tracks/stage-track.ts';
import type { PooledWorker } from '../workers/worker-pool.ts';

/** The room as its routers use it. */
export interface RouterRoom extends SessionRoom {
  isSpareHome(router: RoomRouter): boolean;
  /** The router on which a track has its producer. */
  homeOf(track: StageTrack): RoomRouter | undefined;
  closeIfEmpty(router: RoomRouter): void;
}

/**
 * A room's router on one worker, with its sessions. Tracks whose producer is on another router come over one pipe for
 * each such router, which carries each track once, for any number of viewers here.
 */
export class RoomRouter implements SessionRouter, UpstreamRouter {
  readonly worker: PooledWorker;
  readonly room: RouterRoom;
  readonly #router: Promise<types.Router>;
  readonly #sessions = new Set<Session>();
  #spares = 0;
  #counted = false;
  readonly #pipes = new Map<RoomRouter, Promise<RouterPipe>>();
  readonly #pipeListen: PipeListen | undefined;
  #pins = 0;
  #closed = false;

  constructor(options: { room: RouterRoom; worker: PooledWorker; pipeListen: PipeListen | undefined }) {
    this.#pipeListen = options.pipeListen;
    this.worker = options.worker;
    this.room = options.room;
    this.#router = this.worker.worker.createRouter({ mediaCodecs });
    // The callers that await it handle the failure; there may be none.
    this.#router.catch(() => {});
  }

  get closed(): boolean {
    return this.#closed;
  }

  get empty(): boolean {
    return this.#sessions.size === 0 && this.#pins === 0;
  }

  /** Whether it has anything but unused spares. */
  get inUse(): boolean {
    return this.#sessions.size > this.#spares || this.#pins > 0;
  }

  get sessions(): Session[] {
    return [...this.#sessions];
  }

  enter(session: Session): void {
    this.#sessions.add(session);
    if (session.isSpare) this.#countSpares(1);
    this.#updateUse();
  }

  leave(session: Session): void {
    if (this.#sessions.delete(session) && session.isSpare) this.#countSpares(-1);
    this.#updateUse();
    this.releaseStage();
  }

  /** A spare on this router is about to replace its session. */
  handleSpareActivated(): void {
    this.#countSpares(-1);
    this.#updateUse();
  }

  /**
   * Closes the pipes of the stage to a router without viewers. Spares need only the tracks of the publisher's spare.
   */
  releaseStage(): void {
    if (this.inUse) return;
    for (const [home, opening] of this.#pipes) {
      if (!this.room.isSpareHome(home)) opening.then((pipe) => this.inUse || pipe.close()).catch(() => {});
    }
  }

  /** The stage arrives on this router: it stays open without sessions. */
  pin(): void {
    this.#pins++;
    this.#updateUse();
  }

  unpin(): void {
    this.#pins--;
    this.#updateUse();
    this.room.closeIfEmpty(this);
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
    if (!this.#pipeListen) throw new SfuError('node_unavailable', 'This node opens no pipes to other nodes.');
    const router = await this.opened();
    return await router.createPipeTransport(pipeTransportOptions(this.#pipeListen));
  }

  async provide(track: StageTrack): Promise<void> {
    const home = this.room.homeOf(track);
    if (home === this) return;
    if (!home) throw new SfuError('producer_not_found', 'The track left the stage during the request.');
    const pipe = await this.#pipeFrom(home);
    await pipe.carry(track.producer);
  }

  /** The pipes to this router. */
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
    // A pipe that closed meanwhile is not counted.
    return counted.flatMap((pipe) => (pipe.status === 'fulfilled' ? pipe.value : []));
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

  /** A room counts for a worker's load where it is in use, not where it has only unused spares. */
  #updateUse(): void {
    const counted = this.inUse && !this.#closed;
    if (counted !== this.#counted) this.worker.load.rooms += counted ? 1 : -1;
    this.#counted = counted;
  }

  #countSpares(change: number): void {
    this.#spares += change;
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
    // A pipe costs the worker that feeds it as much as a viewer.
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
