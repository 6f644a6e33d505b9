/** `<desk-disputes>`: payments that a bank has reversed, with the deadline, and evidence that is handed in once. */
import { html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Dispute } from '../../protocol/money/payouts.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

const LOOK = { inquiry: 'open', open: 'bad', under_review: 'open', won: 'good', lost: 'bad' } as const;

/** An inquiry takes evidence once; if it becomes a dispute, that one takes evidence too. */
function isOpen({ status, submittedAt }: Dispute): boolean {
  return status === 'open' || (status === 'inquiry' && !submittedAt);
}

export class DeskDisputes extends DeskPart<Dispute[]> {
  protected override height = '14rem';

  protected override read = async () => this.know(await call('GET /v1/disputes')).disputes;

  protected override show(disputes: Dispute[]): unknown {
    const texts = this.desk.disputes;
    return this.list({
      items: disputes,
      empty: texts.none,
      row: (dispute) => {
        const { currency, evidenceDueAt, submittedAt, frozenCreditMinor, lossMinor } = dispute;
        const money = (amountMinor: number) => this.money(amountMinor, currency);
        return {
          title: this.person(dispute.identity),
          state: { look: LOOK[dispute.status], text: texts.states[dispute.status] },
          lines: [
            isOpen(dispute) && evidenceDueAt && html`<b class="bad-mark">${texts.due(this.moment(evidenceDueAt))}</b>`,
            submittedAt && texts.submitted(this.moment(submittedAt)),
            texts.reason(texts.reasons[dispute.reason] ?? dispute.reason),
            `${this.moment(dispute.openedAt)} · ${texts.fee(money(dispute.feeMinor))}`,
            frozenCreditMinor > 0 && texts.frozen(money(frozenCreditMinor)),
            lossMinor && texts.loss(money(lossMinor)),
            html`<a href="/desk/payments/${dispute.source}">${texts.payment}</a>`,
          ],
          amount: money(dispute.amountMinor),
          testId: `dispute-${dispute.id}`,
        };
      },
      acts: [
        {
          label: texts.submit,
          testId: () => 'submit-evidence',
          isFor: isOpen,
          question: () => ({
            title: texts.submitTitle,
            text: texts.submitText,
            confirm: texts.submit,
            cancel: texts.notYet,
            testId: 'confirm-evidence',
            field: { label: texts.note, hint: texts.noteHint, maxChars: LIMITS.reasonChars, testId: 'evidence-note' },
          }),
          run: ({ id }, note) => call('POST /v1/disputes/:dispute/evidence', { dispute: id, note: note || undefined }),
          done: () => texts.done,
        },
      ],
    });
  }
}

defineElement('desk-disputes', DeskDisputes);
