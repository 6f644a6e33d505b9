/**
 * Fetches what the log of a chat lacks: waits a moment for what may be on its way, then asks for everything after the last entry, a bounded
 * number of pages, and in the end takes the newest page and says what was left out. What it did not get it asks for again, slower each time,
 * until the log has it or the chat is closed: a quiet room has no next frame that would.
 */
import type { ChatEntry, ChatPage } from '../../../server/protocol/chat.ts';
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
  onEntries(entries: readonly ChatEntry[]): void;
  onSkipped(range: SeqRange): void;
  log: Log;
}

export class ChatRepair {
  readonly #dependencies: RepairDependencies;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isRunning = false;
  /** Attempts in a row after which something was missing still. */
  #attempts = 0;

  constructor(dependencies: RepairDependencies) {
    this.#dependencies = dependencies;
  }

  /** The log was given something: starts or stops waiting, by whether it lacks anything. */
  watch(): void {
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

  /** At once, however long the last attempts took. */
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
      log('debug', 'chat gap not fetched', { code: failure.code });
      // Asking again does not help where the connection is given up or access is gone; coming back begins anew.
      if (!failure.retryable) return;
    } finally {
      this.#isRunning = false;
    }
    if (!entries.isBehind) {
      this.stop();
      return;
    }
    // Frames that came meanwhile may have left a gap of their own; a request that failed has mended none.
    this.#runIn(Math.max(retryAfterMs, backoffMs(CHAT.gapBackoffMs, this.#attempts, JITTER)));
    this.#attempts += 1;
  }

  /** The log may have moved on, or been closed and opened anew, while the page was on its way: then the page is only more entries. */
  #takeAfter(page: ChatPage, since: number): void {
    const { entries, onEntries, onSkipped } = this.#dependencies;
    if (entries.lastSeq !== since) {
      onEntries(entries.accept(page.entries));
      return;
    }
    const { entries: released, skipped } = entries.acceptAfter(page);
    if (skipped) onSkipped(skipped);
    onEntries(released);
  }
}
