/**
 * Handles items one after the other, each only after the microtasks of the previous one have run. Frames that arrive in
 * one TCP segment would otherwise be handled in one go, and code that awaits the first one would continue only after
 * the last one.
 */
export class InTurn<T> {
  readonly #handle: (item: T) => void;
  readonly #waiting: T[] = [];
  #isBusy = false;

  constructor(handle: (item: T) => void) {
    this.#handle = handle;
  }

  add(item: T): void {
    this.#waiting.push(item);
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#next();
  }

  /** Drops the items that have not been handled. */
  clear(): void {
    this.#waiting.length = 0;
  }

  readonly #next = (): void => {
    const item = this.#waiting.shift();
    if (item === undefined) {
      this.#isBusy = false;
      return;
    }
    try {
      this.#handle(item);
    } finally {
      // A tick scheduled from a microtask runs after all microtasks and before any I/O.
      queueMicrotask(() => process.nextTick(this.#next));
    }
  };
}
