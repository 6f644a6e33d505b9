/**
 * The ordered log of a room's chat as a client keeps it: entries are let through in sequence, once each; what comes early is held
 * back until what is before it has come, and what the server says that it left out is no gap. What is kept is bounded at both ends, so that
 * somebody can read back for as long as they like. Pure: no socket, no clock. `chat.ts` feeds it and fetches what is missing.
 */
import type { ChatEntry, ChatPage } from '../../../server/protocol/chat.ts';
import type { ChatItem } from '../events.ts';
import { CHAT } from '../limits.ts';
import { applyToItems, eraseFromItems, isItem } from './chat-items.ts';
import type { SeqRange } from './chat-sampling.ts';

export class ChatLog {
  #list: ChatItem[] = [];
  #snapshot: readonly ChatItem[] | null = null;
  #held = new Map<number, ChatEntry>();
  /** Where ranges begin that the server left out on purpose, and where they end. */
  #sampled = new Map<number, number>();
  #keep: number = CHAT.keptEntries;
  #isFollowing = true;
  /** Everything up to here was let through; null before the first page. */
  #lastSeq: number | null = null;
  /** The highest number that the server was heard of. */
  #knownSeq = 0;
  /** The lowest number that `items` reaches back to. */
  #firstSeq = 1;
  /** The number that `items` reaches up to where it lacks the end of the log; null where it has it. */
  #cutSeq: number | null = null;
  /** The newest items while `items` lacks them, complete after `#tailAfterSeq`: what a page from the server is joined to. */
  #tail: ChatItem[] = [];
  #tailAfterSeq = 0;

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

  /** Number after which `items` lacks what the log has; null while it reaches to the end. */
  get cutSeq(): number | null {
    return this.#cutSeq;
  }

  /**
   * Whoever does not follow reads further back: what they may be reading is kept, up to the larger limit. Past it the new entries are
   * let through and not kept, see `cutSeq`.
   */
  setFollowing(isFollowing: boolean): void {
    this.#isFollowing = isFollowing;
    if (!isFollowing || this.#cutSeq !== null) return;
    this.#keep = CHAT.keptEntries;
    this.#trim();
  }

  /**
   * Starts over from a page: its entries are the past, and are not reported as new. Entries that overtook the page are; they are
   * returned.
   */
  reset(page: ChatPage): ChatEntry[] {
    this.#cutSeq = null;
    this.#tail = [];
    // After a log of the server's own was lost, what is held belongs to the old one.
    const overtook = this.#lastSeq === null ? [...this.#held.values()] : [];
    if (this.#lastSeq !== null) this.#sampled.clear();
    this.#held.clear();
    this.#lastSeq = page.lastSeq;
    this.#knownSeq = page.lastSeq;
    this.showNewest(page);
    return this.accept(overtook);
  }

  clear(): void {
    this.#list = [];
    this.#snapshot = null;
    this.#held.clear();
    this.#sampled.clear();
    this.#lastSeq = null;
    this.#knownSeq = 0;
    this.#firstSeq = 1;
    this.#cutSeq = null;
    this.#tail = [];
    this.#isFollowing = true;
  }

  /** Puts the newest page in the place of the items; what is in it beyond `lastSeq` comes by itself. */
  showNewest(page: ChatPage): void {
    const entries = inOrder(page.entries).filter(({ seq }) => seq <= (this.#lastSeq ?? 0));
    this.#keep = CHAT.keptEntries;
    this.#isFollowing = true;
    this.#firstSeq = entries[0]?.seq ?? (this.#lastSeq ?? 0) + 1;
    this.#list = [];
    for (const entry of entries) applyToItems(this.#list, entry);
    this.#join(entries.at(-1)?.seq ?? page.lastSeq);
    this.#trim();
  }

  /** The server says how far the log goes. */
  noteLastSeq(seq: number): void {
    this.#knownSeq = Math.max(this.#knownSeq, seq);
  }

  /**
   * Takes entries in any order, doubled or early, with the ranges that the server left out, and returns those entries that are new and
   * next, in order.
   */
  accept(entries: readonly ChatEntry[], sampled: readonly SeqRange[] = []): ChatEntry[] {
    const released: ChatEntry[] = [];
    for (const { fromSeq, toSeq } of sampled) {
      this.noteLastSeq(toSeq);
      // Past the limit a range is let go: the log is asked for it like for any gap.
      const isNews = toSeq > (this.#lastSeq ?? 0) && this.#sampled.size < CHAT.heldEntries;
      if (isNews) this.#sampled.set(fromSeq, Math.max(toSeq, this.#sampled.get(fromSeq) ?? 0));
    }
    for (const entry of entries) {
      this.noteLastSeq(entry.seq);
      if (entry.seq <= (this.#lastSeq ?? 0) || this.#held.has(entry.seq)) continue;
      // Past the limit an early entry is let go: the log is asked for it when its turn comes.
      const isNext = this.#lastSeq !== null && entry.seq === this.#lastSeq + 1;
      if (isNext || this.#held.size < CHAT.heldEntries) this.#held.set(entry.seq, entry);
      if (this.#lastSeq !== null) this.#release(released);
    }
    if (this.#lastSeq !== null) this.#release(released);
    this.#trim();
    return released;
  }

  /**
   * Takes an entry that may have been left out for everyone else, as one's own message is: puts it in its place among the items.
   * Returns whether that was news.
   */
  insert(entry: ChatItem): boolean {
    if (this.#lastSeq === null || entry.seq > this.#lastSeq || entry.seq < this.#firstSeq) return false;
    if (this.#cutSeq !== null && entry.seq > this.#cutSeq) return false;
    const index = this.#list.findLastIndex((item) => item.seq <= entry.seq);
    if (this.#list[index]?.seq === entry.seq) return false;
    this.#list.splice(index + 1, 0, entry);
    this.#snapshot = null;
    return true;
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

  /** Puts an earlier page before the items, and drops what is then too much at their end. Returns whether there may be more before it. */
  prepend(page: ChatPage): boolean {
    const entries = inOrder(page.entries).filter((entry) => entry.seq < this.#firstSeq);
    const earlier: ChatItem[] = [];
    for (const entry of entries) applyToItems(earlier, entry);
    this.#list.unshift(...earlier);
    this.#keep = Math.min(CHAT.keptWithEarlier, Math.max(this.#keep, this.#list.length));
    this.#firstSeq = entries[0]?.seq ?? 1;
    const surplus = this.#list.length - CHAT.keptWithEarlier;
    if (surplus > 0) this.#cut(this.#list.splice(-surplus, surplus));
    this.#snapshot = null;
    return this.#firstSeq > 1;
  }

  /** Puts the page after `cutSeq` behind the items, and drops what is then too much at their start. */
  append(page: ChatPage): void {
    const cutSeq = this.#cutSeq;
    if (cutSeq === null) return;
    const last = this.#lastSeq ?? 0;
    const entries = inOrder(page.entries).filter(({ seq }) => seq > cutSeq && seq <= last);
    for (const entry of entries) applyToItems(this.#list, entry);
    this.#join(entries.at(-1)?.seq ?? last);
    this.#trimTo(CHAT.keptWithEarlier);
  }

  /** Somebody's words are gone for good. Returns whether any of them were here. */
  erase(identity: string): boolean {
    const isChanged = [this.#list, this.#tail].map((items) => eraseFromItems(items, identity)).includes(true);
    if (isChanged) this.#snapshot = null;
    return isChanged;
  }

  #release(into: ChatEntry[]): void {
    for (;;) {
      const seq: number = (this.#lastSeq ?? 0) + 1;
      const entry = this.#held.get(seq);
      if (entry) {
        this.#held.delete(seq);
        this.#lastSeq = seq;
        this.#apply(entry);
        into.push(entry);
      } else if (!this.#passSampled(seq)) {
        return;
      }
    }
  }

  /** Goes past what was left out, up to the next entry that has come all the same. */
  #passSampled(seq: number): boolean {
    let toSeq = 0;
    for (const [from, to] of this.#sampled) {
      if (to < seq) this.#sampled.delete(from);
      else if (from <= seq) toSeq = Math.max(toSeq, to);
    }
    if (toSeq === 0) return false;
    for (const held of this.#held.keys()) if (held > seq) toSeq = Math.min(toSeq, held - 1);
    this.#lastSeq = toSeq;
    return true;
  }

  #skipTo(seq: number): SeqRange {
    const skipped = { fromSeq: (this.#lastSeq ?? 0) + 1, toSeq: seq };
    this.#lastSeq = seq;
    for (const held of this.#held.keys()) if (held <= seq) this.#held.delete(held);
    return skipped;
  }

  #apply(entry: ChatEntry): void {
    this.#snapshot = null;
    const isFull = !this.#isFollowing && this.#list.length >= CHAT.keptWithEarlier;
    if (isFull && this.#cutSeq === null && isItem(entry)) {
      this.#cutSeq = entry.seq - 1;
      this.#tailAfterSeq = entry.seq - 1;
    }
    if (this.#cutSeq === null) {
      applyToItems(this.#list, entry);
      return;
    }
    // What is said about messages concerns those that are kept, also where the end is not.
    if (!isItem(entry)) applyToItems(this.#list, entry);
    applyToItems(this.#tail, entry);
    this.#trimTail();
  }

  /** These items at the end are kept no more, but for the newest that a page can be joined to. */
  #cut(dropped: readonly ChatItem[]): void {
    const cutSeq = (dropped[0]?.seq ?? 1) - 1;
    if (this.#cutSeq === null) {
      this.#tail = [...dropped];
      this.#tailAfterSeq = cutSeq;
      this.#trimTail();
    }
    this.#cutSeq = cutSeq;
  }

  #trimTail(): void {
    const surplus = this.#tail.length - CHAT.keptTail;
    if (surplus > 0) this.#tailAfterSeq = this.#tail.splice(0, surplus).at(-1)?.seq ?? this.#tailAfterSeq;
  }

  /** The items reach up to this number: on to the end, if what came since is at hand. */
  #join(reachedSeq: number): void {
    this.#snapshot = null;
    const lastSeq = this.#lastSeq ?? 0;
    const isAtHand = this.#cutSeq !== null && reachedSeq >= this.#tailAfterSeq;
    if (reachedSeq < lastSeq && !isAtHand) {
      this.#cutSeq = reachedSeq;
      return;
    }
    if (isAtHand) this.#list.push(...this.#tail.filter(({ seq }) => seq > reachedSeq));
    this.#tail = [];
    this.#cutSeq = null;
  }

  #trim(): void {
    if (this.#isFollowing && this.#cutSeq === null) this.#trimTo(this.#keep);
  }

  #trimTo(limit: number): void {
    const surplus = this.#list.length - limit;
    if (surplus <= 0) return;
    this.#list.splice(0, surplus);
    this.#snapshot = null;
    this.#firstSeq = this.#list[0]?.seq ?? this.#firstSeq;
  }
}

function inOrder(entries: readonly ChatEntry[]): ChatEntry[] {
  return [...entries].sort((a, b) => a.seq - b.seq);
}
