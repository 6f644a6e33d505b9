/**
 * `<desk-refund>`: amount and reason, then a preview of the split by the books, then the button. Fires `desk-refunded`
 * afterwards.
 */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { currencySymbol, formatAmount, parseMoney } from '../../../client-sdk/elements/texts/format.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { DeskPaymentDetail, RefundPreview } from '../../protocol/money/desk.ts';
import { call } from '../site/site-call.ts';

import { DeskPart, textOf } from './desk-part.ts';

/** Payments that give access, which the refund of all that is left ends. */
const GIVES_ACCESS = new Set(['ticket', 'membership']);

export class DeskRefund extends DeskPart {
  static override properties = {
    ...DeskPart.properties,
    detail: { attribute: false },
    amount: { state: true },
    reason: { state: true },
    preview: { state: true },
  };
  declare detail: DeskPaymentDetail;
  /** As typed; undefined: the whole remainder. */
  declare amount: string | undefined;
  declare reason: string;
  declare preview: RefundPreview | undefined;

  static override styles = [
    ...DeskPart.styles,
    css`
      .preview {
        margin-top: var(--_space-16);
        padding: var(--_space-16) var(--_space-16);
        border: 1px solid color-mix(in oklab, var(--_accent) 45%, var(--_line));
        border-radius: var(--_radius);
        background: color-mix(in oklab, var(--_accent) 6%, var(--_surface));
      }

      .preview h3 {
        margin-bottom: var(--_space-4);
      }

      .preview .facts {
        margin-top: var(--_space-12);
      }
    `,
  ];

  constructor() {
    super();
    this.reason = '';
  }
  /** The refundable remainder; the books may allow less of a partly spent top-up. */
  get #leftMinor(): number {
    const { status, amountMinor, refundedMinor } = this.detail.payment;
    return status === 'settled' || status === 'part_refunded' ? amountMinor - refundedMinor : 0;
  }

  override render(): TemplateResult {
    const texts = this.desk.payment;
    return html`<section aria-labelledby="refund">
      <h2 id="refund" class="display">${texts.refundTitle}</h2>
      ${this.messages()}
      ${
        this.#leftMinor > 0
          ? this.#form()
          : html`<p class="muted" data-testid="not-refundable">${texts.notRefundable}</p>`
      }
      ${this.preview ? this.#preview(this.preview) : nothing}
    </section>`;
  }

  #form(): TemplateResult {
    const { payment } = this.detail;
    const texts = this.desk.payment;
    const all = formatAmount(this.#leftMinor, payment.currency, this.language);
    return html`<div class="form">
      <wa-input
        label=${texts.refundAmount}
        hint=${texts.refundable(this.money(this.#leftMinor, payment.currency))}
        inputmode="decimal"
        autocomplete="off"
        data-testid="refund-amount"
        .value=${this.amount ?? all}
        @input=${(event: Event) =>
          this.#change(() => {
            this.amount = textOf(event);
          })}
        ><span slot="end" class="muted">${currencySymbol(payment.currency, this.language)}</span></wa-input
      >
      <wa-input
        label=${texts.refundReason}
        hint=${texts.refundReasonHint}
        maxlength=${LIMITS.reasonChars}
        autocomplete="off"
        data-testid="refund-reason"
        .value=${this.reason}
        @input=${(event: Event) =>
          this.#change(() => {
            this.reason = textOf(event);
          })}
      ></wa-input>
      ${
        this.preview
          ? nothing
          : html`<wa-button variant="neutral" appearance="outlined" data-testid="refund-preview" ?loading=${this.busy === 'preview'} @click=${this.#ask}>${texts.refundPreview}</wa-button>`
      }
    </div>`;
  }

  #preview(preview: RefundPreview): TemplateResult {
    const { payment } = this.detail;
    const texts = this.desk.payment;
    const amount = this.money(preview.amountMinor, payment.currency);
    return html`<div class="preview" role="status" data-testid="refund-legs">
      <h3>${texts.previewTitle(amount)}</h3>
      <p class="small">${texts.previewTo[preview.to]}${GIVES_ACCESS.has(payment.kind) && preview.amountMinor === this.#leftMinor ? ` ${texts.losesAccess}` : nothing}</p>
      ${
        preview.legs.length === 0
          ? nothing
          : html`<p class="small muted">${texts.previewFrom}</p>
              <dl class="facts small">
                ${preview.legs.map((leg) => html`<dt>${texts.parts[leg.part] ?? leg.part}</dt><dd>${this.money(leg.amountMinor, payment.currency)}</dd>`)}
              </dl>`
      }
      <p class="buttons">
        <wa-button variant="danger" data-testid="refund-confirm" ?loading=${this.busy === 'refund'} @click=${() => this.#refund(preview)}>${texts.refundAct(amount)}</wa-button>
        <wa-button appearance="outlined" @click=${() => this.#change(() => {})}>${texts.refundCancel}</wa-button>
      </p>
    </div>`;
  }

  /** Any change invalidates the preview. */
  #change(change: () => void): void {
    change();
    this.preview = undefined;
    this.problem = '';
    this.note = '';
  }

  #ask = async (): Promise<void> => {
    const { payment } = this.detail;
    const texts = this.desk.payment;
    const amountMinor = this.amount === undefined ? this.#leftMinor : parseMoney(this.amount, payment.currency);
    this.note = '';
    if (amountMinor === undefined || amountMinor < 1 || amountMinor > this.#leftMinor) {
      this.problem = texts.refundInvalid(this.money(this.#leftMinor, payment.currency));
      return;
    }
    if (this.reason.trim() === '') {
      this.problem = texts.refundReasonMissing;
      return;
    }
    await this.act('preview', async () => {
      this.preview = await call('GET /v1/payments/:payment/refund-preview', { payment: payment.id, amountMinor });
    });
  };

  async #refund({ amountMinor }: RefundPreview): Promise<void> {
    const { id, currency, refundedMinor } = this.detail.payment;
    // The same request sent twice is one refund.
    const idempotencyKey = `${id}:${refundedMinor}:${amountMinor}`;
    const isDone = await this.act('refund', () =>
      call('POST /v1/refunds', { payment: id, amountMinor, reason: this.reason.trim(), idempotencyKey }),
    );
    this.preview = undefined;
    if (!isDone) return;
    this.amount = undefined;
    this.reason = '';
    this.note = this.desk.payment.refunded(this.money(amountMinor, currency));
    this.emit('desk-refunded', {});
  }
}

defineElement('desk-refund', DeskRefund);
