/**
 * Announces messages to screen readers in a polite live region. In a busy chat it announces groups with pauses, and
 * messages addressed to the person first.
 */

import type { ReactiveController, ReactiveControllerHost, TemplateResult } from 'lit';
import { html } from 'lit';

const PAUSE_MS = 1_500;
/** Longer pause after a group of messages. */
const BUSY_PAUSE_MS = 6_000;

type Host = ReactiveControllerHost & HTMLElement;

export class ChatAnnouncer implements ReactiveController {
  readonly #host: Host;
  readonly #groupText: (count: number) => string;
  #first = '';
  #addressed = '';
  #count = 0;
  #announced = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isBusy = false;

  constructor(host: Host, groupText: (count: number) => string) {
    this.#host = host;
    this.#groupText = groupText;
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#clearPending();
  }

  /** `isAddressed`: the message mentions or answers the person. `text` is called only if it is needed. */
  announce(text: () => string, options: { isAddressed?: boolean } = {}): void {
    this.#count += 1;
    if (options.isAddressed) this.#addressed = text();
    else if (this.#count === 1) this.#first = text();
    this.#timer ??= setTimeout(() => this.#announcePending(), this.#isBusy ? BUSY_PAUSE_MS : PAUSE_MS);
  }

  /** Clears all texts after a removal, because they may contain the removed message. */
  clear(): void {
    this.#clearPending();
    this.#announced = '';
    this.#host.requestUpdate();
  }

  region(): TemplateResult {
    return html`<div class="visually-hidden" role="log" aria-live="polite">${this.#announced}</div>`;
  }

  #announcePending(): void {
    const text = this.#addressed || (this.#count === 1 ? this.#first : '');
    const others = this.#count - (text ? 1 : 0);
    this.#isBusy = others > 3;
    this.#announced = [text, others > 0 ? this.#groupText(others) : ''].filter(Boolean).join('. ');
    this.#clearPending();
    this.#timer = undefined;
    this.#host.requestUpdate();
  }

  #clearPending(): void {
    this.#first = '';
    this.#addressed = '';
    this.#count = 0;
  }
}
