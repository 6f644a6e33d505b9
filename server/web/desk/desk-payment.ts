/** `<desk-payment>`: a payment with its ledger entries, refunds and dispute, and a form to refund it. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { DeskPaymentDetail } from '../../protocol/money/desk.ts';
import { formatMoment } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

import { PAYMENT_LOOK } from './desk-payments.ts';
import './desk-refund.ts';

type DeskLeg = DeskPaymentDetail['legs'][number];
type DeskRefundRow = DeskPaymentDetail['refunds'][number];

const REFUND_LOOK = { pending: 'open', succeeded: 'good', failed: 'bad' } as const;

export class DeskPaymentPart extends DeskPart {
  static override properties = { ...DeskPart.properties, payment: {}, detail: { state: true } };
  /** The payment's id. */
  declare payment: string;
  declare detail: DeskPaymentDetail | undefined;

  static override styles = [
    ...DeskPart.styles,
    css`
      .about {
        margin-top: var(--_space-16);
        grid-template-columns: auto minmax(0, 1fr);
      }

      .about dt {
        color: var(--_muted);
      }

      .back {
        margin-bottom: var(--_space-16);
      }

      .legs {
        margin-top: var(--_space-16);
        padding: var(--_space-16) var(--_space-16);
        border: 1px solid var(--_line);
        border-radius: var(--_radius);
        background: var(--_surface);
      }

      .legs p {
        margin-bottom: var(--_space-8);
      }

      .title {
        font: var(--_title-28);
      }

      .what wa-button {
        margin-top: var(--_space-8);
      }

      @media (min-width: 900px) {
        .halves {
          display: grid;
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
          gap: var(--_space-48);
          align-items: start;
        }

        .halves > div > section:first-child {
          margin-top: 0;
        }
      }
    `,
  ];

  protected override async load(): Promise<void> {
    this.detail = await call('GET /v1/payments/:payment', { payment: this.payment });
  }

  override render(): TemplateResult {
    const { detail } = this;
    return html`
      <p class="back"><a class="link" href="/desk/payments">${this.desk.payment.back}</a></p>
      ${this.whenRead(detail, '24rem', (read) => this.#detail(read))}
      ${detail && detail.refunds.length > 0 ? nothing : this.messages()}
    `;
  }

  #detail(detail: DeskPaymentDetail): TemplateResult {
    const { payment, refunds, dispute } = detail;
    const texts = this.desk.payment;
    return html`<div class="halves">
      <div>
        <div class="title-line">
          <h2 class="display title">${this.words.wallet.kinds[payment.kind] ?? payment.kind}, ${this.money(payment.amountMinor, payment.currency)}</h2>
          <span class="state ${PAYMENT_LOOK[payment.status]}" data-testid="payment-status">${this.desk.payments.states[payment.status]}</span>
        </div>
        ${this.#about(detail)}
        <desk-refund .detail=${detail} @desk-refunded=${() => this.reload()}></desk-refund>
        ${
          refunds.length === 0
            ? nothing
            : html`<section aria-labelledby="refunds">
                <h2 id="refunds" class="display">${texts.refunds}</h2>
                ${this.messages()}
                <ul class="rows" data-testid="refunds">${refunds.map((refund) => this.#refund(refund))}</ul>
              </section>`
        }
        ${
          dispute
            ? html`<section aria-labelledby="dispute">
                <h2 id="dispute" class="display">${texts.dispute}</h2>
                <p><span class="state bad">${this.desk.disputes.states[dispute.status]}</span> <a class="link" href="/desk/disputes">${this.desk.disputes.reasons[dispute.reason] ?? dispute.reason}</a></p>
              </section>`
            : nothing
        }
      </div>
      <div>
        <section aria-labelledby="legs">
          <h2 id="legs" class="display">${texts.legs}</h2>
          <p class="muted small">${texts.legsText}</p>
          ${transactionsOf(detail.legs).map((legs) => this.#transaction(legs, payment.currency))}
        </section>
      </div>
    </div>`;
  }
  #about({ payment, receipt, providerPayment }: DeskPaymentDetail): TemplateResult {
    const texts = this.desk.payment;
    const line = (label: string, value: unknown) => (value ? html`<dt>${label}</dt><dd>${value}</dd>` : nothing);
    return html`<dl class="facts about">
      ${line(this.words.receipt.number, html`<code>${payment.id}</code>`)}
      ${line(texts.date, html`<time datetime=${payment.at}>${formatMoment(payment.at, this.language)}</time>`)}
      ${line(texts.buyer, html`<a href="/desk/payments?query=${payment.identity}">${payment.identity}</a>`)}
      ${line(texts.creator, payment.creator && html`<a href="/desk/payments?query=${payment.creator}">${payment.creator}</a>`)}
      ${line(texts.room, receipt?.room && html`<bdi>${receipt.room.title}</bdi>`)}
      ${line(texts.provider, providerPayment && html`<code>${providerPayment}</code>`)}
      ${line(texts.receipt, receipt && html`<a href="/receipts/${receipt.id}">${texts.receipt}</a>`)}
    </dl>`;
  }
  #refund(refund: DeskRefundRow): TemplateResult {
    const texts = this.desk.payment;
    return html`<li data-testid="refund-${refund.id}">
      <div class="what">
        <p class="line"><span class="state ${REFUND_LOOK[refund.status]}">${texts.refundStates[refund.status]}</span> ${texts.refundTo[refund.to]}</p>
        <p class="small muted">${formatMoment(refund.createdAt, this.language)} · <bdi>${this.words.wallet.refundReasons[refund.reason] ?? refund.reason}</bdi> <span>${texts.refundBy(refund.by)}</span></p>
        ${refund.failure ? html`<p class="small">${texts.refundFailure(refund.failure)}</p>` : nothing}
        ${
          refund.status === 'failed'
            ? html`<wa-button size="small" appearance="outlined" data-testid="refund-again-${refund.id}" ?loading=${this.busy === refund.id} @click=${() => this.#sendAgain(refund)}>${texts.refundAgain}</wa-button>`
            : nothing
        }
      </div>
      <span class="amount">${this.money(refund.amountMinor, refund.currency)}</span>
    </li>`;
  }

  async #sendAgain({ id, amountMinor, reason }: DeskRefundRow): Promise<void> {
    const { payment } = this;
    const isSent = await this.act(id, () => call('POST /v1/refunds', { payment, amountMinor, reason }));
    if (!isSent) return;
    await this.reload();
    this.note = this.desk.payment.refundSentAgain;
  }

  #transaction(legs: DeskLeg[], currency: string): TemplateResult {
    const [first] = legs;
    return html`<div class="legs">
      <p class="small muted">
<b>${first?.kind}</b> <code>${first?.transaction}</code> · ${first ? formatMoment(first.at, this.language) : nothing}</p>
      <dl class="facts small">
        ${legs.map(
          (leg) =>
            html`<dt><code>${leg.account}</code>${leg.owner.startsWith('#') ? nothing : html` <span class="muted">${leg.owner}</span>`}</dt><dd>${this.money(leg.amountMinor, currency)}</dd>`,
        )}
      </dl>
    </div>`;
  }
}

/** The entries by transaction, in order. */
function transactionsOf(legs: readonly DeskLeg[]): DeskLeg[][] {
  const byTransaction = new Map<string, DeskLeg[]>();
  for (const leg of legs) byTransaction.set(leg.transaction, [...(byTransaction.get(leg.transaction) ?? []), leg]);
  return [...byTransaction.values()];
}

defineElement('desk-payment', DeskPaymentPart);
