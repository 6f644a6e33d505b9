import type { types } from 'mediasoup';
import { mediaCodecs } from './codecs.ts';
import { SfuError } from './contract.ts';
import { wantedLayer } from './layers.ts';
import { ICE_CONSENT_TIMEOUT_SECONDS, VIEWER_BITRATE_START_BPS } from './limits.ts';
import type { MediaSession, SessionRoom } from './media-session.ts';
import { PublishSession } from './publish-session.ts';
import type { StageTrack } from './stage-track.ts';
import { WatchSession } from './watch-session.ts';
import type { PooledWorker } from './worker-pool.ts';

/**
 * A room's media on this node: one router on one worker, at most one publisher, and the viewers. It brings tracks and viewers together
 * and works out which layers are wanted. The node decides who enters and when the room closes.
 */
export class Room implements SessionRoom {
  readonly name: string;
  readonly worker: PooledWorker;
  readonly #router: types.Router;
  readonly #viewers = new Set<WatchSession>();
  readonly #consumersMax: number;
  #publisher: PublishSession | undefined;
  #audience = 0;
  #closed = false;

  static async create(options: { name: string; worker: PooledWorker; consumersMax: number }): Promise<Room> {
    const { load } = options.worker;
    load.rooms++;
    try {
      return new Room({ ...options, router: await options.worker.worker.createRouter({ mediaCodecs }) });
    } catch (error) {
      load.rooms--;
      throw error;
    }
  }

  private constructor(options: { name: string; worker: PooledWorker; consumersMax: number; router: types.Router }) {
    this.name = options.name;
    this.worker = options.worker;
    this.#router = options.router;
    this.#consumersMax = options.consumersMax;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get publisher(): PublishSession | undefined {
    return this.#publisher;
  }

  /** Viewers first: whoever ends them all then tells none that a track went before telling that the session did. */
  get sessions(): MediaSession[] {
    return this.#publisher ? [...this.#viewers, this.#publisher] : [...this.#viewers];
  }

  get tracks(): StageTrack[] {
    return this.#publisher?.tracks ?? [];
  }

  /** Refuses a viewer whom the worker could not carry; those who are watching stay as they are. */
  assertSpace(): void {
    if (this.worker.load.consumers < this.#consumersMax) return;
    throw new SfuError(
      'node_full',
      `The worker carries its ${this.#consumersMax} consumers; try again later or elsewhere.`,
    );
  }

  /** A new publisher takes the place of the earlier one, which the node then closes. */
  enter(session: MediaSession): void {
    if (session instanceof PublishSession) this.#publisher = session;
    if (session instanceof WatchSession) {
      this.#viewers.add(session);
      session.enter();
    }
  }

  /** Takes a closed session out. */
  leave(session: MediaSession): void {
    if (session instanceof WatchSession) this.#viewers.delete(session);
    if (session instanceof PublishSession) {
      session.removeTracks(session.tracks);
      if (this.#publisher === session) this.#publisher = undefined;
    }
  }

  get empty(): boolean {
    return this.#viewers.size === 0 && !this.#publisher;
  }

  handleTrackAdded(track: StageTrack): void {
    for (const viewer of this.#viewers) viewer.addTrack(track);
    this.#updateDemand(track);
  }

  handleTracksRemoved(tracks: StageTrack[]): void {
    for (const viewer of this.#viewers) viewer.removeTracks(tracks);
  }

  handleTrackMuted(track: StageTrack): void {
    for (const viewer of this.#viewers) viewer.handleTrackMuted(track);
  }

  setAudience(people: number): void {
    this.#audience = people;
    for (const track of this.tracks) this.#updateDemand(track);
  }

  handleLoadChanged(consumers: number): void {
    this.worker.load.consumers += consumers;
  }

  handlePreferenceChanged(tracks: StageTrack[]): void {
    for (const track of tracks) this.#updateDemand(track);
  }

  canConsume(track: StageTrack, rtpCapabilities: types.RtpCapabilities): boolean {
    return this.#router.canConsume({ producerId: track.id, rtpCapabilities });
  }

  async createTransport(): Promise<types.WebRtcTransport> {
    return await this.#router.createWebRtcTransport({
      webRtcServer: this.worker.webRtcServer,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      iceConsentTimeout: ICE_CONSENT_TIMEOUT_SECONDS,
      initialAvailableOutgoingBitrate: VIEWER_BITRATE_START_BPS,
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.worker.load.rooms--;
    this.#router.close();
  }

  #updateDemand(track: StageTrack): void {
    const preferred = [...this.#viewers].flatMap((viewer) => viewer.preferredLayer(track) ?? []);
    track.updateDemand(wantedLayer(preferred, this.#audience));
  }
}
