/**
 * The rows of the chat that are in the document: made to match a stretch of the log with as few changes as there are, from used rows where
 * there are some. It knows nothing of scrolling.
 */
import { render } from 'lit';
import type { ChatItem } from '../../../src/events.ts';
import { chatEntry, type EntryContext } from './chat-entry.ts';

/** Rows that are kept for the next entries; past it they are let go. */
const SPARE_ROWS = 40;

export interface ChatRow {
  item: ChatItem;
  readonly element: HTMLElement;
}

export class ChatRows {
  readonly #place: HTMLElement;
  readonly #end: HTMLElement;
  readonly #context: () => EntryContext;
  #rows: ChatRow[] = [];
  #spare: HTMLElement[] = [];

  /** Rows stand in `place`, before `end`. */
  constructor(options: { place: HTMLElement; end: HTMLElement; context: () => EntryContext }) {
    this.#place = options.place;
    this.#end = options.end;
    this.#context = options.context;
  }

  get list(): readonly ChatRow[] {
    return this.#rows;
  }

  get first(): ChatRow | undefined {
    return this.#rows[0];
  }

  get last(): ChatRow | undefined {
    return this.#rows.at(-1);
  }

  find(element: Element | null): ChatRow | undefined {
    return this.#rows.find((row) => row.element === element);
  }

  bySeq(seq: number): ChatRow | undefined {
    return this.#rows.find(({ item }) => item.seq === seq);
  }

  /** Both what is there and what is wanted are in the order of the log. */
  show(wanted: readonly ChatItem[]): void {
    const next: ChatRow[] = [];
    let index = 0;
    for (const item of wanted) {
      while (index < this.#rows.length && (this.#rows[index] as ChatRow).item.seq < item.seq) {
        this.#drop(this.#rows[index] as ChatRow);
        index += 1;
      }
      const there = this.#rows[index];
      if (there?.item.seq === item.seq) {
        if (there.item !== item) this.#draw(there, item);
        next.push(there);
        index += 1;
      } else {
        next.push(this.#insert(item, there?.element ?? this.#end));
      }
    }
    for (const row of this.#rows.slice(index)) this.#drop(row);
    this.#rows = next;
  }

  /** Draws every row again: the language or the reader's rights have changed. */
  redraw(): void {
    for (const row of this.#rows) this.#draw(row, row.item);
  }

  clear(): void {
    for (const { element } of this.#rows) element.remove();
    this.#rows = [];
    this.#spare = [];
  }

  #insert(item: ChatItem, before: HTMLElement): ChatRow {
    const element = this.#spare.pop() ?? createRow();
    const row: ChatRow = { item, element };
    this.#draw(row, item);
    this.#place.insertBefore(element, before);
    return row;
  }

  #draw(row: ChatRow, item: ChatItem): void {
    row.item = item;
    if (item.kind === 'message') row.element.dataset.message = item.id;
    else delete row.element.dataset.message;
    render(chatEntry(item, this.#context()), row.element.firstElementChild as HTMLElement);
  }

  #drop({ element }: ChatRow): void {
    element.remove();
    // What was put beside the entry, such as the tools of the message, does not move on to another.
    while (element.childElementCount > 1) element.lastElementChild?.remove();
    element.removeAttribute('class');
    element.className = 'row';
    if (this.#spare.length < SPARE_ROWS) this.#spare.push(element);
  }
}

function createRow(): HTMLElement {
  const row = document.createElement('div');
  row.className = 'row';
  row.setAttribute('role', 'listitem');
  row.tabIndex = -1;
  row.append(document.createElement('div'));
  return row;
}
