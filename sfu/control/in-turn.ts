/**
 * Has things handled one after the other: each once all that the one before set going has come to rest or waits for something outside (its
 * microtasks). Messages that came in one piece are otherwise handled in one go, and whoever awaits the first goes on only after the last.
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

  /** What waits is not handled any more. */
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
      // A tick that is asked for by a microtask comes after all of them, and before anything from outside.
      queueMicrotask(() => process.nextTick(this.#next));
    }
  };
}
