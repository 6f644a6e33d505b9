/** `<seat-cases>`: the cases of the committee, and the form to open another one. */
import { html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { CommitteeCase } from '../../protocol/trust/committee-cases.ts';
import type { Row } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';
import './seat-opening.ts';
import { SeatPart } from './seat-part.ts';

export class SeatCases extends SeatPart<CommitteeCase[]> {
  protected override height = '10rem';

  protected override read = async () => (await call('GET /v1/committee/cases')).cases;

  protected override show(cases: CommitteeCase[]): unknown {
    const texts = this.words.seatCases;
    return [
      html`<p class="muted">${texts.text}</p>`,
      this.list({ items: cases, testId: 'seat-cases', empty: texts.none, row: (each) => this.#row(each) }),
      html`<seat-opening></seat-opening>`,
    ];
  }

  #row({ id, number, title, origin, openedBy, openedAt, closed, recusals, mayNotRead }: CommitteeCase): Row {
    const texts = this.words.seatCases;
    const date = this.day(openedAt);
    return {
      title: texts.titled(number, title[this.language]),
      ...(!mayNotRead && { href: `/seat/cases/${id}` }),
      state: closed ? { look: '', text: texts.states.closed } : { look: 'open', text: texts.states.open },
      lines: [
        `${texts.origins[origin]} · ${openedBy === null ? texts.openedByAlarm(date) : texts.openedBy(openedBy, date)}`,
        recusals.length > 0 && texts.recusedCount(recusals.length),
        mayNotRead && html`<span class="open-mark" data-testid="may-not-read">${texts.mayNotRead[mayNotRead]}</span>`,
      ],
      testId: `case-${number}`,
    };
  }
}

defineElement('seat-cases', SeatCases);
