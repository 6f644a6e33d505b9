/**
 * Messages between gateways. A message is small, JSON, and may be lost: whatever must not be lost is in the database, and the bus only
 * says that there is something to look at. In one process it stays in memory.
 */
export interface Bus {
  publish(topic: string, message: unknown): void;
  /** Calls `handler` for every message on `topic`, in order; returns a function that ends the subscription. */
  subscribe(topic: string, handler: (message: unknown) => void): () => void;
  close(): Promise<void>;
}

export class MemoryBus implements Bus {
  readonly #handlers = new Map<string, Set<(message: unknown) => void>>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  publish(topic: string, message: unknown): void {
    const handlers = this.#handlers.get(topic);
    if (!handlers) return;
    // Through JSON, as over a network: nobody can come to rely on sharing an object.
    const text = JSON.stringify(message);
    queueMicrotask(() => {
      for (const handler of handlers) {
        try {
          handler(JSON.parse(text));
        } catch (error) {
          this.#onError(error);
        }
      }
    });
  }

  subscribe(topic: string, handler: (message: unknown) => void): () => void {
    const handlers = this.#handlers.get(topic) ?? new Set();
    this.#handlers.set(topic, handlers);
    handlers.add(handler);
    return () => {
      handlers.delete(handler);
      if (handlers.size === 0) this.#handlers.delete(topic);
    };
  }

  async close(): Promise<void> {
    this.#handlers.clear();
  }
}
