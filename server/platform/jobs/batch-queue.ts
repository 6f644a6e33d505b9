/**
 * Work that arrives item by item and is done in batches, one after the other: what arrives during one batch waits for
 * the next. Past its limit it refuses further items.
 */
import { AppError } from '../../protocol/errors.ts';

const FULL_RETRY_MS = 1_000;

export class BatchQueue<Item> {
  readonly #itemsMax: number;
  readonly #runBatch: (queue: Item[]) => Promise<void>;
  readonly #queue: Item[] = [];
  #running: Promise<void> | undefined;

  /** `runBatch` removes items from the head of the queue, at least one, and settles them; it never rejects. */
  constructor(options: { itemsMax: number; runBatch: (queue: Item[]) => Promise<void> }) {
    this.#itemsMax = options.itemsMax;
    this.#runBatch = options.runBatch;
  }

  /** Throws `unavailable` while the queue is full. */
  add(item: Item): void {
    if (this.#queue.length >= this.#itemsMax)
      throw new AppError('unavailable', undefined, { retryAfterMs: FULL_RETRY_MS });
    this.#queue.push(item);
    this.#running ??= this.#run();
  }

  /** Resolves when the queue is empty and its last batch is done. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    // Items of the same turn of the event loop join the first batch.
    await new Promise(setImmediate);
    while (this.#queue.length > 0) await this.#runBatch(this.#queue);
    // In the turn of the last check: an item that is added between the two would wait for the next one.
    this.#running = undefined;
  }
}
