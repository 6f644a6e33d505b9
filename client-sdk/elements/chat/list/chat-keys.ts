/**
 * Access to messages by mouse, touch and keyboard: arrow up and down move between messages, Enter goes to a message's
 * tools, Escape back to the composer. The list is paused while a message has the pointer or the focus.
 */
import type { ChatList } from './chat-list.ts';
import type { ChatRow } from './chat-rows.ts';
import type { ChatTools } from './chat-tools.ts';

interface KeysDependencies {
  list: ChatList;
  tools: ChatTools;
  canModerate(): boolean;
  /** Moves the focus to the composer. */
  onLeave(): void;
  /** Shows the message that a reply refers to. */
  onReply(messageId: string): void;
}

export class ChatKeys {
  readonly #parts: KeysDependencies;
  readonly #scroller: HTMLElement;
  /** The row with the tools when the finger came down: the focus that follows shows them before the click. */
  #rowAtPress: ChatRow | undefined;

  constructor(parts: KeysDependencies) {
    this.#parts = parts;
    this.#scroller = parts.list.scroller;
    const scroller = this.#scroller;
    scroller.addEventListener('pointerdown', () => {
      this.#rowAtPress = parts.tools.row;
    });
    scroller.addEventListener('pointermove', (event) => this.#handlePoint(event));
    scroller.addEventListener('pointerleave', (event) => this.#handlePointEnd(event));
    scroller.addEventListener('click', (event) => this.#handleClick(event));
    scroller.addEventListener('focusin', (event) => this.#handleFocus(event));
    scroller.addEventListener('focusout', (event) => this.#handleBlur(event));
    scroller.addEventListener('keydown', (event) => this.#handleKey(event));
  }

  #rowOf(target: EventTarget | null): ChatRow | undefined {
    const element = target instanceof Element ? target.closest('.row') : null;
    return this.#parts.list.rows.find(element);
  }

  #handlePoint(event: PointerEvent): void {
    // Ignore entries that scroll under a resting mouse.
    if (event.pointerType !== 'mouse' || (event.movementX === 0 && event.movementY === 0)) return;
    const { list, tools, canModerate } = this.#parts;
    // Moderators must not hit another message because the list moves.
    if (canModerate()) list.pause('pointer');
    const row = this.#rowOf(event.target);
    if (row && !this.#hasFocusWithin()) tools.show(row);
  }

  #handlePointEnd(event: PointerEvent): void {
    if (event.pointerType !== 'mouse') return;
    const { list, tools } = this.#parts;
    if (!this.#hasFocusWithin()) tools.hide();
    list.resume('pointer');
  }

  #handleClick(event: MouseEvent): void {
    const target = event.target as Element;
    const reply = target.closest<HTMLElement>('[data-reply]')?.dataset.reply;
    if (reply) {
      this.#parts.onReply(reply);
      return;
    }
    if (target.closest('a, button, .tools')) return;
    const { list, tools } = this.#parts;
    const row = this.#rowOf(target);
    const isTouch = event instanceof PointerEvent && event.pointerType !== 'mouse';
    if (!isTouch || !row) return;
    if (this.#rowAtPress === row) {
      row.element.blur();
      tools.hide();
      list.resume('tools');
    } else {
      tools.show(row);
      if (tools.row) list.pause('tools');
    }
  }

  #handleFocus(event: FocusEvent): void {
    const row = this.#rowOf(event.target);
    if (!row) return;
    this.#parts.list.pause('focus');
    this.#parts.tools.show(row);
  }

  #handleBlur(event: FocusEvent): void {
    if (event.relatedTarget instanceof Node && this.#scroller.contains(event.relatedTarget)) return;
    const { list, tools } = this.#parts;
    tools.hide();
    list.resume('tools');
    list.resume('focus');
  }

  #hasFocusWithin(): boolean {
    const root = this.#scroller.getRootNode() as ShadowRoot;
    return (
      root.activeElement !== null &&
      root.activeElement !== this.#scroller &&
      this.#scroller.contains(root.activeElement)
    );
  }

  #handleKey(event: KeyboardEvent): void {
    const { tools } = this.#parts;
    const target = event.target as Element;
    const row = this.#rowOf(target);
    const isOnRow = row?.element === target;
    const isHandled = isOnRow
      ? this.#handleRowKey(row, event)
      : row
        ? this.#handleToolKey(row, event, target)
        : this.#handleListKey(event);
    if (isHandled) {
      event.preventDefault();
      event.stopPropagation();
    } else if (isOnRow && tools.handleKey(row, event)) {
      event.preventDefault();
    }
  }

  #handleRowKey(row: ChatRow, event: KeyboardEvent): boolean {
    const { list, tools, onLeave } = this.#parts;
    const rows = list.rows.list;
    const index = rows.indexOf(row);
    switch (event.key) {
      case 'ArrowUp':
        return focusRow(rows[index - 1]);
      case 'ArrowDown':
        return focusRow(rows[index + 1]);
      case 'Home':
        return focusRow(rows[0]);
      case 'End':
        return focusRow(rows.at(-1));
      case 'Enter':
      case 'ArrowRight':
        return tools.focus();
      case 'Escape':
        onLeave();
        return true;
      default:
        return false;
    }
  }

  #handleToolKey(row: ChatRow, event: KeyboardEvent, target: Element): boolean {
    if (event.key === 'Escape') return focusRow(row);
    return this.#parts.tools.handleArrow(event, target);
  }

  #handleListKey(event: KeyboardEvent): boolean {
    const { list, onLeave } = this.#parts;
    if (event.key === 'Escape') {
      onLeave();
      return true;
    }
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown' && event.key !== 'Enter') return false;
    const bottom = this.#scroller.getBoundingClientRect().bottom;
    return focusRow(list.rows.list.findLast(({ element }) => element.getBoundingClientRect().top < bottom - 8));
  }
}

function focusRow(row: ChatRow | undefined): boolean {
  if (!row) return true;
  row.element.focus({ preventScroll: true });
  row.element.scrollIntoView({ block: 'nearest' });
  return true;
}
