/** `<loge-confirm>`: a confirmation dialog for irreversible actions, with one field where a reason is needed. */

import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { defineElement, LogeElement, withProperties } from '../room/room-part.ts';
import '../theme/web-awesome.ts';
import { fieldStyles } from './fields.ts';

export interface Question {
  title: string;
  text?: unknown;
  confirm: string;
  cancel: string;
  /** Test id of the button that confirms. */
  testId: string;
  /** What has to be said, such as the reason; without `missing` it may be left empty. */
  field?: { label: string; hint: string; maxChars: number; testId: string; missing?: string; value?: string };
  /** Nothing is lost by it. */
  isHarmless?: boolean;
}

export class LogeConfirm extends withProperties(LogeElement, {
  question: undefined as Question | undefined,
  open: false,
  isMissing: false,
}) {
  #answer: ((text: string | undefined) => void) | undefined;

  static override styles = [
    fieldStyles,
    css`
      .muted + .asked {
        display: block;
        margin-top: var(--_space-16);
      }
    `,
  ];

  /** Resolves to the text of the field, empty without one; undefined if it was not confirmed. */
  ask(question: Question): Promise<string | undefined> {
    this.#answer?.(undefined);
    this.question = question;
    this.isMissing = false;
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
      @wa-after-hide=${() => this.#finish(undefined)}
    >
      ${question?.text ? html`<div class="muted">${question.text}</div>` : nothing}
      ${question?.field ? this.#field(question.field) : nothing}
      <wa-button slot="footer" appearance="outlined" @click=${() => this.#finish(undefined)}>${question?.cancel}</wa-button>
      <wa-button slot="footer" variant=${question?.isHarmless ? 'neutral' : 'danger'} data-testid=${question?.testId ?? nothing} @click=${this.#confirm}>
        ${question?.confirm}
      </wa-button>
    </wa-dialog>`;
  }

  #field({ label, hint, maxChars, testId, missing, value = '' }: NonNullable<Question['field']>): TemplateResult {
    return html`<label class="asked">
      <span class="field-label">${label}</span>
      <input
        class="field-input"
        autocomplete="off"
        maxlength=${maxChars}
        .value=${value}
        aria-describedby="hint"
        aria-invalid=${this.isMissing || nothing}
        data-testid=${testId}
      />
      <small id="hint" class=${this.isMissing ? 'fault' : 'muted'}>${this.isMissing ? missing : hint}</small>
    </label>`;
  }

  #confirm = (): void => {
    const input = this.renderRoot.querySelector('input');
    const text = input?.value.trim() ?? '';
    this.isMissing = input !== null && text === '' && this.question?.field?.missing !== undefined;
    if (this.isMissing) input?.focus();
    else this.#finish(text);
  };

  #finish(text: string | undefined): void {
    this.open = false;
    this.#answer?.(text);
    this.#answer = undefined;
  }
}

defineElement('loge-confirm', LogeConfirm);
