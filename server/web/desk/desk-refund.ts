/**
 * `<desk-refund>`: amount and reason; what it takes from whom by the books is asked before it is sent. Fires
 * `desk-refunded` afterwards.
 */
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { currencySymbol, formatAmount, parseMoney } from '../../../client-sdk/elements/texts/format.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { DeskPaymentDetail, RefundPreview } from '../../protocol/money/desk.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

/** Payments that give access, which the refund of all that is left ends. */
const GIVES_ACCESS = new Set(['ticket', 'membership']);

export class DeskRefund extends DeskPart {
  static override properties = { ...DeskPart.properties, detail: { attribute: false } };
  declare detail: DeskPaymentDetail;

  /** The refundable remainder; the books may allow less of a partly spent top-up. */
  get #leftMinor(): number {
    const { status, amountMinor, refundedMinor } = this.detail.payment;
    return status === 'settled' || status === 'part_refunded' ? amountMinor - refundedMinor : 0;
  }

  protected override show(): unknown {
    const texts = this.desk.payment;
    const content =
      this.#leftMinor > 0
        ? this.#form()
        : html`<p class="muted" data-testid="not-refundable">${texts.notRefundable}</p>`;
    return this.section('refund', { title: texts.refundTitle }, content);
  }

  #form(): unknown {
    const texts = this.desk.payment;
    const { id, currency, refundedMinor } = this.detail.payment;
    const left = this.money(this.#leftMinor, currency);
    const amountOf = (given: string) => parseMoney(given, currency) ?? 0;
    return this.form({
      fields: [
        {
          ...{ name: 'amount', label: `${texts.refundAmount} (${currencySymbol(currency, this.language)})` },
          ...{ hint: texts.refundable(left), testId: 'refund-amount', inputMode: 'decimal' },
          value: formatAmount(this.#leftMinor, currency, this.language),
        },
        {
          ...{ name: 'reason', label: texts.refundReason, hint: texts.refundReasonHint, testId: 'refund-reason' },
          maxChars: LIMITS.reasonChars,
        },
      ],
      submit: { label: texts.refundPreview, testId: 'refund-preview', look: 'outlined' },
      faults: (values) => {
        const amountMinor = amountOf(values('amount'));
        return {
          amount: (amountMinor < 1 || amountMinor > this.#leftMinor) && texts.refundInvalid(left),
          reason: values('reason') === '' && texts.refundReasonMissing,
        };
      },
      question: async (values) => {
        const amountMinor = amountOf(values('amount'));
        const preview = await call('GET /v1/payments/:payment/refund-preview', { payment: id, amountMinor });
        const amount = this.money(preview.amountMinor, currency);
        return {
          title: texts.previewTitle(amount),
          text: this.split(preview),
          confirm: texts.refundAct(amount),
          cancel: texts.refundCancel,
          testId: 'refund-confirm',
        };
      },
      send: async (values) => {
        const amountMinor = amountOf(values('amount'));
        // The same request sent twice is one refund.
        const idempotencyKey = `${id}:${refundedMinor}:${amountMinor}`;
        await call('POST /v1/refunds', { payment: id, amountMinor, reason: values('reason'), idempotencyKey });
        this.emit('desk-refunded', {});
      },
      done: (values) => texts.refunded(this.money(amountOf(values('amount')), currency)),
      isCleared: true,
    });
  }

  /** What a refund takes from whom, and what the buyer loses with it. */
  protected split({ amountMinor, to, legs }: RefundPreview): TemplateResult {
    const texts = this.desk.payment;
    const { kind, currency } = this.detail.payment;
    const losesAccess = GIVES_ACCESS.has(kind) && amountMinor === this.#leftMinor;
    return html`<div class="amounts" data-testid="refund-legs">
      <p>${texts.previewTo[to]} ${losesAccess ? texts.losesAccess : nothing}</p>
      ${legs.length === 0 ? nothing : html`<p>${texts.previewFrom}</p>`}
      ${this.facts(legs.map(({ part, amountMinor: minor }) => [texts.parts[part] ?? part, this.money(minor, currency)]))}
    </div>`;
  }
}

defineElement('desk-refund', DeskRefund);
