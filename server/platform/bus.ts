/**
 * Messages between gateways. A message is small, JSON, and may be lost: whatever must not be lost is in the database, and the bus only
 * says that there is something to look at. In one process it stays in memory; between several it goes over Redis (`redis-bus.ts`).
 * A topic may be one room's (`roomTopic`), so that a gateway is told of the rooms that it has people in and of no others.
 */
export interface Bus {
  publish(topic: string, message: unknown): void;
  /** Calls `handler` for every message on `topic`, in the order of each publisher; the answer ends the subscription. */
  subscribe(topic: string, handler: (message: unknown) => void): Subscription;
  /** Whether messages to and from other processes pass now. Always true where there are no others. */
  readonly isConnected: boolean;
  /** Calls `listener` when messages pass again after they may have been lost; whoever relies on them looks at the database then. */
  onRestored(listener: () => void): () => void;
  /** Calls `listener` when another process says that it could not pass on a message of its own; also while this one is connected. */
  onMissed(listener: () => void): () => void;
  close(): Promise<void>;
}

/** Calling it ends the subscription. */
export interface Subscription {
  (): void;
  /** Resolves once messages of others arrive, or cannot for now. */
  readonly ready: Promise<void>;
}

export type BusHandler = (message: unknown) => void;

/** The topic of one room among those of its kind. */
export function roomTopic(topic: string, room: string): string {
  return `${topic}/${room}`;
}

export class MemoryBus implements Bus {
  readonly isConnected = true;
  readonly #handlers = new Map<string, Set<BusHandler>>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  publish(topic: string, message: unknown): void {
    if (!this.#handlers.has(topic)) return;
    // Through JSON, as over a network: nobody can come to rely on sharing an object.
    const text = JSON.stringify(message);
    queueMicrotask(() => this.deliver(topic, text));
  }

  /** Hands the text of a message to whoever listens here. */
  deliver(topic: string, text: string): void {
    for (const handler of this.#handlers.get(topic) ?? []) {
      try {
        handler(JSON.parse(text));
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  subscribe(topic: string, handler: BusHandler): Subscription {
    const handlers = this.#handlers.get(topic) ?? new Set();
    this.#handlers.set(topic, handlers);
    // Each subscription is one, also of the same function twice.
    const own: BusHandler = (message) => handler(message);
    handlers.add(own);
    const end = () => {
      handlers.delete(own);
      if (handlers.size === 0 && this.#handlers.get(topic) === handlers) this.#handlers.delete(topic);
    };
    return Object.assign(end, { ready: Promise.resolve() });
  }

  onRestored(): () => void {
    return () => {};
  }

  onMissed(): () => void {
    return () => {};
  }

  async close(): Promise<void> {
    this.#handlers.clear();
  }
}
