/**
 * The window onto the chat log: which entries are in the document, whether the reader is at the end, and keeping what they read in place
 * while entries come and go around it.
 */
import type { ReactiveControllerHost } from 'lit';
import type { ChatItem } from '../src/events.ts';
import type { Room } from '../src/room.ts';

/** Entries in the document while the reader follows the end. */
const WINDOW_ENTRIES = 100;
/** How many more are brought in when the reader comes near the top. */
const STEP_ENTRIES = 80;
/** Never more than this many in the document. */
const WINDOW_MAX_ENTRIES = 600;
const NEAR_END_PX = 60;
const NEAR_TOP_PX = 240;

type Host = ReactiveControllerHost &
  HTMLElement & { room: Room | undefined; readonly renderRoot: DocumentFragment | HTMLElement };

export class ChatScroll {
  readonly #host: Host;
  #entries = WINDOW_ENTRIES;
  #atEnd = true;
  #unread = 0;
  #total = 0;
  #fetching = false;
  #lastTopPx = 0;
  #anchor: { element: Element; topPx: number } | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  get isAtEnd(): boolean {
    return this.#atEnd;
  }

  get unread(): number {
    return this.#unread;
  }

  reset(): void {
    this.#entries = WINDOW_ENTRIES;
    this.#atEnd = true;
    this.#unread = 0;
  }

  /** An entry was added at the end of the log. */
  noteAdded(): void {
    if (!this.#atEnd) {
      this.#unread += 1;
      this.#entries = Math.min(this.#entries + 1, WINDOW_MAX_ENTRIES);
    }
    this.#host.requestUpdate();
  }

  windowOf(all: readonly ChatItem[]): readonly ChatItem[] {
    this.#total = all.length;
    this.#holdPlace();
    return all.slice(-this.#entries);
  }

  /** After the document has changed: the end stays the end, and otherwise what was read stays where it was. */
  restore(): void {
    const list = this.#list;
    if (!list) return;
    if (this.#atEnd) {
      list.scrollTop = list.scrollHeight;
      this.#lastTopPx = list.scrollTop;
      return;
    }
    if (this.#anchor?.element.isConnected) {
      list.scrollTop += this.#anchor.element.getBoundingClientRect().top - this.#anchor.topPx;
      this.#lastTopPx = list.scrollTop;
    }
    this.#anchor = undefined;
  }

  toEnd(): void {
    this.reset();
    this.#host.requestUpdate();
  }

  handleScroll = (): void => {
    const list = this.#list;
    if (!list) return;
    const isNear = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX;
    // Only the reader moves up: entries that come in between two frames leave the end further below, and must not count as leaving it.
    const movedUp = list.scrollTop < this.#lastTopPx - 1;
    this.#lastTopPx = list.scrollTop;
    const atEnd = isNear || (this.#atEnd && !movedUp);
    if (atEnd !== this.#atEnd) {
      this.#atEnd = atEnd;
      if (atEnd) this.reset();
      this.#host.requestUpdate();
    }
    if (!atEnd && list.scrollTop < NEAR_TOP_PX) void this.#reachBack();
  };

  get #list(): HTMLElement | null {
    return this.#host.renderRoot?.querySelector<HTMLElement>('.list') ?? null;
  }

  #holdPlace(): void {
    const list = this.#list;
    if (!list || this.#atEnd) return;
    const top = list.getBoundingClientRect().top;
    const element = [...list.querySelectorAll('.entry')].find((entry) => entry.getBoundingClientRect().bottom > top);
    this.#anchor = element && { element, topPx: element.getBoundingClientRect().top };
  }

  async #reachBack(): Promise<void> {
    if (this.#entries >= WINDOW_MAX_ENTRIES) return;
    if (this.#entries < this.#total) {
      this.#entries = Math.min(this.#entries + STEP_ENTRIES, WINDOW_MAX_ENTRIES);
      this.#host.requestUpdate();
      return;
    }
    const chat = this.#host.room?.chat;
    if (this.#fetching || !chat?.hasEarlier) return;
    this.#fetching = true;
    try {
      await chat.loadEarlier();
      this.#entries = Math.min(this.#entries + STEP_ENTRIES, WINDOW_MAX_ENTRIES);
      this.#host.requestUpdate();
    } catch {
      // Scrolling up again tries again; what is shown stays as it is.
    } finally {
      this.#fetching = false;
    }
  }
}
