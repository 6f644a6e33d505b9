/**
 * The ordered log of every room as one queue: what arrives while a transaction is under way goes into the next one together, so that a
 * hundred messages cost one commit, and each is acknowledged once it is on disk.
 */
import { AppError } from '../protocol/errors.ts';
import type { Appended, ChatStore, NewEntry } from './chat.store.ts';

const BATCH_ENTRIES = 200;
/** Entries that may wait at once; beyond, senders are told to come back. */
const QUEUE_ENTRIES = 5_000;
const QUEUE_FULL_RETRY_MS = 1_000;

interface Waiting {
  entry: NewEntry;
  resolve: (appended: Appended) => void;
  reject: (error: unknown) => void;
}

export class ChatLog {
  readonly #store: ChatStore;
  readonly #onAppended: (room: string, appended: Appended[]) => void;
  readonly #queue: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(options: { store: ChatStore; onAppended: (room: string, appended: Appended[]) => void }) {
    this.#store = options.store;
    this.#onAppended = options.onAppended;
  }

  append(entry: NewEntry): Promise<Appended> {
    if (this.#queue.length >= QUEUE_ENTRIES) {
      return Promise.reject(new AppError('unavailable', undefined, { retryAfterMs: QUEUE_FULL_RETRY_MS }));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ entry, resolve, reject });
      this.#running ??= this.#drain().finally(() => {
        this.#running = undefined;
      });
    });
  }

  async #drain(): Promise<void> {
    // Whatever else arrives in this turn of the event loop joins the first batch.
    await new Promise(setImmediate);
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, BATCH_ENTRIES);
      try {
        const appended = await this.#store.appendAll(batch.map((waiting) => waiting.entry));
        this.#announce(batch, appended);
        for (const [index, waiting] of batch.entries()) waiting.resolve(appended[index] as Appended);
      } catch (error) {
        for (const waiting of batch) waiting.reject(error);
      }
    }
  }

  #announce(batch: Waiting[], appended: Appended[]): void {
    const byRoom = new Map<string, Appended[]>();
    for (const [index, waiting] of batch.entries()) {
      const result = appended[index];
      if (!result?.isNew) continue;
      byRoom.set(waiting.entry.room, [...(byRoom.get(waiting.entry.room) ?? []), result]);
    }
    for (const [room, results] of byRoom) this.#onAppended(room, results);
  }

  /** Waits for what was accepted to be on disk. */
  async close(): Promise<void> {
    await this.#running;
  }
}
