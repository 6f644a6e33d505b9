import type { SfuLog } from './log.ts';

/** The listeners of a node. An error in one is logged and not thrown, so that it cannot leave a session half closed. */
export class EventListeners<E extends { type: string }> {
  readonly #log: SfuLog;
  readonly #listeners = new Set<(event: E) => void>();

  constructor(log: SfuLog) {
    this.#log = log;
  }

  add(listener: (event: E) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readonly emit = (event: E): void => {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#log.error({ err: error, event: event.type }, 'sfu event listener failed');
      }
    }
  };

  clear(): void {
    this.#listeners.clear();
  }
}
