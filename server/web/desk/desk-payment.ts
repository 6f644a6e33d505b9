/** `<desk-payment>`: a payment with its ledger entries, refunds and dispute, and a form to refund it. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { DeskPaymentDetail } from '../../protocol/money/desk.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';
import { PAYMENT_LOOK } from './desk-payments.ts';
import './desk-refund.ts';

type DeskLeg = DeskPaymentDetail['legs'][number];

const REFUND_LOOK = { pending: 'open', succeeded: 'good', failed: 'bad' } as const;

export class DeskPaymentPart extends DeskPart<DeskPaymentDetail> {
  static override properties = { ...DeskPart.properties, payment: {} };
  /** The payment's id. */
  declare payment: string;
  protected override height = '24rem';

  static override styles = [
    ...DeskPart.styles,
    css`
      .legs + .legs {
        margin-top: var(--_space-16);
        padding-top: var(--_space-16);
        border-top: 1px solid var(--_line);
      }

      @media (min-width: 1200px) {
        .halves {
          display: grid;
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
          gap: var(--_space-48);
          align-items: start;
        }

        .halves > section {
          margin-top: 0;
        }
      }
    `,
  ];

  protected override read = async () => this.know(await call('GET /v1/payments/:payment', { payment: this.payment }));

  protected override show(detail: DeskPaymentDetail): unknown {
    const { payment, refunds, dispute, legs } = detail;
    const texts = this.desk.payment;
    const { states, reasons } = this.desk.disputes;
    const books = transactionsOf(legs).map((each) => this.#transaction(each, payment.currency));
    return html`<p><a href="/desk/payments">${texts.back}</a></p>
      <div class="halves">
        <section>
          <div class="title-line">
            <h1 class="display">${this.words.wallet.kinds[payment.kind] ?? payment.kind}, ${this.money(payment.amountMinor, payment.currency)}</h1>
            <span class="state ${PAYMENT_LOOK[payment.status]}" data-testid="payment-status">${this.desk.payments.states[payment.status]}</span>
          </div>
          ${this.#about(detail)}
          <desk-refund .detail=${detail} @desk-refunded=${() => this.reload()}></desk-refund>
          ${refunds.length > 0 ? this.section('refunds', { title: texts.refunds }, this.#refunds(refunds)) : nothing}
          ${
            dispute
              ? this.section(
                  'dispute',
                  { title: texts.dispute },
                  html`<p><span class="state bad">${states[dispute.status]}</span> <a href="/desk/disputes">${reasons[dispute.reason] ?? dispute.reason}</a></p>`,
                )
              : nothing
          }
        </section>
        ${this.section('legs', { title: texts.legs, text: texts.legsText }, books)}
      </div>`;
  }

  #about({ payment, receipt, providerPayment }: DeskPaymentDetail): TemplateResult {
    const texts = this.desk.payment;
    const search = (identity: string) => this.person(identity, `/desk/payments?query=${encodeURIComponent(identity)}`);
    return this.facts([
      [this.words.receipt.number, html`<code>${payment.id}</code>`],
      [texts.date, html`<time datetime=${payment.at}>${this.moment(payment.at)}</time>`],
      [texts.buyer, search(payment.identity)],
      [texts.creator, payment.creator && search(payment.creator)],
      [texts.room, receipt?.room && html`<bdi>${receipt.room.title}</bdi>`],
      [texts.provider, providerPayment && html`<code>${providerPayment}</code>`],
      [texts.receipt, receipt && html`<a href="/receipts/${receipt.id}">${texts.receipt}</a>`],
    ]);
  }

  #refunds(items: DeskPaymentDetail['refunds']): unknown {
    const texts = this.desk.payment;
    const reasons: Record<string, string> = this.words.wallet.refundReasons;
    return this.list({
      items,
      testId: 'refunds',
      row: ({ id, status, to, byTransfer, createdAt, reason, by, failure, amountMinor, currency }) => ({
        title: texts.refundTo[byTransfer ? 'bank' : to],
        state: { look: REFUND_LOOK[status], text: texts.refundStates[status] },
        lines: [
          html`<bdi>${reasons[reason] ?? reason}</bdi>`,
          `${this.moment(createdAt)} ${texts.refundBy(this.nameOf(by))}`,
          failure && texts.refundFailure(failure),
        ],
        amount: this.money(amountMinor, currency),
        testId: `refund-${id}`,
      }),
      acts: [
        {
          label: texts.refundAgain,
          testId: ({ id }) => `refund-again-${id}`,
          isFor: ({ status }) => status === 'failed',
          run: ({ amountMinor, reason }) => call('POST /v1/refunds', { payment: this.payment, amountMinor, reason }),
          done: () => texts.refundSentAgain,
        },
      ],
    });
  }

  #transaction(legs: DeskLeg[], currency: string): TemplateResult {
    const [first] = legs;
    return html`<div class="legs amounts">
      <p class="muted">${first?.kind} <code>${first?.transaction}</code> · ${first ? this.moment(first.at) : nothing}</p>
      ${this.facts(
        legs.map(({ account, owner, amountMinor }) => [
          html`<code>${account}</code> ${owner.startsWith('#') ? nothing : this.nameOf(owner)}`,
          this.money(amountMinor, currency),
        ]),
      )}
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
