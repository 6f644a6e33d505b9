import type { types } from 'mediasoup';
import type { TrackSource } from './contract.ts';
import { LayerDemand } from './layer-demand.ts';
import { layerScales, type Size, SOURCE_SIZE_DEFAULT } from './layers.ts';

export interface StageTrackOptions {
  producer: types.Producer;
  source: TrackSource;
  sourceSize?: Size;
  loweringDelayMs: number;
  tellLayersWanted: (maxSpatialLayer: number) => void;
}

/** One track on stage: the producer, what it shows, and what its publisher has been asked to send. */
export class StageTrack {
  readonly producer: types.Producer;
  readonly source: TrackSource;
  readonly sourceSize: Size;
  /** How much smaller than the source each layer is, lowest layer first; one entry for what has no layers. */
  readonly scales: readonly number[];
  readonly #demand: LayerDemand | undefined;

  constructor({ producer, source, sourceSize, loweringDelayMs, tellLayersWanted }: StageTrackOptions) {
    this.producer = producer;
    this.source = source;
    this.sourceSize = sourceSize ?? SOURCE_SIZE_DEFAULT;
    this.scales = producer.kind === 'video' ? layerScales(producer.rtpParameters.encodings) : [1];
    // Sound costs next to nothing and its first word must not be lost, so it is never switched off.
    if (producer.kind === 'video') {
      this.#demand = new LayerDemand({ topLayer: this.scales.length - 1, loweringDelayMs, tell: tellLayersWanted });
    }
  }

  get id(): string {
    return this.producer.id;
  }

  get mid(): string | undefined {
    return this.producer.rtpParameters.mid;
  }

  get muted(): boolean {
    return this.producer.paused;
  }

  /** Video of which viewers may get one layer or another. */
  get layered(): boolean {
    return this.scales.length > 1;
  }

  get closed(): boolean {
    return this.producer.closed;
  }

  updateDemand(wantedLayer: number): void {
    if (!this.closed) this.#demand?.update(wantedLayer);
  }

  close(): void {
    this.#demand?.close();
    this.producer.close();
  }
}
