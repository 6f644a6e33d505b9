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
  readonly #listeners = new Map<keyof EventMap, Set<Listener<never>>>();
  readonly #onListenerError: (error: unknown) => void;

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  /** Adds a listener and returns the function that removes it. */
  on<Name extends keyof EventMap>(name: Name, listener: Listener<EventMap[Name]>): () => void {
    let listeners = this.#listeners.get(name);
    if (!listeners) {
      listeners = new Set();
      this.#listeners.set(name, listeners);
    }
    listeners.add(listener as Listener<never>);
    return () => this.off(name, listener);
  }

  once<Name extends keyof EventMap>(name: Name, listener: Listener<EventMap[Name]>): () => void {
    const stop = this.on(name, (payload) => {
      stop();
      listener(payload);
    });
    return stop;
  }

  off<Name extends keyof EventMap>(name: Name, listener: Listener<EventMap[Name]>): void {
    this.#listeners.get(name)?.delete(listener as Listener<never>);
  }

  emit<Name extends keyof EventMap>(name: Name, payload: EventMap[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        (listener as Listener<EventMap[Name]>)(payload);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }
}
