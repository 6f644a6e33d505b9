/**
 * The client's copy of a room's chat log. It releases entries in sequence, each once: early entries are buffered until
 * the missing ones arrive, and ranges that the server left out (sampled) are skipped. Its size is bounded at both ends,
 * however far somebody reads back. Pure: no socket, no clock. `chat-feed.ts` feeds it and fetches missing entries.
 */
import type { ChatEntry, ChatPage } from '../../../server/protocol/chat/chat.ts';
import type { ChatItem } from '../events.ts';
import { CHAT } from '../limits.ts';
import { applyToItems, eraseFromItems, isItem } from './chat-items.ts';
import type { SeqRange } from './chat-sampling.ts';

export class ChatLog {
  #list: ChatItem[] = [];
  #snapshot: readonly ChatItem[] | null = null;
  #early = new Map<number, ChatEntry>();
  /** Start and end of ranges that the server left out on purpose. */
  #sampled = new Map<number, number>();
  #keep: number = CHAT.keptEntries;
  #isFollowing = true;
  /** All entries up to this one were released; null before the first page. */
  #lastSeq: number | null = null;
  /** The highest sequence number known from the server. */
  #knownSeq = 0;
  /** The first sequence number that `items` covers. */
  #firstSeq = 1;
  /** The last sequence number that `items` covers while it lacks the end of the log; null otherwise. */
  #cutSeq: number | null = null;
  /** The newest items while `items` lacks them, complete after `#tailAfterSeq`; a fetched page is joined to them. */
  #tail: ChatItem[] = [];
  #tailAfterSeq = 0;
  /** The newest removals: a page that was read before them still has the text. */
  #removals: ChatEntry[] = [];

  /** A new array after every change, so that views can compare by identity. */
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

  /** Whether entries are missing before `#knownSeq`. */
  get isBehind(): boolean {
    return this.#lastSeq !== null && this.#lastSeq < this.#knownSeq;
  }

  /** Sequence number after which `items` lacks the end of the log; null while it has the end. */
  get cutSeq(): number | null {
    return this.#cutSeq;
  }

  /**
   * While not following, the reader reads back: older items are kept, up to the larger limit. Past it, new entries are
   * released but not kept, see `cutSeq`.
   */
  setFollowing(isFollowing: boolean): void {
    this.#isFollowing = isFollowing;
    if (!isFollowing || this.#cutSeq !== null) return;
    this.#keep = CHAT.keptEntries;
    this.#trim();
  }

  /**
   * Starts over from a page, whose entries do not count as new. Returns the entries that arrived before the page and
   * follow it.
   */
  reset(page: ChatPage): ChatEntry[] {
    this.#startAt(page.lastSeq + 1);
    // If the server has started a new log, the buffered entries belong to the old one.
    const early = this.#lastSeq === null ? [...this.#early.values()] : [];
    if (this.#lastSeq !== null) this.#sampled.clear();
    this.#early.clear();
    this.#removals = [];
    this.#lastSeq = page.lastSeq;
    this.#knownSeq = page.lastSeq;
    this.showNewest(page);
    return this.accept(early);
  }

  clear(): void {
    this.#startAt(1);
    this.#early.clear();
    this.#sampled.clear();
    this.#lastSeq = null;
    this.#knownSeq = 0;
    this.#removals = [];
    this.#isFollowing = true;
  }

  /** Replaces the items by the newest page; its entries after `lastSeq` arrive separately. */
  showNewest(page: ChatPage): void {
    const entries = sortBySeq(page.entries).filter(({ seq }) => seq <= (this.#lastSeq ?? 0));
    this.#keep = CHAT.keptEntries;
    this.#isFollowing = true;
    this.#firstSeq = entries[0]?.seq ?? (this.#lastSeq ?? 0) + 1;
    this.#list = [];
    this.#applyPage(this.#list, entries, page.lastSeq);
    this.#joinTail(entries.at(-1)?.seq ?? page.lastSeq);
    this.#trim();
  }

  /** Notes that the server's log reaches at least to `seq`. */
  noteLastSeq(seq: number): void {
    this.#knownSeq = Math.max(this.#knownSeq, seq);
  }

  /**
   * Takes entries in any order, with duplicates, and the ranges that the server left out. Returns the entries that can
   * be released now, in sequence.
   */
  accept(entries: readonly ChatEntry[], sampled: readonly SeqRange[] = []): ChatEntry[] {
    const released: ChatEntry[] = [];
    for (const { fromSeq, toSeq } of sampled) {
      this.noteLastSeq(toSeq);
      // Past the limit a range is dropped, and fetched like a gap.
      const isNew = toSeq > (this.#lastSeq ?? 0) && this.#sampled.size < CHAT.earlyEntries;
      if (isNew) this.#sampled.set(fromSeq, Math.max(toSeq, this.#sampled.get(fromSeq) ?? 0));
    }
    for (const entry of entries) {
      this.noteLastSeq(entry.seq);
      if (entry.seq <= (this.#lastSeq ?? 0) || this.#early.has(entry.seq)) continue;
      // Past the limit an early entry is dropped, and fetched when its turn comes.
      const isNext = this.#lastSeq !== null && entry.seq === this.#lastSeq + 1;
      if (isNext || this.#early.size < CHAT.earlyEntries) this.#early.set(entry.seq, entry);
      if (this.#lastSeq !== null) this.#release(released);
    }
    if (this.#lastSeq !== null) this.#release(released);
    this.#trim();
    return released;
  }

  /**
   * Inserts an entry that the server may have left out of the frames, such as the user's own message, in its place.
   * Returns whether it was new.
   */
  insert(entry: ChatItem): boolean {
    if (this.#lastSeq === null || entry.seq > this.#lastSeq || entry.seq < this.#firstSeq) return false;
    if (this.#cutSeq !== null && entry.seq > this.#cutSeq) return false;
    const index = this.#list.findLastIndex((item) => item.seq <= entry.seq);
    if (this.#list[index]?.seq === entry.seq) return false;
    this.#list.splice(index + 1, 0, entry);
    this.#snapshot = null;
    this.#trim();
    return true;
  }

  /**
   * Takes a page of the entries after `lastSeq`. If entries are missing at its start, their range is skipped and
   * returned, and the items start over after it: they would lack the removals in that range.
   */
  acceptAfter(page: ChatPage): { entries: ChatEntry[]; skipped: SeqRange | null } {
    if (this.#lastSeq === null) return { entries: [], skipped: null };
    this.noteLastSeq(page.lastSeq);
    const ordered = sortBySeq(page.entries).filter((entry) => entry.seq > (this.#lastSeq ?? 0));
    const next = ordered[0]?.seq ?? page.lastSeq + 1;
    const skipped = next > this.#lastSeq + 1 && !this.#early.has(this.#lastSeq + 1) ? this.#skipTo(next - 1) : null;
    return { entries: this.accept(ordered), skipped };
  }

  /**
   * Puts an earlier page before the items and trims their end to the limit. Returns whether there are earlier entries.
   */
  prepend(page: ChatPage): boolean {
    const entries = sortBySeq(page.entries).filter((entry) => entry.seq < this.#firstSeq);
    const earlier: ChatItem[] = [];
    this.#applyPage(earlier, entries, page.lastSeq);
    this.#list.unshift(...earlier);
    this.#keep = Math.min(CHAT.keptWithEarlier, Math.max(this.#keep, this.#list.length));
    this.#firstSeq = entries[0]?.seq ?? 1;
    this.#trimEnd();
    this.#snapshot = null;
    return this.#firstSeq > 1;
  }

  /** Appends the page after `cutSeq` to the items and trims their start to the limit. */
  append(page: ChatPage): void {
    const cutSeq = this.#cutSeq;
    if (cutSeq === null) return;
    const last = this.#lastSeq ?? 0;
    const entries = sortBySeq(page.entries).filter(({ seq }) => seq > cutSeq && seq <= last);
    this.#applyPage(this.#list, entries, page.lastSeq);
    this.#joinTail(entries.at(-1)?.seq ?? last);
    this.#trimTo(CHAT.keptWithEarlier);
  }

  /** Erases a person from all items. Returns whether anything changed. */
  erase(identity: string): boolean {
    const isChanged = [this.#list, this.#tail].map((items) => eraseFromItems(items, identity)).includes(true);
    if (isChanged) this.#snapshot = null;
    return isChanged;
  }

  /** Applies the entries of a page, and the removals that the server made after it had read the page. */
  #applyPage(items: ChatItem[], entries: readonly ChatEntry[], readAtSeq: number): void {
    for (const entry of entries) applyToItems(items, entry);
    for (const removal of this.#removals) if (removal.seq > readAtSeq) applyToItems(items, removal);
  }

  #release(into: ChatEntry[]): void {
    for (;;) {
      const seq: number = (this.#lastSeq ?? 0) + 1;
      const entry = this.#early.get(seq);
      if (entry) {
        this.#early.delete(seq);
        this.#lastSeq = seq;
        this.#apply(entry);
        into.push(entry);
      } else if (!this.#skipSampled(seq)) {
        return;
      }
    }
  }

  /** Skips sampled ranges that start at `seq`, up to the next buffered entry. Returns whether it skipped any. */
  #skipSampled(seq: number): boolean {
    let toSeq = 0;
    for (const [from, to] of this.#sampled) {
      if (to < seq) this.#sampled.delete(from);
      else if (from <= seq) toSeq = Math.max(toSeq, to);
    }
    if (toSeq === 0) return false;
    for (const early of this.#early.keys()) if (early > seq) toSeq = Math.min(toSeq, early - 1);
    this.#lastSeq = toSeq;
    return true;
  }

  #skipTo(seq: number): SeqRange {
    const skipped = { fromSeq: (this.#lastSeq ?? 0) + 1, toSeq: seq };
    this.#lastSeq = seq;
    for (const early of this.#early.keys()) if (early <= seq) this.#early.delete(early);
    this.#startAt(seq + 1);
    return skipped;
  }

  /** Drops all items; the next ones start at `firstSeq` and reach the end of the log. */
  #startAt(firstSeq: number): void {
    this.#list = [];
    this.#snapshot = null;
    this.#tail = [];
    this.#cutSeq = null;
    this.#firstSeq = firstSeq;
    this.#keep = CHAT.keptEntries;
  }

  #apply(entry: ChatEntry): void {
    this.#snapshot = null;
    if (!isItem(entry)) this.#removals = [...this.#removals, entry].slice(-CHAT.recentRemovals);
    // Removals apply to the items even if these lack the end of the log.
    if (this.#cutSeq === null || !isItem(entry)) applyToItems(this.#list, entry);
    if (this.#cutSeq === null) return;
    applyToItems(this.#tail, entry);
    this.#trimTail();
  }

  #trimTail(): void {
    const surplus = this.#tail.length - CHAT.keptTail;
    if (surplus > 0) this.#tailAfterSeq = this.#tail.splice(0, surplus).at(-1)?.seq ?? this.#tailAfterSeq;
  }

  /** The items now reach `reachedSeq`. Appends the tail if it continues from there, so that they reach the end. */
  #joinTail(reachedSeq: number): void {
    this.#snapshot = null;
    const lastSeq = this.#lastSeq ?? 0;
    const hasTail = this.#cutSeq !== null && reachedSeq >= this.#tailAfterSeq;
    if (reachedSeq < lastSeq && !hasTail) {
      this.#cutSeq = reachedSeq;
      return;
    }
    if (hasTail) this.#list.push(...this.#tail.filter(({ seq }) => seq > reachedSeq));
    this.#tail = [];
    this.#cutSeq = null;
  }

  /** Drops surplus items: the oldest while the end of the log is followed, the newest otherwise. */
  #trim(): void {
    if (this.#isFollowing && this.#cutSeq === null) this.#trimTo(this.#keep);
    else this.#trimEnd();
  }

  #trimEnd(): void {
    const surplus = this.#list.length - CHAT.keptWithEarlier;
    if (surplus <= 0) return;
    const dropped = this.#list.splice(-surplus, surplus);
    this.#snapshot = null;
    const cutSeq = (dropped[0]?.seq ?? 1) - 1;
    if (this.#cutSeq === null) {
      this.#tail = dropped;
      this.#tailAfterSeq = cutSeq;
      this.#trimTail();
    }
    this.#cutSeq = cutSeq;
  }

  #trimTo(limit: number): void {
    const surplus = this.#list.length - limit;
    if (surplus <= 0) return;
    this.#list.splice(0, surplus);
    this.#snapshot = null;
    this.#firstSeq = this.#list[0]?.seq ?? this.#firstSeq;
  }
}

function sortBySeq(entries: readonly ChatEntry[]): ChatEntry[] {
  return [...entries].sort((a, b) => a.seq - b.seq);
}
