/**
 * The ordered log of all rooms as one queue. Entries that arrive during a transaction are committed together in the
 * next one, so that a hundred messages cost one commit; each is acknowledged once it is durable. Moderation acts use
 * the same queue, each with its own transaction, so that this process publishes a room's changes in log order.
 */
import { BatchQueue } from '../../platform/jobs/batch-queue.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { ActTransaction, Appended, Bumped, ChatStore } from './chat.store.ts';
import type { NewEntry } from './entry-row.ts';
import type { LogEntry } from './log-entry.ts';

const BATCH_ENTRIES = 200;
/** Queue limit; further senders are refused and may retry. */
const QUEUE_ENTRIES = 5_000;

interface WaitingEntry {
  entry: NewEntry;
  resolve: (appended: { entry: LogEntry; isNew: boolean }) => void;
  reject: (error: unknown) => void;
}

/** Runs one act and settles its caller's promise. */
type WaitingAct = () => Promise<void>;

export interface LogListeners {
  onAppended: (room: RoomId, entries: LogEntry[]) => void;
  /** The policy of these rooms has changed. */
  onBumped: (bumped: Bumped[]) => void;
}

export class ChatLog {
  readonly #store: ChatStore;
  readonly #listeners: LogListeners;
  readonly #queue: BatchQueue<WaitingEntry | WaitingAct>;

  constructor(options: { store: ChatStore } & LogListeners) {
    this.#store = options.store;
    this.#listeners = options;
    this.#queue = new BatchQueue({ itemsMax: QUEUE_ENTRIES, runBatch: (queue) => this.#runBatch(queue) });
  }

  append(entry: NewEntry): Promise<{ entry: LogEntry; isNew: boolean }> {
    return new Promise((resolve, reject) => this.#queue.add({ entry, resolve, reject }));
  }

  /** Runs an act in its turn: its changes, entries and audit record are one transaction. */
  act<T>(room: RoomId, work: (act: ActTransaction) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.add(async () => {
        try {
          const { result, entries, bumped } = await this.#store.act(room, work);
          if (bumped.length > 0) this.#listeners.onBumped(bumped);
          if (entries.length > 0) this.#listeners.onAppended(room, entries);
          resolve(result);
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** One act, or the entries at the head of the queue, up to the next act. */
  async #runBatch(queue: (WaitingEntry | WaitingAct)[]): Promise<void> {
    const end = queue.findIndex((waiting) => typeof waiting === 'function');
    if (end === 0) return (queue.shift() as WaitingAct)();
    const length = Math.min(end < 0 ? queue.length : end, BATCH_ENTRIES);
    await this.#appendBatch(queue.splice(0, length) as WaitingEntry[]);
  }

  async #appendBatch(batch: WaitingEntry[]): Promise<void> {
    try {
      const appended = await this.#store.appendAll(batch.map((waiting) => waiting.entry));
      this.#announce(batch, appended);
      for (const [index, waiting] of batch.entries()) {
        const result = appended[index] as Appended;
        if ('refused' in result) waiting.reject(result.refused);
        else waiting.resolve(result);
      }
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    }
  }

  #announce(batch: WaitingEntry[], appended: Appended[]): void {
    const byRoom = new Map<RoomId, LogEntry[]>();
    for (const [index, waiting] of batch.entries()) {
      const result = appended[index];
      if (!result || 'refused' in result || !result.isNew) continue;
      const entries = byRoom.get(waiting.entry.room);
      if (entries) entries.push(result.entry);
      else byRoom.set(waiting.entry.room, [result.entry]);
    }
    for (const [room, entries] of byRoom) this.#listeners.onAppended(room, entries);
  }

  /** Waits until accepted entries are durable. */
  async close(): Promise<void> {
    await this.#queue.idle();
  }
}
