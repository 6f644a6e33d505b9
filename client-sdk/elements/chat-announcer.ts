/** Tells a screen reader what is said, politely: a busy chat is announced in groups, so that it never talks without pause. */

import type { ReactiveController, ReactiveControllerHost, TemplateResult } from 'lit';
import { html } from 'lit';

const PAUSE_MS = 1_500;

type Host = ReactiveControllerHost & HTMLElement;

export class ChatAnnouncer implements ReactiveController {
  readonly #host: Host;
  readonly #many: (count: number) => string;
  #waiting: string[] = [];
  #spoken = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Host, many: (count: number) => string) {
    this.#host = host;
    this.#many = many;
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
  }

  announce(text: string): void {
    this.#waiting.push(text);
    this.#timer ??= setTimeout(() => this.#speak(), PAUSE_MS);
  }

  /** A message was taken out: the one that waits or was said last may be it. */
  forget(): void {
    this.#waiting = [];
    this.#spoken = '';
    this.#host.requestUpdate();
  }

  region(): TemplateResult {
    return html`<div class="visually-hidden" role="log" aria-live="polite">${this.#spoken}</div>`;
  }

  #speak(): void {
    const [first, ...more] = this.#waiting;
    this.#spoken = more.length === 0 ? (first ?? '') : this.#many(more.length + 1);
    this.#waiting = [];
    this.#timer = undefined;
    this.#host.requestUpdate();
  }
}
