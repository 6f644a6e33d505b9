/**
 * Has a viewer get the whole frame rate of a track that has only begun. A worker raises a viewer to the temporal layers that it has seen packets of; of
 * a stream that begins that is the lowest, a quarter of the frames, until it looks again, which it does once a second. Whenever the layers that
 * somebody prefers change, it looks at once: so they are changed, to the layer that they have and back.
 */
import type { types } from 'mediasoup';

/** After a change to the lowest frame rate: of a slow stream it takes so long until packets of all temporal layers have come. */
const LOOKS_AFTER_MS = [120, 250, 500];

export class FrameRateRise {
  readonly #consumer: types.Consumer;
  readonly #spatialLayer: () => number;
  #timers: NodeJS.Timeout[] = [];

  /** Looks after this consumer until it is closed; `spatialLayer` answers which one its viewer prefers. */
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
    this.#timers = LOOKS_AFTER_MS.map((afterMs) => setTimeout(() => this.#lookAgain(), afterMs));
  }

  /** What cannot be raised, as the viewer's path does not carry more, stays as it is. */
  #lookAgain(): void {
    const consumer = this.#consumer;
    const spatialLayer = this.#spatialLayer();
    // It may end in between.
    consumer.setPreferredLayers({ spatialLayer, temporalLayer: 0 }).catch(() => {});
    consumer.setPreferredLayers({ spatialLayer }).catch(() => {});
  }

  #stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }
}
