/**
 * The tools of a message: one toolbar in the document, which is moved to the row with the pointer, tap or focus. The
 * owner implements the actions.
 */
import { html, nothing, render, type TemplateResult } from 'lit';
import type { ChatMessage, ChatTip } from '../../../../server/protocol/chat/chat.ts';
import type { ChatItem } from '../../../client/events.ts';
import { type IconName, icon } from '../../controls/more-icons.ts';
import type { ElementTexts } from '../../texts/element-texts.ts';
import { shownName } from '../../texts/shown-name.ts';
import type { ChatRow } from './chat-rows.ts';

export type MessageAct =
  | { kind: 'reply' | 'report' | 'mute' | 'remove' | 'context' }
  | { kind: 'timeout'; seconds: number };

/** Durations of the time-out buttons. */
export const TIMEOUT_SECONDS = [60, 600, 3_600] as const;
const SHORTCUT_TIMEOUT_SECONDS = 600;

/** What tools act on: a message, or a tip with words. */
export type WrittenItem = ChatMessage | ChatTip;

export interface ToolRights {
  texts: ElementTexts;
  self: string;
  canWrite: boolean;
  canModerate: boolean;
}

export class ChatTools {
  readonly #element: HTMLElement;
  readonly #rights: () => ToolRights;
  readonly #act: (item: WrittenItem, act: MessageAct) => void;
  #row: ChatRow | undefined;

  constructor(rights: () => ToolRights, act: (item: WrittenItem, act: MessageAct) => void) {
    this.#rights = rights;
    this.#act = act;
    this.#element = document.createElement('div');
    this.#element.className = 'tools';
    this.#element.setAttribute('role', 'toolbar');
  }

  get row(): ChatRow | undefined {
    return this.#row?.element.isConnected && this.#element.parentElement === this.#row.element ? this.#row : undefined;
  }

  show(row: ChatRow): void {
    if (this.row === row) return;
    this.hide();
    const { item } = row;
    if (!hasWords(item)) return;
    const tools = this.#toolsFor(item);
    if (tools.length === 0) return;
    this.#row = row;
    const { texts } = this.#rights();
    this.#element.setAttribute('aria-label', texts.chat.tools(shownName(item.from, texts)));
    render(tools, this.#element);
    row.element.append(this.#element);
    row.element.classList.add('chosen');
  }

  hide(): void {
    const row = this.#row;
    // First, because removing the focused element fires focusout synchronously, which calls hide() again.
    this.#row = undefined;
    if (!row) return;
    row.element.classList.remove('chosen');
    this.#element.remove();
  }

  /** Focuses the first tool; false if there is none. */
  focus(): boolean {
    const first = this.row && this.#element.querySelector('button');
    first?.focus();
    return Boolean(first);
  }

  /** Handles a shortcut on the focused message. Returns whether it was one. */
  handleKey(row: ChatRow, event: KeyboardEvent): boolean {
    const { item } = row;
    if (!hasWords(item) || event.ctrlKey || event.metaKey || event.altKey) return false;
    const act = shortcut(event.key);
    if (!act || !this.#isAllowed(item, act)) return false;
    this.#act(item, act);
    return true;
  }

  /** Moves the focus within the toolbar by arrow keys. */
  handleArrow(event: KeyboardEvent, focused: Element | null): boolean {
    const buttons = [...this.#element.querySelectorAll('button')];
    const index = buttons.indexOf(focused as HTMLButtonElement);
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (index < 0 || step === 0) return false;
    buttons[(index + step + buttons.length) % buttons.length]?.focus();
    return true;
  }

  #toolsFor(item: WrittenItem): TemplateResult[] {
    const { texts } = this.#rights();
    const { chat, moderation } = texts;
    const timeouts = TIMEOUT_SECONDS.map((seconds): ToolButton => {
      const time = moderation.times[seconds] ?? '';
      return { act: { kind: 'timeout', seconds }, label: moderation.timeout(time), text: time, isHarsh: true };
    });
    const tools: ToolButton[] = [
      { act: { kind: 'reply' }, label: chat.reply, icon: 'reply' },
      { act: { kind: 'report' }, label: chat.report, icon: 'flag' },
      { act: { kind: 'mute' }, label: chat.mute(shownName(item.from, texts)), icon: 'hide' },
      { act: { kind: 'remove' }, label: moderation.remove, icon: 'remove', isHarsh: true },
      ...timeouts,
      { act: { kind: 'context' }, label: moderation.more, icon: 'more' },
    ];
    return tools.filter(({ act }) => this.#isAllowed(item, act)).map((tool) => this.#button(item, tool));
  }

  #isAllowed({ kind, from }: WrittenItem, act: MessageAct): boolean {
    const { self, canWrite, canModerate } = this.#rights();
    // Replies and contexts are of messages alone.
    if (kind === 'tip' && (act.kind === 'reply' || act.kind === 'context')) return false;
    if (act.kind === 'reply') return canWrite;
    if (from?.identity === self) return false;
    if (act.kind === 'mute') return !canModerate && from?.role === 'fan';
    // The giver of an anonymous tip is known to the house alone, so those who keep order report it as well.
    if (act.kind === 'report') return !canModerate || from === null;
    return canModerate && (act.kind !== 'timeout' || from?.role === 'fan');
  }

  #button(item: WrittenItem, { act, label, icon: name, text, isHarsh }: ToolButton): TemplateResult {
    const testId = act.kind === 'timeout' ? `timeout-${act.seconds}` : `tool-${act.kind}`;
    return html`<button
      type="button"
      class=${isHarsh ? 'harsh' : nothing}
      data-testid=${testId}
      aria-label=${label}
      title=${label}
      @click=${() => this.#act(item, act)}
    >
      ${name ? icon(name, 17) : text}
    </button>`;
  }
}

interface ToolButton {
  act: MessageAct;
  label: string;
  icon?: IconName;
  text?: string;
  isHarsh?: boolean;
}

function hasWords(item: ChatItem): item is WrittenItem {
  if (item.kind === 'tip') return item.message !== null;
  return item.kind === 'message' && !item.removed && !item.erased;
}

function shortcut(key: string): MessageAct | undefined {
  switch (key) {
    case 'r':
    case 'R':
      return { kind: 'reply' };
    case 'Delete':
    case 'Backspace':
      return { kind: 'remove' };
    case 't':
    case 'T':
      return { kind: 'timeout', seconds: SHORTCUT_TIMEOUT_SECONDS };
    case 'c':
    case 'C':
      return { kind: 'context' };
    default:
      return undefined;
  }
}
