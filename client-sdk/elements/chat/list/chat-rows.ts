/**
 * The rendered rows of the chat. `show()` updates them to a range of the log with minimal DOM changes, and reuses
 * removed elements. It does not know scrolling.
 */
import { render } from 'lit';
import type { ChatItem } from '../../../client/events.ts';
import { chatEntry, type EntryContext } from './chat-entry.ts';

/** Maximum number of removed elements kept for reuse. */
const MAX_REUSABLE_ROWS = 40;

export interface ChatRow {
  item: ChatItem;
  readonly element: HTMLElement;
}

export class ChatRows {
  readonly #container: HTMLElement;
  readonly #end: HTMLElement;
  readonly #context: () => EntryContext;
  #rows: ChatRow[] = [];
  #reusable: HTMLElement[] = [];

  /** Rows are inserted into `container`, before `end`. */
  constructor(options: { container: HTMLElement; end: HTMLElement; context: () => EntryContext }) {
    this.#container = options.container;
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

  /** Updates the rows to `wanted`; both are ordered by sequence number. */
  show(wanted: readonly ChatItem[]): void {
    const next: ChatRow[] = [];
    let index = 0;
    for (const item of wanted) {
      while (index < this.#rows.length && (this.#rows[index] as ChatRow).item.seq < item.seq) {
        this.#remove(this.#rows[index] as ChatRow);
        index += 1;
      }
      const existing = this.#rows[index];
      if (existing?.item.seq === item.seq) {
        if (existing.item !== item) this.#draw(existing, item);
        next.push(existing);
        index += 1;
      } else {
        next.push(this.#insert(item, existing?.element ?? this.#end));
      }
    }
    for (const row of this.#rows.slice(index)) this.#remove(row);
    this.#rows = next;
  }

  /** Draws all rows again, after a change of the language or the person. */
  redraw(): void {
    for (const row of this.#rows) this.#draw(row, row.item);
  }

  clear(): void {
    for (const { element } of this.#rows) element.remove();
    this.#rows = [];
    this.#reusable = [];
  }

  #insert(item: ChatItem, before: HTMLElement): ChatRow {
    const element = this.#reusable.pop() ?? createRow();
    const row: ChatRow = { item, element };
    this.#draw(row, item);
    this.#container.insertBefore(element, before);
    return row;
  }

  #draw(row: ChatRow, item: ChatItem): void {
    row.item = item;
    if (item.kind === 'message') row.element.dataset.message = item.id;
    else delete row.element.dataset.message;
    render(chatEntry(item, this.#context()), row.element.firstElementChild as HTMLElement);
  }

  #remove({ element }: ChatRow): void {
    element.remove();
    // Remove additions such as the message's tools.
    while (element.childElementCount > 1) element.lastElementChild?.remove();
    element.removeAttribute('class');
    element.className = 'row';
    if (this.#reusable.length < MAX_REUSABLE_ROWS) this.#reusable.push(element);
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
