/**
 * Messages between gateways. A message is small, JSON, and may be lost: what must not be lost is in the database, and
 * the bus only says that it changed. In memory for one process, over Redis (`redis-bus.ts`) for several. A topic can
 * belong to a room (`roomTopic`), so that a gateway receives only the rooms in which it has people.
 */
export interface Bus {
  publish(topic: string, message: unknown): void;
  /** Calls `handler` for every message on `topic`, in the order of each publisher. The result ends the subscription. */
  subscribe(topic: string, handler: (message: unknown) => void): Subscription;
  /** Whether messages to and from other processes pass now. Always true with one process. */
  readonly isConnected: boolean;
  /** Calls `listener` when messages pass again after some may have been lost. Subscribers then read the database. */
  onRestored(listener: () => void): () => void;
  /**
   * Calls `listener` when another process reports that it could not publish messages, also while this one is connected.
   * The first of them was lost `agoMs` ago.
   */
  onMissed(listener: (agoMs: number) => void): () => void;
  close(): Promise<void>;
}

/** Calling it ends the subscription. */
export interface Subscription {
  (): void;
  /** Resolves once messages of other processes arrive, or when that is not possible for now. */
  readonly ready: Promise<void>;
}

export type BusHandler = (message: unknown) => void;

/** The topic of one room. */
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
    // Copied through JSON, as over a network, so that no code comes to rely on a shared object.
    const text = JSON.stringify(message);
    queueMicrotask(() => this.deliver(topic, text));
  }

  /** Delivers the text of a message to the listeners of this process. */
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
    // Each subscription counts, also of the same function twice.
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
