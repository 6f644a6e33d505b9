/**
 * The window onto the chat log: a bounded number of rows in the document, however long the evening. The list stands on its end (a reversed
 * column), so that nothing moves when entries go or earlier ones come above; while somebody reads back, points or has the focus, it is held
 * still, and what comes meanwhile is counted. What is below the rows that are shown is a space of their measured height.
 */
import type { ChatItem } from '../../../src/events.ts';
import type { EntryContext } from './chat-entry.ts';
import { type ChatRow, ChatRows } from './chat-rows.ts';

/** Rows in the document while the reader follows the end: what is seen, if every row were as low as this, and some more. */
const LOW_ROW_PX = 30;
const MORE_ROWS = 10;
const MAX_FOLLOWING_ROWS = 80;
/** Rows that are brought in at once while somebody reads back. */
const STEP_ROWS = 40;
/** Never more rows than this. */
const MAX_ROWS = 160;
/** New rows in one frame of the screen; a third of what waits where that is more, so that a burst flows instead of jumping. */
const ROWS_PER_FRAME = 3;
const NEAR_END_PX = 40;
/** Rows are there this far beyond what is seen. */
const AHEAD_PX = 700;
/** Until rows were measured. */
const GUESSED_ROW_PX = 40;

/** Why the list is held still. */
export type HoldReason = 'scroll' | 'focus' | 'pointer' | 'tools';

export interface ChatListEvents {
  context(): EntryContext;
  /** Held or following, or more unread than before. */
  onChange(): void;
  /** Somebody reads back, or is at the end again. */
  onFollowing(isFollowing: boolean): void;
  /** The reader comes near what is kept: fetch before it, or after it; resolves to whether there may be more. */
  loadEarlier(): Promise<boolean>;
  loadLater(): Promise<boolean>;
}

export class ChatList {
  readonly scroller: HTMLElement;
  readonly rows: ChatRows;
  readonly #above: HTMLElement;
  readonly #below: HTMLElement;
  readonly #events: ChatListEvents;
  readonly #holds = new Set<HoldReason>();
  #items: readonly ChatItem[] = [];
  #unread = 0;
  /** Entries that were told and are not among the items yet. */
  #notDrawn = 0;
  #abovePx = 0;
  #belowPx = 0;
  #rowPx = GUESSED_ROW_PX;
  #isFetching = false;
  #followingRows = MAX_FOLLOWING_ROWS;

  constructor(scroller: HTMLElement, place: HTMLElement, events: ChatListEvents) {
    this.scroller = scroller;
    this.#events = events;
    this.#above = createSpace();
    this.#below = createSpace();
    place.append(this.#above, this.#below);
    this.rows = new ChatRows({ place, end: this.#below, context: () => events.context() });
    new ResizeObserver(([entry]) => {
      const heightPx = entry?.contentRect.height ?? 0;
      this.#followingRows = Math.min(MAX_FOLLOWING_ROWS, Math.ceil(heightPx / LOW_ROW_PX) + MORE_ROWS);
    }).observe(scroller);
    scroller.addEventListener('scroll', () => this.#handleScroll(), { passive: true });
  }

  get isFollowing(): boolean {
    return this.#holds.size === 0;
  }

  /** Entries that came while the list was held still. */
  get unread(): number {
    return this.#unread;
  }

  /** Whether somebody has scrolled away from the end; pointing or focus alone do not count. */
  get isReadingBack(): boolean {
    return this.#holds.has('scroll');
  }

  reset(): void {
    this.#holds.clear();
    this.rows.clear();
    this.#items = [];
    this.#unread = 0;
    this.#setSpaces(0, 0);
  }

  noteAdded(): void {
    if (this.isFollowing) return;
    this.#unread += 1;
    this.#notDrawn += 1;
    this.#events.onChange();
  }

  hold(reason: HoldReason): void {
    if (this.#holds.has(reason)) return;
    const wasFollowing = this.isFollowing;
    this.#holds.add(reason);
    if (!wasFollowing) return;
    this.#events.onFollowing(false);
    this.#events.onChange();
  }

  release(reason: HoldReason): void {
    if (!this.#holds.delete(reason) || this.#holds.size > 0) return;
    if (this.#fromEndPx() > NEAR_END_PX) {
      this.#holds.add('scroll');
      return;
    }
    this.toEnd();
  }

  /** Follows the end, from wherever the reader was. */
  toEnd(): void {
    this.#holds.clear();
    this.#unread = 0;
    this.#events.onFollowing(true);
    this.#events.onChange();
    this.#setSpaces(this.#abovePx, 0);
    this.rows.show(this.#items.slice(-this.#followingRows));
    this.scroller.scrollTop = 0;
  }

  /**
   * Shows what the log has now; called at most once a frame. Returns whether entries are left for the next frame.
   */
  update(items: readonly ChatItem[]): boolean {
    const hadNone = this.#items.length === 0;
    this.#items = items;
    this.#notDrawn = 0;
    if (!this.isFollowing) {
      this.#updateHeld();
      return false;
    }
    const shown = hadNone ? items.length : indexAfter(items, this.rows.last?.item.seq ?? 0);
    const waiting = items.length - shown;
    const isFar = waiting > this.#followingRows;
    const end = isFar ? items.length : shown + Math.min(waiting, Math.max(ROWS_PER_FRAME, Math.ceil(waiting / 3)));
    const start = Math.max(0, end - this.#followingRows);
    this.rows.show(items.slice(start, end));
    this.#spaceAbove(start);
    return end < items.length;
  }

  /** Brings the row of an entry into view; false when the log does not keep it. */
  reveal(id: string): ChatRow | undefined {
    const index = this.#items.findIndex((item) => item.kind !== 'notice' && item.id === id);
    if (index < 0) return undefined;
    const item = this.#items[index] as ChatItem;
    this.hold('scroll');
    if (!this.rows.bySeq(item.seq)) {
      const start = Math.max(0, index - STEP_ROWS / 2);
      const end = Math.min(this.#items.length, start + STEP_ROWS);
      this.rows.show(this.#items.slice(start, end));
      this.#setSpaces(start * this.#rowPx, (this.#items.length - end) * this.#rowPx);
    }
    const row = this.rows.bySeq(item.seq);
    row?.element.scrollIntoView({ block: 'center' });
    return row;
  }

  #fromEndPx(): number {
    return -this.scroller.scrollTop;
  }

  #handleScroll(): void {
    const isNearEnd = this.#fromEndPx() < NEAR_END_PX;
    if (!isNearEnd) {
      this.hold('scroll');
      this.#fill();
      this.#noteSeen();
      return;
    }
    if (!this.#holds.has('scroll')) return;
    this.#fill();
    this.#noteSeen();
    const hasAll = indexAfter(this.#items, this.rows.last?.item.seq ?? 0) >= this.#items.length && this.#belowPx === 0;
    if (hasAll && this.#fromEndPx() < NEAR_END_PX) this.release('scroll');
  }

  /** What the reader has come down to is not new any more. */
  #noteSeen(): void {
    if (this.#unread === 0) return;
    const { bottom } = this.scroller.getBoundingClientRect();
    const seen = this.rows.list.findLast(({ element }) => element.getBoundingClientRect().top < bottom);
    const after = this.#items.length - indexAfter(this.#items, seen?.item.seq ?? 0) + this.#notDrawn;
    if (after >= this.#unread) return;
    this.#unread = after;
    this.#events.onChange();
  }

  #updateHeld(): void {
    const { first, last } = this.rows;
    if (!first || !last) return;
    const start = indexAfter(this.#items, first.item.seq - 1);
    const end = indexAfter(this.#items, last.item.seq);
    const wanted = this.#items.slice(start, end);
    const isSame =
      wanted.length === this.rows.list.length && wanted.every((item, index) => item === this.rows.list[index]?.item);
    if (!isSame) this.#keepPlace(() => this.rows.show(wanted));
    if (this.#holds.has('scroll')) this.#fill();
  }

  /** Whatever is done, the row at the top of what is seen stays where it is. */
  #keepPlace(act: () => void): void {
    const top = this.scroller.getBoundingClientRect().top;
    const anchor = this.rows.list.find(({ element }) => element.getBoundingClientRect().bottom > top)?.element;
    const before = anchor?.getBoundingClientRect().top ?? 0;
    act();
    if (anchor?.isConnected) this.scroller.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  /** Has rows ahead of the reader in both directions, and lets go of those far behind. */
  #fill(): void {
    for (let round = 0; round < this.#items.length / STEP_ROWS + 2; round += 1) {
      const { first, last } = this.rows;
      if (!first || !last) return;
      const view = this.scroller.getBoundingClientRect();
      const start = indexAfter(this.#items, first.item.seq - 1);
      const end = indexAfter(this.#items, last.item.seq);
      const lacksAbove = first.element.getBoundingClientRect().top > view.top - AHEAD_PX;
      const lacksBelow = last.element.getBoundingClientRect().bottom < view.bottom + AHEAD_PX;
      if (lacksAbove && start > 0) {
        this.#growUp(start, end);
      } else if (lacksBelow && end < this.#items.length) {
        this.#growDown(start, end);
      } else {
        if (lacksAbove) this.#fetch('earlier');
        else if (lacksBelow) this.#fetch('later');
        return;
      }
    }
  }

  #growUp(start: number, end: number): void {
    const from = Math.max(0, start - STEP_ROWS);
    const surplus = end - from - MAX_ROWS;
    let belowPx = this.#belowPx;
    // What goes below leaves a space of just its height, so nothing that is seen moves.
    if (surplus > 0) belowPx += heightOf(this.rows.list.slice(-surplus));
    this.rows.show(this.#items.slice(from, surplus > 0 ? end - surplus : end));
    this.#measure();
    this.#setSpaces(from * this.#rowPx, belowPx);
  }

  #growDown(start: number, end: number): void {
    const to = Math.min(this.#items.length, end + STEP_ROWS);
    const from = Math.max(start, to - MAX_ROWS);
    this.#keepPlace(() => {
      const added = to - end;
      this.rows.show(this.#items.slice(from, to));
      const addedPx = heightOf(this.rows.list.slice(-added));
      this.#setSpaces(from * this.#rowPx, to >= this.#items.length ? 0 : Math.max(0, this.#belowPx - addedPx));
    });
  }

  #fetch(direction: 'earlier' | 'later'): void {
    if (this.#isFetching) return;
    this.#isFetching = true;
    const load = direction === 'earlier' ? this.#events.loadEarlier() : this.#events.loadLater();
    // A failure changes nothing: scrolling on tries again.
    void load
      .catch(() => false)
      .finally(() => {
        this.#isFetching = false;
      });
  }

  #measure(): void {
    const count = this.rows.list.length;
    if (count > 0) this.#rowPx = heightOf(this.rows.list) / count;
  }

  /** In steps of several rows: the space only serves the scroll bar. */
  #spaceAbove(count: number): void {
    const wantedPx = count * this.#rowPx;
    if (count === 0 || Math.abs(wantedPx - this.#abovePx) > 20 * this.#rowPx) this.#setSpaces(wantedPx, this.#belowPx);
  }

  #setSpaces(abovePx: number, belowPx: number): void {
    if (abovePx !== this.#abovePx) this.#above.style.height = `${abovePx}px`;
    if (belowPx !== this.#belowPx) this.#below.style.height = `${belowPx}px`;
    this.#abovePx = abovePx;
    this.#belowPx = belowPx;
  }
}

function createSpace(): HTMLElement {
  const space = document.createElement('div');
  space.setAttribute('role', 'presentation');
  return space;
}

function heightOf(rows: readonly ChatRow[]): number {
  const first = rows[0];
  const last = rows.at(-1);
  if (!first || !last) return 0;
  return last.element.getBoundingClientRect().bottom - first.element.getBoundingClientRect().top;
}

/** Index of the first item after this number. */
function indexAfter(items: readonly ChatItem[], seq: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle] as ChatItem).seq <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
