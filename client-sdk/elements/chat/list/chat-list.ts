/**
 * The virtual list of the chat: a bounded number of rows in the document. The scroller is a reversed column, so that
 * changes above do not move what is visible. While somebody reads back, points at a row or has the focus, the list is
 * paused and counts new entries. Spacers of the measured height replace the rows above and below the rendered ones.
 */
import type { ChatItem } from '../../../client/events.ts';
import type { EntryContext } from './chat-entry.ts';
import { type ChatRow, ChatRows } from './chat-rows.ts';

/** While following the end: as many rows as fit with this minimum height, and some more. */
const MIN_ROW_PX = 30;
const EXTRA_ROWS = 10;
const MAX_FOLLOWING_ROWS = 80;
/** Rows added at once while reading back. */
const STEP_ROWS = 40;
/** Maximum number of rows in the document. */
const MAX_ROWS = 160;
/** New rows per animation frame, or a third of the pending ones if that is more, so that bursts scroll smoothly. */
const ROWS_PER_FRAME = 3;
const NEAR_END_PX = 40;
/** Rows are rendered this far outside the visible area. */
const OVERSCAN_PX = 700;
/** Assumed height of a row before any was measured. */
const ESTIMATED_ROW_PX = 40;

/** Why the list is paused. */
export type PauseReason = 'scroll' | 'focus' | 'pointer' | 'tools';

export interface ChatListEvents {
  context(): EntryContext;
  /** `isFollowing`, `isReadingBack` or `unread` has changed. */
  onChange(): void;
  /** The list was paused, or follows the end again. */
  onFollowing(isFollowing: boolean): void;
  /** The reader comes near an end of the kept entries: fetches more; resolves to whether there are more. */
  loadEarlier(): Promise<boolean>;
  loadLater(): Promise<boolean>;
}

export class ChatList {
  readonly scroller: HTMLElement;
  readonly rows: ChatRows;
  readonly #above: HTMLElement;
  readonly #below: HTMLElement;
  readonly #events: ChatListEvents;
  readonly #pauses = new Set<PauseReason>();
  #items: readonly ChatItem[] = [];
  #unread = 0;
  /** New entries that are not in `#items` yet. */
  #undrawnCount = 0;
  #abovePx = 0;
  #belowPx = 0;
  #rowPx = ESTIMATED_ROW_PX;
  #isFetching = false;
  #followingRows = MAX_FOLLOWING_ROWS;

  constructor(scroller: HTMLElement, container: HTMLElement, events: ChatListEvents) {
    this.scroller = scroller;
    this.#events = events;
    this.#above = createSpacer();
    this.#below = createSpacer();
    container.append(this.#above, this.#below);
    this.rows = new ChatRows({ container, end: this.#below, context: () => events.context() });
    new ResizeObserver(([entry]) => {
      const heightPx = entry?.contentRect.height ?? 0;
      this.#followingRows = Math.min(MAX_FOLLOWING_ROWS, Math.ceil(heightPx / MIN_ROW_PX) + EXTRA_ROWS);
    }).observe(scroller);
    scroller.addEventListener('scroll', () => this.#handleScroll(), { passive: true });
  }

  get isFollowing(): boolean {
    return this.#pauses.size === 0;
  }

  /** Number of entries that arrived while the list was paused. */
  get unread(): number {
    return this.#unread;
  }

  /** Whether the reader has scrolled away from the end; a pause by pointer or focus does not count. */
  get isReadingBack(): boolean {
    return this.#pauses.has('scroll');
  }

  reset(): void {
    this.#pauses.clear();
    this.rows.clear();
    this.#items = [];
    this.#unread = 0;
    this.#setSpaces(0, 0);
  }

  noteAdded(): void {
    if (this.isFollowing) return;
    this.#unread += 1;
    this.#undrawnCount += 1;
    this.#events.onChange();
  }

  pause(reason: PauseReason): void {
    if (this.#pauses.has(reason)) return;
    const wasFollowing = this.isFollowing;
    this.#pauses.add(reason);
    if (!wasFollowing) return;
    this.#events.onFollowing(false);
    this.#events.onChange();
  }

  resume(reason: PauseReason): void {
    if (!this.#pauses.delete(reason) || this.#pauses.size > 0) return;
    if (this.#fromEndPx() > NEAR_END_PX) {
      this.#pauses.add('scroll');
      return;
    }
    this.scrollToEnd();
  }

  /** Scrolls to the end and follows it. */
  scrollToEnd(): void {
    this.#pauses.clear();
    this.#unread = 0;
    this.#events.onFollowing(true);
    this.#events.onChange();
    this.#setSpaces(this.#abovePx, 0);
    this.rows.show(this.#items.slice(-this.#followingRows));
    this.scroller.scrollTop = 0;
  }

  /** Renders the current items; called at most once per frame. Returns whether entries are left for the next frame. */
  update(items: readonly ChatItem[]): boolean {
    const hadNone = this.#items.length === 0;
    this.#items = items;
    this.#undrawnCount = 0;
    if (!this.isFollowing) {
      this.#updatePaused();
      return false;
    }
    const shown = hadNone ? items.length : indexAfter(items, this.rows.last?.item.seq ?? 0);
    const pending = items.length - shown;
    const isFar = pending > this.#followingRows;
    const end = isFar ? items.length : shown + Math.min(pending, Math.max(ROWS_PER_FRAME, Math.ceil(pending / 3)));
    const start = Math.max(0, end - this.#followingRows);
    this.rows.show(items.slice(start, end));
    this.#updateSpaceAbove(start);
    return end < items.length;
  }

  /** Scrolls to an entry and returns its row; undefined if the items lack it. */
  reveal(id: string): ChatRow | undefined {
    const index = this.#items.findIndex((item) => item.kind !== 'notice' && item.id === id);
    if (index < 0) return undefined;
    const item = this.#items[index] as ChatItem;
    this.pause('scroll');
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
      this.pause('scroll');
      this.#fill();
      this.#updateUnread();
      return;
    }
    if (!this.#pauses.has('scroll')) return;
    this.#fill();
    this.#updateUnread();
    const hasAll = indexAfter(this.#items, this.rows.last?.item.seq ?? 0) >= this.#items.length && this.#belowPx === 0;
    if (hasAll && this.#fromEndPx() < NEAR_END_PX) this.resume('scroll');
  }

  /** Entries that have scrolled into view are read. */
  #updateUnread(): void {
    if (this.#unread === 0) return;
    const { bottom } = this.scroller.getBoundingClientRect();
    const lastVisible = this.rows.list.findLast(({ element }) => element.getBoundingClientRect().top < bottom);
    const after = this.#items.length - indexAfter(this.#items, lastVisible?.item.seq ?? 0) + this.#undrawnCount;
    if (after >= this.#unread) return;
    this.#unread = after;
    this.#events.onChange();
  }

  #updatePaused(): void {
    const { first, last } = this.rows;
    if (!first || !last) return;
    const start = indexAfter(this.#items, first.item.seq - 1);
    const end = indexAfter(this.#items, last.item.seq);
    const wanted = this.#items.slice(start, end);
    // The log has started over after a gap, without the rows that were being read.
    if (wanted.length === 0) {
      this.scrollToEnd();
      return;
    }
    const isSame =
      wanted.length === this.rows.list.length && wanted.every((item, index) => item === this.rows.list[index]?.item);
    if (!isSame) this.#keepPosition(() => this.rows.show(wanted));
    if (this.#pauses.has('scroll')) this.#fill();
  }

  /** Keeps the position of the first visible row while `act` changes the rows. */
  #keepPosition(act: () => void): void {
    const top = this.scroller.getBoundingClientRect().top;
    const anchor = this.rows.list.find(({ element }) => element.getBoundingClientRect().bottom > top)?.element;
    const before = anchor?.getBoundingClientRect().top ?? 0;
    act();
    if (anchor?.isConnected) this.scroller.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  /** Renders rows ahead of the reader in both directions, and removes distant ones. */
  #fill(): void {
    for (let round = 0; round < this.#items.length / STEP_ROWS + 2; round += 1) {
      const { first, last } = this.rows;
      if (!first || !last) return;
      const view = this.scroller.getBoundingClientRect();
      const start = indexAfter(this.#items, first.item.seq - 1);
      const end = indexAfter(this.#items, last.item.seq);
      const lacksAbove = first.element.getBoundingClientRect().top > view.top - OVERSCAN_PX;
      const lacksBelow = last.element.getBoundingClientRect().bottom < view.bottom + OVERSCAN_PX;
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
    // The spacer below grows by the height of the removed rows, so that nothing visible moves.
    if (surplus > 0) belowPx += heightOf(this.rows.list.slice(-surplus));
    this.rows.show(this.#items.slice(from, surplus > 0 ? end - surplus : end));
    this.#measure();
    this.#setSpaces(from * this.#rowPx, belowPx);
  }

  #growDown(start: number, end: number): void {
    const to = Math.min(this.#items.length, end + STEP_ROWS);
    const from = Math.max(start, to - MAX_ROWS);
    this.#keepPosition(() => {
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
    // After a failure, further scrolling tries again.
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

  /** Updates in steps of several rows, because this spacer only affects the scroll bar. */
  #updateSpaceAbove(count: number): void {
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

function createSpacer(): HTMLElement {
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
