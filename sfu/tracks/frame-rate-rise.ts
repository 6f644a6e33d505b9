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
/**
 * To send all frames the worker waits for one of the highest temporal layer that depends on the lowest alone: the first
 * after a key frame, which a busy encoder often leaves out, and then every eighth. For half of the frames it is the
 * second one (Chromium's VP8). This is between the two at 25 frames a second.
 */
const HALF_AFTER_MS = 50;

export class FrameRateRise {
  readonly #consumer: types.Consumer;
  readonly #spatialLayer: () => number;
  #timers: NodeJS.Timeout[] = [];
  #isHalved = false;

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
    if (layers?.temporalLayer === 1 && this.#isHalved) {
      this.#prefer(undefined);
      return;
    }
    this.#stop();
    if (layers?.temporalLayer !== 0) return;
    const halving = setTimeout(() => this.#halve(), HALF_AFTER_MS);
    this.#timers = [halving, ...CHECKS_AFTER_MS.map((afterMs) => setTimeout(() => this.#forceCheck(), afterMs))];
  }

  #halve(): void {
    this.#isHalved = true;
    this.#prefer(1);
  }

  /** A viewer whose bandwidth does not allow more keeps its layer. */
  #forceCheck(): void {
    this.#prefer(0);
    this.#prefer(undefined);
  }

  #prefer(temporalLayer: number | undefined): void {
    const layers = { spatialLayer: this.#spatialLayer(), ...(temporalLayer !== undefined && { temporalLayer }) };
    // Fails only if the consumer ended meanwhile.
    this.#consumer.setPreferredLayers(layers).catch(() => {});
  }

  #stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
    this.#isHalved = false;
  }
}
