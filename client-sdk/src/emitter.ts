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
  /** Whether each stays after it was called. */
  readonly #listeners = new Map<keyof EventMap, Map<Listener<never>, boolean | undefined>>();
  readonly #onListenerError: (error: unknown) => void;

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError;
  }

  /** Adds a listener and returns the function that removes it. One that was added to stay stays. */
  on<Name extends keyof EventMap>(name: Name, listener: Listener<EventMap[Name]>, stays = true): () => void {
    let listeners = this.#listeners.get(name);
    if (!listeners) {
      listeners = new Map();
      this.#listeners.set(name, listeners);
    }
    listeners.set(listener as Listener<never>, stays || listeners.get(listener as Listener<never>));
    return () => this.off(name, listener);
  }

  once<Name extends keyof EventMap>(name: Name, listener: Listener<EventMap[Name]>): () => void {
    return this.on(name, listener, false);
  }

  off<Name extends keyof EventMap>(name: Name, listener: Listener<EventMap[Name]>): void {
    this.#listeners.get(name)?.delete(listener as Listener<never>);
  }

  emit<Name extends keyof EventMap>(name: Name, payload: EventMap[Name]): void {
    for (const [listener, stays] of [...(this.#listeners.get(name) ?? [])]) {
      if (!stays) this.off(name, listener as Listener<EventMap[Name]>);
      try {
        (listener as Listener<EventMap[Name]>)(payload);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }
}
