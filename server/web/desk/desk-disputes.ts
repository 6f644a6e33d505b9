/** `<desk-disputes>`: payments that a bank has reversed, with the deadline and the form for evidence. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Dispute } from '../../protocol/money/payouts.ts';
import { formatMoment } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import { DeskPart, textOf } from './desk-part.ts';

const LOOK = { inquiry: 'open', open: 'bad', under_review: 'open', won: 'good', lost: 'bad' } as const;

export class DeskDisputes extends DeskPart {
  static override properties = { ...DeskPart.properties, disputes: { state: true }, notes: { state: true } };
  declare disputes: Dispute[] | undefined;
  /** The text being written for each dispute. */
  declare notes: Record<string, string>;

  static override styles = [
    ...DeskPart.styles,
    css`
      .card {
        margin-bottom: var(--_space-16);
      }

      .about {
        margin: var(--_space-8) 0 var(--_space-16);
      }

      .due {
        color: var(--_danger);
      }
    `,
  ];

  constructor() {
    super();
    this.notes = {};
  }

  protected override async load(): Promise<void> {
    this.disputes = (await call('GET /v1/disputes')).disputes;
  }

  override render(): TemplateResult {
    return html`
      ${this.messages()}
      ${this.whenRead(this.disputes, '14rem', (disputes) =>
        disputes.length === 0
          ? html`<div class="empty"><p>${this.desk.disputes.none}</p></div>`
          : disputes.map((dispute) => this.#dispute(dispute)),
      )}
    `;
  }

  #dispute(dispute: Dispute): TemplateResult {
    const texts = this.desk.disputes;
    const { language } = this;
    const money = (amountMinor: number) => this.money(amountMinor, dispute.currency);
    // An inquiry takes evidence once; if it becomes a dispute, that one takes evidence too.
    const isOpen = dispute.status === 'open' || (dispute.status === 'inquiry' && !dispute.submittedAt);
    return html`<article class="card" data-testid="dispute-${dispute.id}">
      <div class="title-line">
        <h2 class="display">${texts.by(dispute.identity, money(dispute.amountMinor))}</h2>
        <span class="state ${LOOK[dispute.status]}">${texts.states[dispute.status]}</span>
      </div>
      <div class="about small">
        <p class="muted">${formatMoment(dispute.openedAt, language)} · ${texts.reason(texts.reasons[dispute.reason] ?? dispute.reason)} · ${texts.fee(money(dispute.feeMinor))}</p>
        ${dispute.frozenCreditMinor > 0 ? html`<p>${texts.frozen(money(dispute.frozenCreditMinor))}</p>` : nothing}
        ${dispute.lossMinor ? html`<p>${texts.loss(money(dispute.lossMinor))}</p>` : nothing}
        ${isOpen && dispute.evidenceDueAt ? html`<p class="due"><b>${texts.due(formatMoment(dispute.evidenceDueAt, language))}</b></p>` : nothing}
        ${dispute.submittedAt ? html`<p>${texts.submitted(formatMoment(dispute.submittedAt, language))}</p>` : nothing}
        <p><a class="link" href="/desk/payments/${dispute.source}">${texts.payment}</a></p>
      </div>
      ${isOpen ? this.#evidence(dispute) : nothing}
    </article>`;
  }

  #evidence(dispute: Dispute): TemplateResult {
    const texts = this.desk.disputes;
    return html`<div class="form">
      <wa-input
        label=${texts.note}
        hint=${texts.noteHint}
        maxlength=${LIMITS.reasonChars}
        autocomplete="off"
        data-testid="evidence-note"
        .value=${this.notes[dispute.id] ?? ''}
        @input=${(event: Event) => {
          this.notes = { ...this.notes, [dispute.id]: textOf(event) };
        }}
      ></wa-input>
      <wa-button variant="neutral" data-testid="submit-evidence" ?loading=${this.busy === dispute.id} @click=${() => this.#submit(dispute)}>${texts.submit}</wa-button>
    </div>`;
  }

  async #submit({ id }: Dispute): Promise<void> {
    const texts = this.desk.disputes;
    const isSure = await this.isSure({
      title: texts.submitTitle,
      text: texts.submitText,
      confirm: texts.submit,
      cancel: texts.notYet,
      testId: 'confirm-evidence',
    });
    if (!isSure) return;
    const isDone = await this.act(id, async () => {
      await call('POST /v1/disputes/:dispute/evidence', { dispute: id, note: this.notes[id]?.trim() || undefined });
      await this.reload();
    });
    if (isDone) this.note = texts.done;
  }
}

defineElement('desk-disputes', DeskDisputes);
