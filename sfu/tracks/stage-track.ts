import { ortc, type types } from 'mediasoup';
import type { TrackSource } from '../contract.ts';
import { KeyFrameDemand } from './key-frame-demand.ts';
import { LayerDemand } from './layer-demand.ts';
import { layerScales, type Size, SOURCE_SIZE_DEFAULT } from './layers.ts';

export interface StageTrackOptions {
  producer: types.Producer;
  source: TrackSource;
  sourceSize?: Size;
  muted: boolean;
  /** Kept ready by a spare: the producer rests, whatever is sent. */
  waiting?: boolean;
  /** Known where the track comes from another node; read from the encodings where it comes from its publisher. */
  scales?: readonly number[];
  loweringDelayMs: number;
  tellLayersWanted: (maxSpatialLayer: number) => void;
  tellKeyFrameWanted: () => void;
}

/** One track on stage: the producer, what it shows, and what its publisher has been asked to send. */
export class StageTrack {
  readonly producer: types.Producer;
  readonly source: TrackSource;
  readonly sourceSize: Size;
  /** How much smaller than the source each layer is, lowest layer first; one entry for what has no layers. */
  readonly scales: readonly number[];
  /** Whether it went with its publisher's session, and not because the publisher took it off: then it may come again from elsewhere. */
  lost = false;
  #muted: boolean;
  #waiting: boolean;
  readonly #layers: LayerDemand | undefined;
  readonly #keyFrames: KeyFrameDemand | undefined;

  constructor(options: StageTrackOptions) {
    const { producer, source, sourceSize, loweringDelayMs } = options;
    this.producer = producer;
    this.source = source;
    this.#muted = options.muted;
    this.#waiting = options.waiting ?? false;
    this.sourceSize = sourceSize ?? SOURCE_SIZE_DEFAULT;
    this.scales = options.scales ?? (producer.kind === 'video' ? layerScales(producer.rtpParameters.encodings) : [1]);
    // Sound costs next to nothing and its first word must not be lost, so it is never switched off.
    if (producer.kind === 'video') {
      const topLayer = this.scales.length - 1;
      this.#layers = new LayerDemand({ topLayer, loweringDelayMs, tell: options.tellLayersWanted });
      this.#keyFrames = new KeyFrameDemand({ tell: options.tellKeyFrameWanted });
      this.#followPlis();
    }
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

  async setMuted(muted: boolean): Promise<void> {
    this.#muted = muted;
    if (!this.#waiting) await (muted ? this.producer.pause() : this.producer.resume());
  }

  /** It is on stage from now on. */
  wake(): void {
    this.#waiting = false;
    // One that ended in between has nothing to show.
    if (!this.#muted) this.producer.resume().catch(() => {});
    this.handleViewerTold();
  }

  /** Video of which viewers may get one layer or another. */
  get layered(): boolean {
    return this.scales.length > 1;
  }

  get closed(): boolean {
    return this.producer.closed;
  }

  /** Whether somebody with these capabilities can decode it. */
  canBeConsumed(rtpCapabilities: types.RtpCapabilities): boolean {
    if (this.closed) return false;
    try {
      // mediasoup completes what it is given, which is the client's and shared by all tracks.
      return ortc.canConsume(this.producer.consumableRtpParameters, structuredClone(rtpCapabilities));
    } catch {
      // Capabilities that make no sense decode nothing.
      return false;
    }
  }

  updateDemand(wantedLayer: number): void {
    if (!this.closed) this.#layers?.update(wantedLayer);
  }

  /** The highest layer that whoever sends it has been asked for. */
  get askedLayer(): number {
    return this.#layers?.told ?? this.scales.length - 1;
  }

  /** Somebody behind a pipe waits for a first picture that a PLI can't get them soon enough. */
  handleKeyFrameWanted(): void {
    if (!this.closed && !this.muted) this.#keyFrames?.handleWanted();
  }

  /** A viewer whose path was up before has been told of this track, or has it on stage by now. */
  handleViewerTold(): void {
    if (!this.closed && !this.muted) this.#keyFrames?.handleViewerTold();
  }

  /** A viewer of this track came up and waits for a first picture. */
  handleViewerStarted(): void {
    if (!this.closed && !this.muted) this.#keyFrames?.handleViewerStarted();
  }

  close(): void {
    this.#layers?.close();
    this.#keyFrames?.close();
    this.producer.close();
  }

  #followPlis(): void {
    this.producer.on('trace', ({ type }) => {
      if (type === 'pli' || type === 'fir') this.#keyFrames?.handlePli();
    });
    // Without the trace viewers only wait a little longer; a producer that ended meanwhile needs none.
    this.producer.enableTraceEvent(['pli', 'fir']).catch(() => {});
  }
}
