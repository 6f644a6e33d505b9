/** A typed event emitter. A listener that throws does not stop the other listeners. */

export type Listener<Payload> = (payload: Payload) => void;

/**
 * Adds and removes listeners, and emits events to them.
 *
 * @example
 * ```ts
 * const stop = room.on(RoomEvent.viewerCount, (count) => { badge.textContent = String(count); });
 * stop();
 * ```
 */
export class Emitter<EventMap> {
  /** Each with whether it stays after an event. */
  readonly #listeners = new Map<keyof EventMap, Map<Listener<never>, boolean>>();
  readonly #onListenerError: (error: unknown) => void;

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  /** Adds a listener and returns the function that removes it. `once()` does not shorten what `on()` has added. */
  on<Name extends keyof EventMap>(name: Name, listener: Listener<EventMap[Name]>, stays = true): () => void {
    let listeners = this.#listeners.get(name);
    if (!listeners) {
      listeners = new Map();
      this.#listeners.set(name, listeners);
    }
    listeners.set(listener as Listener<never>, stays || listeners.get(listener as Listener<never>) === true);
    return () => this.off(name, listener);
  }

  once<Name extends keyof EventMap>(name: Name, listener: Listener<EventMap[Name]>): () => void {
    return this.on(name, listener, false);
  }

  off<Name extends keyof EventMap>(name: Name, listener: Listener<EventMap[Name]>): void {
    this.#listeners.get(name)?.delete(listener as Listener<never>);
  }

  emit<Name extends keyof EventMap>(name: Name, payload: EventMap[Name]): void {
    const listeners = this.#listeners.get(name);
    for (const listener of [...(listeners?.keys() ?? [])]) {
      // Read now: an earlier listener may have added it to stay.
      if (listeners?.get(listener) === false) listeners.delete(listener);
      try {
        (listener as Listener<EventMap[Name]>)(payload);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }
}
