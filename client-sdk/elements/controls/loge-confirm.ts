/** `<loge-confirm>`: a confirmation dialog for irreversible actions. `ask()` resolves to the answer. */

import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { defineElement, LogeElement } from '../room/room-part.ts';

export interface Question {
  title: string;
  text: string;
  confirm: string;
  cancel: string;
  /** Test id of the button that confirms. */
  testId: string;
}

export class LogeConfirm extends LogeElement {
  static override properties = { question: { state: true }, open: { state: true } };
  declare question: Question | undefined;
  declare open: boolean;
  #answer: ((confirmed: boolean) => void) | undefined;

  constructor() {
    super();
    this.open = false;
  }

  ask(question: Question): Promise<boolean> {
    this.#answer?.(false);
    this.question = question;
    this.open = true;
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  override render(): TemplateResult | typeof nothing {
    const { question } = this;
    return html`<wa-dialog
      lang=${this.language}
      label=${question?.title ?? ''}
      light-dismiss
      .open=${this.open}
      @wa-after-hide=${() => this.#finish(false)}
    >
      <p class="muted">${question?.text}</p>
      <wa-button slot="footer" appearance="outlined" @click=${() => this.#finish(false)}>${question?.cancel}</wa-button>
      <wa-button slot="footer" variant="danger" data-testid=${question?.testId ?? nothing} @click=${() => this.#finish(true)}>
        ${question?.confirm}
      </wa-button>
    </wa-dialog>`;
  }

  #finish(confirmed: boolean): void {
    this.open = false;
    this.#answer?.(confirmed);
    this.#answer = undefined;
  }
}

defineElement('loge-confirm', LogeConfirm);
