/**
 * Announces messages to screen readers in a polite live region. In a busy chat it announces groups with pauses, and
 * what is addressed to the person first: messages to them, and for a creator the tips.
 */
import type { ReactiveControllerHost, TemplateResult } from 'lit';
import { html } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { HostTimer } from '../../room/host-timer.ts';

const PAUSE_MS = 1_500;
/** Longer pause after a group of messages. */
const BUSY_PAUSE_MS = 6_000;
/** As many as one listens to; further ones are counted. */
const MAX_ADDRESSED = 4;

export class ChatAnnouncer extends HostTimer {
  readonly #groupText: (count: number) => string;
  #first = '';
  #addressed: string[] = [];
  #count = 0;
  #announced = '';
  #announcedCount = 0;
  #isBusy = false;

  constructor(host: ReactiveControllerHost, groupText: (count: number) => string) {
    super(host);
    this.#groupText = groupText;
  }

  override hostDisconnected(): void {
    super.hostDisconnected();
    this.#clearPending();
  }

  /** `isAddressed`: it concerns the person. `text` is called only if it is needed. */
  announce(text: () => string, options: { isAddressed?: boolean } = {}): void {
    this.#count += 1;
    if (options.isAddressed && this.#addressed.length < MAX_ADDRESSED) this.#addressed.push(text());
    else if (this.#count === 1) this.#first = text();
    if (!this.isRunning) this.start(this.#isBusy ? BUSY_PAUSE_MS : PAUSE_MS, () => this.#announcePending());
  }

  /** Clears all texts after a removal, because they may contain the removed message. */
  clear(): void {
    this.#clearPending();
    this.#announced = '';
    this.host.requestUpdate();
  }

  /** A new element each time, because a screen reader is silent where the text stays the same, as of a second tip. */
  region(): TemplateResult {
    const text = keyed(this.#announcedCount, html`<p>${this.#announced}</p>`);
    return html`<div class="visually-hidden" role="log" aria-live="polite">${text}</div>`;
  }

  #announcePending(): void {
    const texts = this.#count === 1 && this.#first ? [this.#first] : this.#addressed;
    const others = this.#count - texts.length;
    this.#isBusy = others > 3;
    this.#announced = [...texts, ...(others > 0 ? [this.#groupText(others)] : [])].join('. ');
    this.#announcedCount += 1;
    this.#clearPending();
    this.host.requestUpdate();
  }

  #clearPending(): void {
    this.#first = '';
    this.#addressed = [];
    this.#count = 0;
  }
}
