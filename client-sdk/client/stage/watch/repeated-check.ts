/** Checks something again and again until it is closed: each check begins some time after the one before has ended. */
export abstract class RepeatedCheck {
  readonly #everyMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  protected constructor(everyMs: number) {
    this.#everyMs = everyMs;
    this.#checkLater();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** May have been closed while it waited: see `isClosed`. */
  protected abstract check(): Promise<void>;

  protected get isClosed(): boolean {
    return this.#isClosed;
  }

  #checkLater(): void {
    this.#timer = setTimeout(() => void this.#run(), this.#everyMs);
  }

  async #run(): Promise<void> {
    try {
      await this.check();
    } finally {
      if (!this.#isClosed) this.#checkLater();
    }
  }
}
