/**
 * Fetches what the log of a chat lacks: waits a moment for what may be on its way, then asks for everything after the last entry, a bounded
 * number of pages, and in the end takes the newest page and says what was left out.
 */
import type { ChatEntry, ChatPage } from '../../server/protocol/chat.ts';
import type { ChatLog } from './chat-log.ts';
import type { SeqRange } from './chat-sampling.ts';
import { toLogeError } from './errors.ts';
import { CHAT } from './limits.ts';
import type { Log } from './log.ts';

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

  constructor(dependencies: RepairDependencies) {
    this.#dependencies = dependencies;
  }

  /** The log was given something: starts or stops waiting, by whether it lacks anything. */
  watch(): void {
    if (!this.#dependencies.entries.isBehind) this.stop();
    else if (!this.#isRunning) this.#timer ??= setTimeout(() => void this.run(), CHAT.gapWaitMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async run(): Promise<void> {
    const { entries, history, log } = this.#dependencies;
    this.stop();
    if (this.#isRunning || !entries.isBehind) return;
    this.#isRunning = true;
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
      // A reconnect brings what is missing by itself; otherwise the next frame starts this anew.
      log('debug', 'chat gap not fetched', { code: toLogeError(error, 'internal').code });
    } finally {
      this.#isRunning = false;
    }
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
