/**
 * Fetches the entries that the chat log misses. It waits shortly for entries in flight, then fetches a bounded number
 * of pages after the last entry, and finally skips to the newest page and reports the gap. It retries with backoff
 * until the log is complete or the chat is closed, because in a quiet room no later frame would trigger it.
 */
import type { ChatEntry, ChatPage } from '../../../server/protocol/chat/chat.ts';
import { backoffMs } from '../backoff.ts';
import { toLogeError } from '../errors.ts';
import { CHAT } from '../limits.ts';
import type { Log } from '../log.ts';
import type { ChatLog } from './chat-log.ts';
import type { SeqRange } from './chat-sampling.ts';

const JITTER = 0.5;

interface RepairDependencies {
  entries: ChatLog;
  history(input: { since?: number }): Promise<ChatPage>;
  /** The log has released entries; `skipped` is a range before them that it lacks. */
  onReleased(released: { entries: readonly ChatEntry[]; skipped: SeqRange | null }): void;
  log: Log;
}

export class ChatRepair {
  readonly #dependencies: RepairDependencies;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isRunning = false;
  /** Consecutive attempts that left entries missing. */
  #attempts = 0;

  constructor(dependencies: RepairDependencies) {
    this.#dependencies = dependencies;
  }

  /** Called after every change of the log: starts or stops the timer, depending on whether entries are missing. */
  update(): void {
    if (!this.#dependencies.entries.isBehind) this.stop();
    else if (!this.#isRunning) this.#runIn(CHAT.gapWaitMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#attempts = 0;
  }

  #runIn(waitMs: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#fetch();
    }, waitMs);
  }

  /** Fetches at once, without waiting for the backoff. */
  run(): Promise<void> {
    this.stop();
    return this.#fetch();
  }

  async #fetch(): Promise<void> {
    const { entries, history, log } = this.#dependencies;
    if (this.#isRunning || !entries.isBehind) return;
    this.#isRunning = true;
    let retryAfterMs = 0;
    try {
      for (let pages = 0; entries.isBehind && pages < CHAT.gapPages; pages += 1) {
        const since = entries.lastSeq ?? 0;
        const page = await history({ since });
        log('debug', 'chat gap fetched', { since, entries: page.entries.length });
        this.#takeAfter(page, since);
      }
      if (entries.isBehind) {
        const since = entries.lastSeq ?? 0;
        this.#takeAfter(await history({}), since);
      }
    } catch (error) {
      const failure = toLogeError(error, 'internal');
      retryAfterMs = failure.retryAfterMs ?? 0;
      log('debug', 'chat gap fetch failed', { code: failure.code });
      // The connection or the access has ended; the next welcome starts the repair again.
      if (!failure.retryable) return;
    } finally {
      this.#isRunning = false;
    }
    if (!entries.isBehind) {
      this.stop();
      return;
    }
    // The request failed, or frames that arrived meanwhile left another gap.
    this.#runIn(Math.max(retryAfterMs, backoffMs(CHAT.gapBackoffMs, this.#attempts, JITTER)));
    this.#attempts += 1;
  }

  /**
   * If the log has moved on or was reset while the page was in flight, the page proves no gap: accept it as entries
   * only.
   */
  #takeAfter(page: ChatPage, since: number): void {
    const { entries, onReleased } = this.#dependencies;
    if (entries.lastSeq === since) onReleased(entries.acceptAfter(page));
    else onReleased({ entries: entries.accept(page.entries), skipped: null });
  }
}
