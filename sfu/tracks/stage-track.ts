import { setTimeout as delay } from 'node:timers/promises';
import { ortc, type types } from 'mediasoup';
import type { TrackSource } from '../contract.ts';
import { KeyFrameDemand } from './key-frame-demand.ts';
import { layerBitrates } from './layer-ceiling.ts';
import { LayerDemand } from './layer-demand.ts';
import { layerScales, NO_LAYER, type Size, SOURCE_SIZE_DEFAULT } from './layers.ts';
import { tracePackets } from './packet-trace.ts';
import { UplinkDelay } from './uplink-delay.ts';

export interface StageTrackOptions {
  producer: types.Producer;
  source: TrackSource;
  sourceSize?: Size;
  muted: boolean;
  /** Of an unused spare: the producer is paused, whatever is sent. */
  isSpare?: boolean;
  /** Given for a track from another node; read from the encodings for a track from its publisher. */
  scales?: readonly number[];
  bitrates?: readonly number[];
  loweringDelayMs: number;
  emitLayersWanted: (maxSpatialLayer: number) => void;
  emitKeyFrameWanted: () => void;
  /** Given for a track from its publisher. */
  emitUplinkNarrow?: (share: number) => void;
}

/** If a camera with a score of zero sends nothing for this long, its line is dead. */
const SILENCE_MS = 200;
/** A page that has noticed the dead line sends a key frame first, or after the few packets that it had queued. */
const KEY_FRAME_WITHIN_MS = 100;

/** One track on stage: the producer, what it shows, and what its publisher has been asked to send. */
export class StageTrack {
  readonly producer: types.Producer;
  readonly source: TrackSource;
  readonly sourceSize: Size;
  /** How much smaller than the source each layer is, lowest layer first; one entry for what has no layers. */
  readonly scales: readonly number[];
  /**
   * The bit rate of each layer of a camera. On a narrow line its frames count more than its size. A screen has none:
   * text has to be read, and its frames are few.
   */
  readonly bitrates: readonly number[] | undefined;
  /** Whether it ended with its publisher's session and may come back, and was not taken off by the publisher. */
  lost = false;
  #muted: boolean;
  #sentLayer: number;
  #isSpare: boolean;
  /** Whether a key frame has arrived since the track fell silent. */
  #hasKeyFrame = false;
  readonly #layers: LayerDemand | undefined;
  readonly #keyFrames: KeyFrameDemand | undefined;

  constructor(options: StageTrackOptions) {
    const { producer, source, sourceSize, loweringDelayMs } = options;
    this.producer = producer;
    this.source = source;
    this.#muted = options.muted;
    this.#isSpare = options.isSpare ?? false;
    this.sourceSize = sourceSize ?? SOURCE_SIZE_DEFAULT;
    this.scales = options.scales ?? (producer.kind === 'video' ? layerScales(producer.rtpParameters.encodings) : [1]);
    if (source === 'camera') this.bitrates = options.bitrates ?? layerBitrates(producer.rtpParameters.encodings);
    this.#sentLayer = this.scales.length - 1;
    // Audio costs little and its first word must not be lost, so that it is never stopped.
    if (producer.kind === 'video') {
      const topLayer = this.scales.length - 1;
      this.#layers = new LayerDemand({ topLayer, loweringDelayMs, emit: options.emitLayersWanted });
      this.#keyFrames = new KeyFrameDemand({ layers: this.scales.length, emit: options.emitKeyFrameWanted });
      this.#followKeyFrames();
    }
    if (source === 'camera') this.#followSilence();
    if (source === 'microphone' && options.emitUplinkNarrow) this.#followUplink(options.emitUplinkNarrow);
  }

  get id(): string {
    return this.producer.id;
  }

  get mid(): string | undefined {
    return this.producer.rtpParameters.mid;
  }

  get muted(): boolean {
    return this.#muted;
  }

  /** The highest layer that its publisher can send at the moment. */
  get sentLayer(): number {
    return this.#sentLayer;
  }

  /** Answers whether this changes anything. */
  setSentLayer(layer: number): boolean {
    const before = this.#sentLayer;
    this.#sentLayer = Math.min(layer, this.scales.length - 1);
    return this.#sentLayer !== before;
  }

  /**
   * The uplink has become too narrow. The worker goes on requesting lost packets of layers that have stopped, again and
   * again, which fill the uplink before the layers that are left. A pause makes it forget them; key frames follow
   * anyway.
   */
  forgetLost(): void {
    if (this.#muted || this.#isSpare) return;
    // Both fail only if the track ended meanwhile.
    this.producer.pause().catch(() => {});
    this.producer.resume().catch(() => {});
  }

  async setMuted(muted: boolean): Promise<void> {
    this.#muted = muted;
    if (!this.#isSpare) await (muted ? this.producer.pause() : this.producer.resume());
  }

  /** The spare replaced its session: the track is on stage from now on. */
  activate(): void {
    this.#isSpare = false;
    // Fails only if the track ended meanwhile.
    if (!this.#muted) this.producer.resume().catch(() => {});
    this.handleTrackAnnounced();
  }

  /** Whether viewers may get different layers of it. */
  get layered(): boolean {
    return this.scales.length > 1;
  }

  get closed(): boolean {
    return this.producer.closed;
  }

  /** Whether a client with these capabilities can decode it. */
  canBeConsumed(rtpCapabilities: types.RtpCapabilities): boolean {
    if (this.closed) return false;
    try {
      // A clone, since mediasoup changes its argument, which all tracks share.
      return ortc.canConsume(this.producer.consumableRtpParameters, structuredClone(rtpCapabilities));
    } catch {
      // Invalid capabilities decode nothing.
      return false;
    }
  }

  updateDemand(wantedLayer: number): void {
    if (!this.closed) this.#layers?.update(wantedLayer);
  }

  /** The highest layer that its sender has been asked for. */
  get askedLayer(): number {
    return this.#layers?.requested ?? this.scales.length - 1;
  }

  /** A viewer behind a pipe waits for a key frame that a PLI cannot request soon enough. */
  handleKeyFrameWanted(): void {
    if (!this.closed && !this.muted) this.#keyFrames?.handleWanted();
  }

  /** A viewer whose transport is up has been told of this track, or gets it from an activated spare. */
  handleTrackAnnounced(): void {
    if (!this.closed && !this.muted) this.#keyFrames?.handleTrackAnnounced();
  }

  /**
   * A viewer of this layer will have its transport up in about `upInMs`, if it `isWaiting` then. An uplink that does
   * not carry all layers has no room for more key frames than the worker requests.
   */
  handleViewerConnecting(upInMs: number, layer: number, isWaiting: () => boolean): void {
    const isNarrow = this.#sentLayer < this.scales.length - 1;
    if (!this.closed && !this.muted && !isNarrow) this.#keyFrames?.handleViewerConnecting(upInMs, layer, isWaiting);
  }

  /** A viewer's transport came up; the viewer waits for a key frame of this track. */
  handleViewerStarted(): void {
    if (!this.closed && !this.muted) this.#keyFrames?.handleViewerStarted();
  }

  close(): void {
    this.#layers?.close();
    this.#keyFrames?.close();
    this.producer.close();
  }

  /**
   * A camera that sends nothing although it should has a dead line. What is lost on it is forgotten, or it would all be
   * requested again before anything else, once the line is back. A key frame is then forced, because a request that was
   * lost delays the next one by up to a second. Not if the publisher's page sends one by itself: what it sends again
   * keeps the score of one layer above zero when its first report counts the losses, so that viewers keep a picture.
   */
  #followSilence(): void {
    let isDead = false;
    this.producer.on('score', async (scores) => {
      const isSilent = scores.every(({ score }) => score === 0);
      if (isSilent && !isDead && this.askedLayer !== NO_LAYER) {
        isDead = (await this.#receivesNothing()) && this.producer.score.every(({ score }) => score === 0);
        this.#hasKeyFrame = false;
        if (isDead) this.forgetLost();
      } else if (isDead && !isSilent) {
        isDead = false;
        await delay(KEY_FRAME_WITHIN_MS);
        if (!this.#hasKeyFrame) this.forgetLost();
      }
    });
  }

  /** A score of zero can mean many losses too. */
  async #receivesNothing(): Promise<boolean> {
    const before = await this.#countPackets();
    await delay(SILENCE_MS);
    return (await this.#countPackets()) === before;
  }

  async #countPackets(): Promise<number> {
    // Fails only if the track ended meanwhile.
    const stats = await this.producer.getStats().catch(() => []);
    return stats.reduce((sum, { packetCount }) => sum + packetCount, 0);
  }

  /** Packets of sound are small and sent evenly, so that their delay is that of the line. */
  #followUplink(emitNarrow: (share: number) => void): void {
    const [codec] = this.producer.rtpParameters.codecs;
    if (!codec) return;
    const uplink = new UplinkDelay(codec.clockRate);
    tracePackets(this.producer, ['rtp'], ({ rtpTimestamp, atMs }) => {
      const share = uplink.handlePacket(rtpTimestamp, atMs);
      if (share !== undefined) emitNarrow(share);
    });
  }

  #followKeyFrames(): void {
    tracePackets(this.producer, ['pli', 'fir', 'keyframe'], (packet) => {
      if (packet.type !== 'keyframe') return this.#keyFrames?.handlePli();
      this.#hasKeyFrame = true;
      this.#keyFrames?.handleKeyFrame(this.producer.score.find(({ ssrc }) => ssrc === packet.ssrc)?.encodingIdx ?? 0);
    });
  }
}

/** A session that receives the tracks on stage: a viewer's, or a pipe to another node. */
export interface TrackWatcher {
  /** An unused spare, which receives the tracks of the publisher's spare instead. */
  readonly isSpare: boolean;
  addTrack(track: StageTrack): void;
  removeTracks(tracks: StageTrack[]): void;
  handleTrackMuted(track: StageTrack): void;
  handleSentLayerChanged(track: StageTrack): void;
  /** The layer of the track that it wants, if it receives the track. */
  preferredLayer(track: StageTrack): number | undefined;
}
