/**
 * What the publisher of one track has been told to send. More is asked for at once, since a viewer waits for it; less only after a
 * while, since people who leave or shrink a window often come back, and starting a layer costs a key frame.
 */
export class LayerDemand {
  readonly #tell: (maxSpatialLayer: number) => void;
  readonly #loweringDelayMs: number;
  #told: number;
  #wanted: number;
  #lowering: NodeJS.Timeout | undefined;

  /** A publisher begins with all its layers, of which `topLayer` is the highest. */
  constructor(options: { topLayer: number; loweringDelayMs: number; tell: (maxSpatialLayer: number) => void }) {
    this.#told = options.topLayer;
    this.#wanted = options.topLayer;
    this.#loweringDelayMs = options.loweringDelayMs;
    this.#tell = options.tell;
  }

  get told(): number {
    return this.#told;
  }

  update(wanted: number): void {
    this.#wanted = wanted;
    if (wanted < this.#told) {
      this.#lowering ??= setTimeout(() => this.#lower(), this.#loweringDelayMs).unref();
      return;
    }
    this.close();
    if (wanted === this.#told) return;
    this.#told = wanted;
    this.#tell(wanted);
  }

  close(): void {
    clearTimeout(this.#lowering);
    this.#lowering = undefined;
  }

  #lower(): void {
    this.#lowering = undefined;
    this.#told = this.#wanted;
    this.#tell(this.#told);
  }
}
