/**
 * The ordered log of a room's chat as a client keeps it: entries are let through in sequence, once each; what comes early is held
 * back until what is before it has come. Pure: no socket, no clock. `chat.ts` feeds it and fetches what is missing.
 */
import type { ChatEntry, ChatPage } from '../../server/protocol/chat.ts';
import type { ChatItem } from './events.ts';
import { CHAT } from './limits.ts';

export interface SeqRange {
  fromSeq: number;
  toSeq: number;
}

export class ChatLog {
  #list: ChatItem[] = [];
  #snapshot: readonly ChatItem[] | null = null;
  #held = new Map<number, ChatEntry>();
  #keep: number = CHAT.keptEntries;
  /** Everything up to here was let through; null before the first page. */
  #lastSeq: number | null = null;
  /** The highest number that the server was heard of. */
  #knownSeq = 0;
  /** The lowest number that `items` reaches back to. */
  #firstSeq = 1;

  /** A new array after every change, so that a view can compare by identity. */
  get items(): readonly ChatItem[] {
    this.#snapshot ??= [...this.#list];
    return this.#snapshot;
  }

  get lastSeq(): number | null {
    return this.#lastSeq;
  }

  get firstSeq(): number {
    return this.#firstSeq;
  }

  /** Whether something before what is known has not come yet. */
  get isBehind(): boolean {
    return this.#lastSeq !== null && this.#lastSeq < this.#knownSeq;
  }

  /**
   * Starts over from a page: its entries are the past, and are not reported as new. Entries that overtook the page are; they are
   * returned.
   */
  reset(page: ChatPage): ChatEntry[] {
    const entries = inOrder(page.entries);
    // After a log of the server's own was lost, what is held belongs to the old one.
    const overtook = this.#lastSeq === null ? [...this.#held.values()] : [];
    this.#held.clear();
    this.#keep = CHAT.keptEntries;
    this.#lastSeq = page.lastSeq;
    this.#knownSeq = page.lastSeq;
    this.#firstSeq = entries[0]?.seq ?? page.lastSeq + 1;
    this.#list = [];
    this.#snapshot = null;
    for (const entry of entries) this.#apply(entry);
    this.#trim();
    return this.accept(overtook);
  }

  clear(): void {
    this.#list = [];
    this.#snapshot = null;
    this.#held.clear();
    this.#lastSeq = null;
    this.#knownSeq = 0;
    this.#firstSeq = 1;
  }

  /** The server says how far the log goes. */
  noteLastSeq(seq: number): void {
    this.#knownSeq = Math.max(this.#knownSeq, seq);
  }

  /** Takes entries in any order, doubled or early, and returns those that are new and next, in order. */
  accept(entries: readonly ChatEntry[]): ChatEntry[] {
    const released: ChatEntry[] = [];
    for (const entry of entries) {
      this.noteLastSeq(entry.seq);
      if (entry.seq <= (this.#lastSeq ?? 0) || this.#held.has(entry.seq)) continue;
      // Past the limit an early entry is let go: the log is asked for it when its turn comes.
      const isNext = this.#lastSeq !== null && entry.seq === this.#lastSeq + 1;
      if (isNext || this.#held.size < CHAT.heldEntries) this.#held.set(entry.seq, entry);
      if (this.#lastSeq !== null) this.#release(released);
    }
    this.#trim();
    return released;
  }

  /**
   * Takes the answer to "everything after `lastSeq`". What such an answer leaves out at its start exists no more: the range is
   * returned as skipped and the log goes on behind it.
   */
  acceptAfter(page: ChatPage): { entries: ChatEntry[]; skipped: SeqRange | null } {
    if (this.#lastSeq === null) return { entries: [], skipped: null };
    this.noteLastSeq(page.lastSeq);
    const ordered = inOrder(page.entries).filter((entry) => entry.seq > (this.#lastSeq ?? 0));
    const next = ordered[0]?.seq ?? page.lastSeq + 1;
    const skipped = next > this.#lastSeq + 1 && !this.#held.has(this.#lastSeq + 1) ? this.#skipTo(next - 1) : null;
    return { entries: this.accept(ordered), skipped };
  }

  /** Puts an earlier page before the items; returns whether there may be more before it. */
  prepend(page: ChatPage): boolean {
    const earlier = new ChatLog();
    const entries = inOrder(page.entries).filter((entry) => entry.seq < this.#firstSeq);
    for (const entry of entries) earlier.#apply(entry);
    this.#keep = Math.min(CHAT.keptWithEarlier, Math.max(this.#keep, this.#list.length + earlier.#list.length));
    const room = Math.max(0, this.#keep - this.#list.length);
    this.#list.unshift(...earlier.#list.slice(Math.max(0, earlier.#list.length - room)));
    this.#snapshot = null;
    this.#firstSeq = entries[0]?.seq ?? 1;
    return this.#firstSeq > 1 && this.#list.length < CHAT.keptWithEarlier;
  }

  #release(into: ChatEntry[]): void {
    for (;;) {
      const seq: number = (this.#lastSeq ?? 0) + 1;
      const entry = this.#held.get(seq);
      if (!entry) return;
      this.#held.delete(seq);
      this.#lastSeq = seq;
      this.#apply(entry);
      into.push(entry);
    }
  }

  #skipTo(seq: number): SeqRange {
    const skipped = { fromSeq: (this.#lastSeq ?? 0) + 1, toSeq: seq };
    this.#lastSeq = seq;
    for (const held of this.#held.keys()) if (held <= seq) this.#held.delete(held);
    return skipped;
  }

  #apply(entry: ChatEntry): void {
    this.#snapshot = null;
    if (entry.kind !== 'removal') {
      this.#list.push(entry);
      return;
    }
    const index = this.#list.findLastIndex((item) => item.id === entry.messageId);
    const message = this.#list[index];
    if (message?.kind === 'message') this.#list[index] = { ...message, text: '', removed: true };
  }

  #trim(): void {
    const surplus = this.#list.length - this.#keep;
    if (surplus <= 0) return;
    this.#list.splice(0, surplus);
    this.#snapshot = null;
    this.#firstSeq = this.#list[0]?.seq ?? this.#firstSeq;
  }
}

function inOrder(entries: readonly ChatEntry[]): ChatEntry[] {
  return [...entries].sort((a, b) => a.seq - b.seq);
}
