import type { types } from 'mediasoup';
import type { ConsumerOptions, Viewport } from '../contract.ts';
import { toSfuError } from '../errors.ts';
import { preferredLayer } from '../tracks/layers.ts';
import type { StageTrack } from '../tracks/stage-track.ts';
import type { LineTrack } from './narrow-line.ts';

/** A track that a viewer gets. Without `consumer`, the consumer is still being created. */
export class WatchedTrack implements LineTrack {
  readonly track: StageTrack;
  preferredLayer: number;
  ceiling = Number.POSITIVE_INFINITY;
  consumer: types.Consumer | undefined;

  constructor(track: StageTrack, viewport: Viewport | undefined) {
    this.track = track;
    this.preferredLayer = preferredLayer(viewport, track.scales, track.sourceSize);
  }

  get muted(): boolean {
    return this.track.muted;
  }

  get bitrates(): readonly number[] | undefined {
    return this.track.bitrates;
  }

  /** The preferred layer as far as the publisher sends it. */
  get wantedLayer(): number {
    return Math.min(this.preferredLayer, this.track.sentLayer);
  }

  /** The layer to select. */
  get layer(): number {
    return Math.min(this.wantedLayer, this.ceiling);
  }

  /** Answers whether this changes anything. */
  setViewport(viewport: Viewport): boolean {
    const before = this.preferredLayer;
    this.preferredLayer = preferredLayer(viewport, this.track.scales, this.track.sourceSize);
    return this.preferredLayer !== before;
  }

  /** Fails only where the consumer exists and refuses. */
  async selectLayer(): Promise<void> {
    const { track, consumer } = this;
    if (!consumer || !track.layered) return;
    try {
      await consumer.setPreferredLayers({ spatialLayer: this.layer });
    } catch (error) {
      // The consumer ended in between.
      if (!consumer.closed && !track.closed) throw toSfuError(error, 'cannot_consume');
    }
  }

  applyLayer(): void {
    this.selectLayer().catch(() => {});
  }

  get consumerOptions(): ConsumerOptions | undefined {
    const { track, consumer } = this;
    if (!consumer || consumer.closed) return undefined;
    const { id, producerId, kind, rtpParameters } = consumer;
    return { id, producerId, kind, rtpParameters, source: track.source, muted: track.muted };
  }
}
