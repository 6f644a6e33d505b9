/**
 * Tells a screen reader what is said, politely: a busy chat is announced in groups, so that it never talks without pause, and what is said to
 * the person comes first.
 */

import type { ReactiveController, ReactiveControllerHost, TemplateResult } from 'lit';
import { html } from 'lit';

const PAUSE_MS = 1_500;
/** After a group it waits longer: a chat that never stops is summed up now and then. */
const BUSY_PAUSE_MS = 6_000;

type Host = ReactiveControllerHost & HTMLElement;

export class ChatAnnouncer implements ReactiveController {
  readonly #host: Host;
  readonly #many: (count: number) => string;
  #first = '';
  #toPerson = '';
  #count = 0;
  #spoken = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isBusy = false;

  constructor(host: Host, many: (count: number) => string) {
    this.#host = host;
    this.#many = many;
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#forgetWaiting();
  }

  /** `toPerson`: it is said to whoever listens. The text is made only where it is needed. */
  announce(text: () => string, options: { toPerson?: boolean } = {}): void {
    this.#count += 1;
    if (options.toPerson) this.#toPerson = text();
    else if (this.#count === 1) this.#first = text();
    this.#timer ??= setTimeout(() => this.#speak(), this.#isBusy ? BUSY_PAUSE_MS : PAUSE_MS);
  }

  /** A message was taken out: the one that waits or was said last may be it. */
  forget(): void {
    this.#forgetWaiting();
    this.#spoken = '';
    this.#host.requestUpdate();
  }

  region(): TemplateResult {
    return html`<div class="visually-hidden" role="log" aria-live="polite">${this.#spoken}</div>`;
  }

  #speak(): void {
    const said = this.#toPerson || (this.#count === 1 ? this.#first : '');
    const others = this.#count - (said ? 1 : 0);
    this.#isBusy = others > 3;
    this.#spoken = [said, others > 0 ? this.#many(others) : ''].filter(Boolean).join('. ');
    this.#forgetWaiting();
    this.#timer = undefined;
    this.#host.requestUpdate();
  }

  #forgetWaiting(): void {
    this.#first = '';
    this.#toPerson = '';
    this.#count = 0;
  }
}
