/**
 * Connects the chat's log, gap repair and outbox to the server and emits their events. The public facade is `chat.ts`;
 * the room decides about access.
 */
import type { ChatEntry, ChatMessage, ChatPage } from '../../../server/protocol/chat/chat.ts';
import type { MutedPerson } from '../../../server/protocol/chat/chat-room.ts';
import type { EventData } from '../../../server/protocol/realtime.ts';
import type { Connection } from '../connection/connection.ts';
import type { ChatItem, RoomEventMap } from '../events.ts';
import { CHAT } from '../limits.ts';
import type { Log } from '../log.ts';
import { ChatLog } from './chat-log.ts';
import { ChatMutes } from './chat-mutes.ts';
import { ChatOutbox } from './chat-outbox.ts';
import { ChatRepair } from './chat-repair.ts';
import { type ChatSampling, parseSampled, SamplingMeter } from './chat-sampling.ts';

type ChatEventName = Extract<keyof RoomEventMap, `chat${string}`> | 'tipReceived' | 'tipRefunded';
export type ChatEmit = <N extends ChatEventName>(name: N, payload: RoomEventMap[N]) => void;

export interface ChatDependencies {
  connection: Pick<Connection, 'request' | 'requestReliably'>;
  emit: ChatEmit;
  log: Log;
}

export class ChatFeed {
  readonly entries = new ChatLog();
  readonly mutes = new ChatMutes();
  readonly outbox: ChatOutbox;
  readonly #connection: ChatDependencies['connection'];
  readonly #emit: ChatEmit;
  readonly #repair: ChatRepair;
  readonly #meter = new SamplingMeter();
  #sampling: ChatSampling | null = null;
  #samplingTimer: ReturnType<typeof setTimeout> | undefined;
  /** Incremented by `close()`, so that answers to earlier requests are ignored. */
  #epoch = 0;

  constructor({ connection, emit, log }: ChatDependencies) {
    this.#connection = connection;
    this.#emit = emit;
    this.#repair = new ChatRepair({
      entries: this.entries,
      history: (input) => connection.request('chat:history', input),
      onReleased: ({ entries, skipped }) => {
        if (skipped) {
          log('info', 'chat entries skipped', { ...skipped });
          emit('chatGap', skipped);
          emit('chatHistory', this.items);
        }
        this.#emitEntries(entries);
      },
      log,
    });
    this.outbox = new ChatOutbox({
      request: ({ mentions, ...input }) =>
        connection.requestReliably('chat:send', { ...input, ...(mentions ? { mentions: [...mentions] } : {}) }),
      deliver: (message) => this.#deliver(message),
      onChange: () => emit('chatOutgoing', this.outbox.messages),
    });
  }

  get items(): readonly ChatItem[] {
    return this.mutes.show(this.entries.items);
  }

  get sampling(): ChatSampling | null {
    return this.#sampling;
  }

  async loadEarlier(): Promise<boolean> {
    const epoch = this.#epoch;
    const before = this.entries.firstSeq;
    const page = await this.#connection.request('chat:history', { before });
    // The items may start elsewhere by now; the page would leave a gap before them.
    if (epoch !== this.#epoch || before !== this.entries.firstSeq) return this.entries.firstSeq > 1;
    const more = this.entries.prepend(page);
    this.#emit('chatHistory', this.items);
    return more;
  }

  async loadLater(): Promise<boolean> {
    const since = this.entries.cutSeq;
    if (since === null) return false;
    const epoch = this.#epoch;
    const page = await this.#connection.request('chat:history', { since });
    if (epoch === this.#epoch && this.entries.cutSeq === since) {
      this.entries.append(page);
      this.#emit('chatHistory', this.items);
    }
    return this.entries.cutSeq !== null;
  }

  async showNewest(): Promise<void> {
    const epoch = this.#epoch;
    // While the page is in flight, more messages may arrive than it can be joined with; then fetch another page.
    for (let pages = 0; this.entries.cutSeq !== null && pages < CHAT.gapPages; pages += 1) {
      const page = await this.#connection.request('chat:history', {});
      if (epoch !== this.#epoch) return;
      this.entries.showNewest(page);
      this.#emit('chatHistory', this.items);
    }
    this.entries.setFollowing(true);
  }

  /** The page of the welcome, on entering the room and after every reconnect. */
  handlePage(page: ChatPage): void {
    const { lastSeq } = this.entries;
    // The server has lost its log and started a new one.
    if (lastSeq === null || page.lastSeq < lastSeq) {
      const released = this.entries.reset(page);
      this.#emit('chatHistory', this.items);
      this.#emitEntries(released);
      return;
    }
    this.entries.noteLastSeq(page.lastSeq);
    this.#handleEntries(page.entries);
    if (this.entries.isBehind) void this.#repair.run();
  }

  handleFrame(frame: EventData<'chat:frame'>): void {
    const { dropped, ranges } = parseSampled(frame);
    const released = this.entries.accept(frame.entries, ranges);
    if (dropped > 0 || this.#sampling) this.#noteSampling(frame.entries.length, dropped);
    this.#emitEntries(released);
    this.#repair.update();
  }

  handleMuted(people: readonly MutedPerson[], moderates?: boolean): void {
    if (!this.mutes.set(people, moderates)) return;
    this.#emit('chatMuted', people);
    this.#emit('chatHistory', this.items);
  }

  handleErased({ identity }: { identity: string }): void {
    if (this.entries.erase(identity)) this.#emit('chatHistory', this.items);
  }

  close(): void {
    this.#epoch += 1;
    this.#repair.stop();
    clearTimeout(this.#samplingTimer);
    this.#samplingTimer = undefined;
    this.#meter.clear();
    this.#sampling = null;
    this.outbox.clear();
    const hadItems = this.entries.items.length > 0;
    this.entries.clear();
    this.mutes.set([]);
    if (hadItems) this.#emit('chatHistory', this.items);
  }

  #handleEntries(entries: readonly ChatEntry[]): void {
    this.#emitEntries(this.entries.accept(entries));
    this.#repair.update();
  }

  /** The server may have left this message out of the frames when sampling; then it is inserted in its place. */
  #deliver(message: ChatMessage): boolean {
    if (message.seq <= (this.entries.lastSeq ?? 0)) {
      if (this.entries.insert(message)) this.#emit('chatMessage', message);
      return true;
    }
    this.#handleEntries([message]);
    return message.seq <= (this.entries.lastSeq ?? 0);
  }

  #noteSampling(shown: number, dropped: number): void {
    this.#meter.note({ shown, dropped });
    this.#samplingTimer ??= setTimeout(() => {
      this.#samplingTimer = undefined;
      const current = this.#meter.current;
      const before = this.#sampling;
      this.#sampling = current;
      if (current) this.#noteSampling(0, 0);
      if (current?.shown !== before?.shown || current?.total !== before?.total) this.#emit('chatSampled', current);
    }, CHAT.sampledReportMs);
  }

  #emitEntries(entries: readonly ChatEntry[]): void {
    this.outbox.handleLastSeq(this.entries.lastSeq ?? 0);
    for (const entry of entries) {
      switch (entry.kind) {
        case 'tip':
          this.#emit('tipReceived', this.mutes.showTip(entry));
          break;
        case 'tip_refund':
          this.#emit('tipRefunded', { id: entry.tip, seq: entry.seq });
          break;
        case 'removal': {
          const { messageId: id, by, reason, seq } = entry;
          this.#emit('chatMessageRemoved', { id, by, reason, seq });
          break;
        }
        case 'purge': {
          const { identity, uptoSeq, by, reason, seq } = entry;
          this.#emit('chatAuthorRemoved', { identity, uptoSeq, by, reason, seq });
          break;
        }
        case 'notice':
          this.#emit('chatNotice', entry);
          break;
        case 'restoration':
          this.#emit('chatHistory', this.items);
          break;
        default:
          if (!entry.removed && !entry.erased && !this.mutes.hides(entry.from)) this.#emit('chatMessage', entry);
      }
    }
  }
}
