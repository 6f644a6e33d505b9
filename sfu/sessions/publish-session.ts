import type { types } from 'mediasoup';
import {
  type DtlsParameters,
  type ProduceRequest,
  type SessionCloseReason,
  SfuError,
  type TrackSource,
  type TransportOptions,
} from '../contract.ts';
import { toSfuError } from '../errors.ts';
import { KEY_FRAME_GATHER_MS, PENDING_TRACKS_MAX, PUBLISHER_BITRATE_MAX_BPS } from '../limits.ts';
import { StageTrack } from '../tracks/stage-track.ts';
import { MediaSession } from './media-session.ts';
import type { SessionOptions } from './session.ts';

/** Reasons after which the publisher is not expected back. */
const FINAL_REASONS: ReadonlySet<SessionCloseReason> = new Set(['closed', 'room_closed', 'grant_expired']);

/** The publisher of a room, or one that is prepared to become it: its tracks are the stage. */
export class PublishSession extends MediaSession {
  /** One of each source, by id. */
  readonly #tracks = new Map<string, StageTrack>();
  /** Undefined while it is prepared. */
  #fence: number | undefined;
  readonly #layerLoweringDelayMs: number;
  #pending = 0;

  constructor(options: SessionOptions & { fence: number | undefined; layerLoweringDelayMs: number }) {
    super(options);
    this.#fence = options.fence;
    this.#layerLoweringDelayMs = options.layerLoweringDelayMs;
  }

  get tracks(): StageTrack[] {
    return [...this.#tracks.values()];
  }

  override get isPrepared(): boolean {
    return this.#fence === undefined;
  }

  /** Fencing number of the live that it belongs to; a publisher with a lower one does not replace it. */
  get fence(): number {
    return this.#fence ?? 0;
  }

  /** It is on stage from now on. */
  handleOnStage(fence: number): void {
    this.#fence = fence;
  }

  async open(dtlsParameters?: DtlsParameters): Promise<{ transport: TransportOptions }> {
    const transport = await this.openTransport();
    await Promise.all([
      transport.setMaxIncomingBitrate(PUBLISHER_BITRATE_MAX_BPS),
      dtlsParameters && this.connect(dtlsParameters),
    ]);
    return { transport: this.answer(transport) };
  }

  async produce(request: ProduceRequest): Promise<StageTrack> {
    const { transport } = this;
    if (this.isPrepared) throw new SfuError('publish_not_allowed', 'The session is not on stage.');
    if (this.#pending >= PENDING_TRACKS_MAX)
      throw new SfuError('node_full', 'Too many tracks are being added; wait for the earlier ones.');
    // A browser that reuses the MID has already dropped the earlier track, and two can't share it.
    this.removeTracks(
      this.#tracksOf(request.source).filter(({ mid }) => mid !== undefined && mid === request.rtpParameters.mid),
    );
    this.#pending++;
    try {
      const producer = await transport.produce({
        kind: request.kind,
        rtpParameters: request.rtpParameters as types.RtpParameters,
        // A spare passes nothing on, whatever its publisher sends.
        paused: request.muted === true || this.isSpare,
        keyFrameRequestDelay: KEY_FRAME_GATHER_MS,
      });
      this.assertOpen();
      return this.#put(producer, request);
    } catch (error) {
      this.assertOpen();
      throw toSfuError(error, 'invalid_media_parameters');
    } finally {
      this.#pending--;
    }
  }

  /** The track, or `producer_not_found`. */
  track(producerId: string): StageTrack {
    this.assertOpen();
    const track = this.#tracks.get(producerId);
    if (!track) throw new SfuError('producer_not_found', `The session has no track ${producerId}.`);
    return track;
  }

  async setMuted(track: StageTrack, muted: boolean): Promise<void> {
    if (track.muted === muted) return;
    try {
      await track.setMuted(muted);
    } catch (error) {
      // If the track ended in between, that is the error to report.
      this.track(track.id);
      throw toSfuError(error, 'producer_not_found');
    }
    this.room.handleTrackMuted(track);
  }

  setSentLayer(track: StageTrack, layer: number): void {
    const before = track.sentLayer;
    if (!track.setSentLayer(layer)) return;
    if (track.sentLayer < before) track.forgetLost();
    this.room.handleSentLayerChanged(track);
  }

  override activate(): void {
    super.activate();
    for (const track of this.tracks) track.activate();
  }

  /** Takes tracks off stage and notifies the viewers. */
  removeTracks(tracks: StageTrack[]): void {
    const lost = this.closedBecause !== undefined && !FINAL_REASONS.has(this.closedBecause);
    for (const track of tracks) {
      this.#tracks.delete(track.id);
      track.lost = lost;
      track.close();
    }
    if (tracks.length > 0) this.room.handleTracksRemoved(tracks);
  }

  protected override streams(): types.Producer[] {
    return this.tracks.map(({ producer }) => producer);
  }

  #tracksOf(source: TrackSource): StageTrack[] {
    return this.tracks.filter((track) => track.source === source);
  }

  #put(producer: types.Producer, { source, sourceSize, muted = false }: ProduceRequest): StageTrack {
    const { room } = this.grant;
    const about = { room, session: this.id, producerId: producer.id };
    const track = new StageTrack({
      producer,
      source,
      sourceSize,
      muted,
      isSpare: this.isSpare,
      loweringDelayMs: this.#layerLoweringDelayMs,
      emitLayersWanted: (maxSpatialLayer) => this.emit({ type: 'layersWanted', ...about, maxSpatialLayer }),
      emitKeyFrameWanted: () => this.emit({ type: 'keyFrameWanted', ...about }),
      emitUplinkNarrow: (share) => this.emit({ type: 'uplinkNarrow', room, session: this.id, share }),
    });
    this.removeTracks(this.#tracksOf(source));
    this.#tracks.set(track.id, track);
    this.room.handleTrackAdded(track);
    return track;
  }
}
