import type { SfuEvent } from './contract.ts';
import type { SfuLog } from './log.ts';

/** Those who listen to a node. A listener's fault must not leave a session half closed, so it is logged and goes no further. */
export class EventListeners {
  readonly #log: SfuLog;
  readonly #listeners = new Set<(event: SfuEvent) => void>();

  constructor(log: SfuLog) {
    this.#log = log;
  }

  add(listener: (event: SfuEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readonly emit = (event: SfuEvent): void => {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#log.error({ err: error, event: event.type }, 'listener of SFU events failed');
      }
    }
  };

  clear(): void {
    this.#listeners.clear();
  }
}
