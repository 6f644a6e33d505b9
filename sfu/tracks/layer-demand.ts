/**
 * Requests the layers of one track from its publisher. A higher layer is requested at once, since a viewer waits for
 * it; a lower one after a delay, since people who leave or shrink a window often come back, and starting a layer costs
 * a key frame.
 */
export class LayerDemand {
  readonly #emit: (maxSpatialLayer: number) => void;
  readonly #loweringDelayMs: number;
  #requested: number;
  #wanted: number;
  #lowering: NodeJS.Timeout | undefined;

  /** A publisher starts with all its layers, of which `topLayer` is the highest. */
  constructor(options: { topLayer: number; loweringDelayMs: number; emit: (maxSpatialLayer: number) => void }) {
    this.#requested = options.topLayer;
    this.#wanted = options.topLayer;
    this.#loweringDelayMs = options.loweringDelayMs;
    this.#emit = options.emit;
  }

  get requested(): number {
    return this.#requested;
  }

  update(wanted: number): void {
    this.#wanted = wanted;
    if (wanted < this.#requested) {
      this.#lowering ??= setTimeout(() => this.#lower(), this.#loweringDelayMs).unref();
      return;
    }
    this.close();
    if (wanted === this.#requested) return;
    this.#requested = wanted;
    this.#emit(wanted);
  }

  close(): void {
    clearTimeout(this.#lowering);
    this.#lowering = undefined;
  }

  #lower(): void {
    this.#lowering = undefined;
    this.#requested = this.#wanted;
    this.#emit(this.#requested);
  }
}
