/**
 * The ordered log of every room as one queue: what arrives while a transaction is under way goes into the next one together, so that a
 * hundred messages cost one commit, and each is acknowledged once it is on disk. Acts of moderators stand in the same queue, each with a
 * transaction of its own: what this process tells of a room comes in the order of the log.
 */
import type { ChatEntry } from '../../protocol/chat/chat.ts';
import type { ActKind } from '../../protocol/chat/chat-moderation.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { ActTransaction, Appended, Bumped, ChatStore } from './chat.store.ts';
import type { NewEntry } from './entry-row.ts';

const BATCH_ENTRIES = 200;
/** Entries that may wait at once; beyond, senders are told to come back. */
const QUEUE_ENTRIES = 5_000;
const QUEUE_FULL_RETRY_MS = 1_000;

interface WaitingEntry {
  entry: NewEntry;
  resolve: (appended: { entry: ChatEntry; isNew: boolean }) => void;
  reject: (error: unknown) => void;
}

/** Does one act, and settles the promise of whoever asked for it. */
type WaitingAct = () => Promise<void>;

export interface LogListeners {
  onAppended: (room: RoomId, entries: ChatEntry[]) => void;
  /** What governs these rooms has changed. */
  onBumped: (bumped: Bumped[]) => void;
  onActed: (acts: ActKind[]) => void;
}

export class ChatLog {
  readonly #store: ChatStore;
  readonly #listeners: LogListeners;
  readonly #queue: (WaitingEntry | WaitingAct)[] = [];
  #running: Promise<void> | undefined;

  constructor(options: { store: ChatStore } & LogListeners) {
    this.#store = options.store;
    this.#listeners = options;
  }

  append(entry: NewEntry): Promise<{ entry: ChatEntry; isNew: boolean }> {
    return new Promise((resolve, reject) => this.#add({ entry, resolve, reject }, reject));
  }

  /** Runs an act in its turn: its changes, the entries that it appends and its record are one transaction. */
  act<T>(room: RoomId, work: (act: ActTransaction) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#add(async () => {
        try {
          const { result, entries, bumped, acts } = await this.#store.act(room, work);
          this.#listeners.onActed(acts);
          if (bumped.length > 0) this.#listeners.onBumped(bumped);
          if (entries.length > 0) this.#listeners.onAppended(room, entries);
          resolve(result);
        } catch (error) {
          reject(error);
        }
      }, reject);
    });
  }

  #add(waiting: WaitingEntry | WaitingAct, reject: (error: AppError) => void): void {
    if (this.#queue.length >= QUEUE_ENTRIES) {
      reject(new AppError('unavailable', undefined, { retryAfterMs: QUEUE_FULL_RETRY_MS }));
      return;
    }
    this.#queue.push(waiting);
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
    });
  }

  async #drain(): Promise<void> {
    // Whatever else arrives in this turn of the event loop joins the first batch.
    await new Promise(setImmediate);
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (typeof next === 'function') {
        this.#queue.shift();
        await next();
      } else {
        await this.#appendBatch(this.#takeBatch());
      }
    }
  }

  /** The entries at the head of the queue, up to the next act. */
  #takeBatch(): WaitingEntry[] {
    const end = this.#queue.findIndex((waiting) => typeof waiting === 'function');
    const length = Math.min(end < 0 ? this.#queue.length : end, BATCH_ENTRIES);
    return this.#queue.splice(0, length) as WaitingEntry[];
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
    const byRoom = new Map<RoomId, ChatEntry[]>();
    for (const [index, waiting] of batch.entries()) {
      const result = appended[index];
      if (!result || 'refused' in result || !result.isNew) continue;
      const entries = byRoom.get(waiting.entry.room);
      if (entries) entries.push(result.entry);
      else byRoom.set(waiting.entry.room, [result.entry]);
    }
    for (const [room, entries] of byRoom) this.#listeners.onAppended(room, entries);
  }

  /** Waits for what was accepted to be on disk. */
  async close(): Promise<void> {
    await this.#running;
  }
}
