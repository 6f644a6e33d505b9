/**
 * Raises a viewer to the full frame rate of a track that has just started. A worker selects among the temporal layers
 * whose packets it has seen; at the start of a stream that is the lowest one, a quarter of the frames, until its next
 * check, once a second. A change of the preferred layers makes it check at once: so this changes them to the lowest
 * temporal layer and back.
 */
import type { types } from 'mediasoup';

/**
 * Delays after a change to the lowest frame rate, by which packets of all temporal layers have arrived, also of a slow
 * stream.
 */
const CHECKS_AFTER_MS = [120, 250, 500];

export class FrameRateRise {
  readonly #consumer: types.Consumer;
  readonly #spatialLayer: () => number;
  #timers: NodeJS.Timeout[] = [];

  /** Watches this consumer until it is closed; `spatialLayer` returns the viewer's preferred layer. */
  static watch(consumer: types.Consumer, spatialLayer: () => number): void {
    const rise = new FrameRateRise(consumer, spatialLayer);
    consumer.on('layerschange', (layers) => rise.#handleLayers(layers));
    consumer.observer.once('close', () => rise.#stop());
  }

  private constructor(consumer: types.Consumer, spatialLayer: () => number) {
    this.#consumer = consumer;
    this.#spatialLayer = spatialLayer;
  }

  #handleLayers(layers: types.ConsumerLayers | undefined): void {
    this.#stop();
    if (layers?.temporalLayer !== 0) return;
    this.#timers = CHECKS_AFTER_MS.map((afterMs) => setTimeout(() => this.#forceCheck(), afterMs));
  }

  /** A viewer whose bandwidth does not allow more keeps its layer. */
  #forceCheck(): void {
    const consumer = this.#consumer;
    const spatialLayer = this.#spatialLayer();
    // Both fail only if the consumer ended meanwhile.
    consumer.setPreferredLayers({ spatialLayer, temporalLayer: 0 }).catch(() => {});
    consumer.setPreferredLayers({ spatialLayer }).catch(() => {});
  }

  #stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }
}
