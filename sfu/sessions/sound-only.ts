/**
 * Spares a viewer the picture for a while, because their line carries the sound alone. Only trying shows whether it
 * carries more again: a worker estimates no bandwidth while it sends no video. Each try costs the sound a moment, so
 * that they become rarer.
 */
const REST_MS = 5_000;
const REST_MAX_MS = 60_000;

export class SoundOnly {
  readonly #onEnded: () => void;
  #timer: NodeJS.Timeout | undefined;
  #restMs = REST_MS;
  #endedAtMs = Number.NEGATIVE_INFINITY;

  constructor(onEnded: () => void) {
    this.#onEnded = onEnded;
  }

  get isOn(): boolean {
    return this.#timer !== undefined;
  }

  begin(): void {
    if (this.isOn) return;
    const wasShort = performance.now() - this.#endedAtMs < REST_MAX_MS;
    this.#restMs = wasShort ? Math.min(REST_MAX_MS, this.#restMs * 2) : REST_MS;
    this.#timer = setTimeout(() => this.end(), this.#restMs).unref();
  }

  /** Tries the picture again. */
  end(): void {
    if (!this.isOn) return;
    this.close();
    this.#endedAtMs = performance.now();
    this.#onEnded();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
