/**
 * The chat of a room for embedders: the ordered entries, sending, removing, and reading further back. It feeds `chat-log.ts` and
 * fetches what that finds missing. It knows nothing of access: the room opens and closes it.
 */
import type { ChatEntry, ChatMessage, ChatPage } from '../../server/protocol/chat.ts';
import type { MessageId } from '../../server/protocol/ids.ts';
import { ChatLog, type SeqRange } from './chat-log.ts';
import type { Connection } from './connection.ts';
import { LogeError, toLogeError } from './errors.ts';
import type { ChatItem, RoomEventMap } from './events.ts';
import { CHAT } from './limits.ts';
import type { Log } from './log.ts';
import { createKey } from './random-key.ts';

type ChatEventName = 'chatMessage' | 'chatMessageRemoved' | 'chatHistory' | 'chatGap' | 'tipReceived';
export type ChatEmit = <N extends ChatEventName>(name: N, payload: RoomEventMap[N]) => void;

interface ChatDependencies {
  connection: Pick<Connection, 'request' | 'requestReliably'>;
  emit: ChatEmit;
  log: Log;
}

/**
 * The chat of a room. Entries have a gapless sequence number; they are shown in its order, once each, also across reconnects.
 *
 * @example
 * ```ts
 * room.on(RoomEvent.chatMessage, (message) => list.append(`${message.from.name}: ${message.text}`));
 * await room.chat.send('Good evening!');
 * ```
 */
export class Chat {
  readonly #connection: ChatDependencies['connection'];
  readonly #emit: ChatEmit;
  readonly #log: Log;
  readonly #entries = new ChatLog();
  #sending: Promise<unknown> = Promise.resolve();
  #pending = 0;
  #repairing = false;
  #gapTimer: ReturnType<typeof setTimeout> | undefined;

  /** @internal */
  constructor(dependencies: ChatDependencies) {
    this.#connection = dependencies.connection;
    this.#emit = dependencies.emit;
    this.#log = dependencies.log;
  }

  /**
   * Messages and tips in order, at most the newest 500 (2,000 after `loadEarlier()`). A new array after every change. A removed
   * message stays in its place with `removed` and no text.
   */
  get messages(): readonly ChatItem[] {
    return this.#entries.items;
  }

  /** Whether there are entries before `messages` that `loadEarlier()` can fetch. */
  get hasEarlier(): boolean {
    return this.#entries.lastSeq !== null && this.#entries.firstSeq > 1 && this.messages.length < CHAT.keptWithEarlier;
  }

  /**
   * Sends a message; resolves when the server has it for good. While the connection is down it waits, and is sent once.
   * @throws {LogeError} `message_empty`, `message_too_long`, `chat_not_allowed`, `access_required`, `rate_limited` (see
   * `retryAfterMs`), `too_many_pending`.
   */
  send(text: string): Promise<ChatMessage> {
    if (this.#pending >= CHAT.pendingMessages) return Promise.reject(new LogeError('too_many_pending'));
    this.#pending += 1;
    const clientId = createKey();
    // One after another, so that a repeated message does not overtake the one before it.
    const sent = this.#sending.then(() => this.#connection.requestReliably('chat:send', { clientId, text }));
    this.#sending = sent.catch(() => undefined);
    return sent
      .then(({ message }) => {
        this.handleEntries([message]);
        return message;
      })
      .finally(() => {
        this.#pending -= 1;
      });
  }

  /**
   * Removes a message for everyone; for the creator and moderators, and for one's own messages where the house allows it.
   * @throws {LogeError} `forbidden`, `message_not_found`.
   */
  async remove(messageId: MessageId, reason?: string): Promise<void> {
    await this.#connection.request('chat:remove', { messageId, ...(reason ? { reason } : {}) });
  }

  /** Fetches a page of what was before `messages`; resolves to whether there is still more. */
  async loadEarlier(): Promise<boolean> {
    if (!this.hasEarlier) return false;
    const page = await this.#connection.request('chat:history', { before: this.#entries.firstSeq });
    const more = this.#entries.prepend(page);
    this.#emit('chatHistory', this.messages);
    return more;
  }

  /** @internal Sequence number to resume after; undefined before the first page. */
  get since(): number | undefined {
    return this.#entries.lastSeq ?? undefined;
  }

  /** @internal The page that comes with entering the room, and with every reconnect. */
  handlePage(page: ChatPage): void {
    const { lastSeq } = this.#entries;
    // A log that is shorter than what was seen is another log: the server's was lost.
    if (lastSeq === null || page.lastSeq < lastSeq) {
      const overtook = this.#entries.reset(page);
      this.#emit('chatHistory', this.messages);
      this.#tell(overtook);
      return;
    }
    this.#entries.noteLastSeq(page.lastSeq);
    this.handleEntries(page.entries);
    if (this.#entries.isBehind) void this.#repair();
  }

  /** @internal Entries of a frame, or one's own message with the answer to sending it. */
  handleEntries(entries: readonly ChatEntry[]): void {
    this.#tell(this.#entries.accept(entries));
    if (!this.#entries.isBehind) {
      clearTimeout(this.#gapTimer);
      this.#gapTimer = undefined;
    } else if (!this.#repairing) {
      this.#gapTimer ??= setTimeout(() => void this.#repair(), CHAT.gapWaitMs);
    }
  }

  /** @internal Access is gone: nothing of the chat stays. */
  close(): void {
    clearTimeout(this.#gapTimer);
    this.#gapTimer = undefined;
    const hadMessages = this.messages.length > 0;
    this.#entries.clear();
    if (hadMessages) this.#emit('chatHistory', this.messages);
  }

  async #repair(): Promise<void> {
    clearTimeout(this.#gapTimer);
    this.#gapTimer = undefined;
    if (this.#repairing) return;
    this.#repairing = true;
    try {
      for (let pages = 0; this.#entries.isBehind && pages < CHAT.gapPages; pages += 1) {
        const since = this.#entries.lastSeq ?? 0;
        const page = await this.#connection.request('chat:history', { since });
        this.#log('debug', 'chat gap fetched', { since, entries: page.entries.length });
        this.#takeAfter(page, since);
      }
      if (this.#entries.isBehind) {
        const since = this.#entries.lastSeq ?? 0;
        this.#takeAfter(await this.#connection.request('chat:history', {}), since);
      }
    } catch (error) {
      // A reconnect brings what is missing by itself; otherwise the next frame starts this anew.
      this.#log('debug', 'chat gap not fetched', { code: toLogeError(error, 'internal').code });
    } finally {
      this.#repairing = false;
    }
  }

  /** The log may have moved on, or been closed and opened anew, while the page was on its way: then the page is only more entries. */
  #takeAfter(page: ChatPage, since: number): void {
    if (this.#entries.lastSeq !== since) {
      this.handleEntries(page.entries);
      return;
    }
    const { entries, skipped } = this.#entries.acceptAfter(page);
    if (skipped) this.#tellGap(skipped);
    this.#tell(entries);
  }

  #tellGap(range: SeqRange): void {
    this.#log('info', 'chat entries skipped', { ...range });
    this.#emit('chatGap', range);
  }

  #tell(entries: readonly ChatEntry[]): void {
    for (const entry of entries) {
      if (entry.kind === 'tip') this.#emit('tipReceived', entry);
      else if (entry.kind === 'removal') {
        this.#emit('chatMessageRemoved', { id: entry.messageId, by: entry.by, reason: entry.reason, seq: entry.seq });
      } else if (!entry.removed) this.#emit('chatMessage', entry);
    }
  }
}
