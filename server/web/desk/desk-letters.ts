/** `<desk-letters>`: letters that did not arrive, with what the mail server answered. */
import { html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { UndeliveredLetter } from '../../protocol/accounts/mail.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

/** Newest first. */
export class DeskLetters extends DeskPart<UndeliveredLetter[]> {
  protected override read = async () => (await call('GET /v1/desk/letters')).letters;

  protected override show(letters: UndeliveredLetter[]): unknown {
    const texts = this.desk.letters;
    return [
      html`<p class="muted">${texts.text}</p>`,
      this.list({
        items: letters,
        testId: 'letters',
        empty: texts.none,
        row: ({ to, template, status, answer, settledAt }) => ({
          title: html`<bdi>${to}</bdi> <code>${template}</code>`,
          state: { look: 'bad', text: texts.status[status] },
          lines: [html`<span lang="en">${answer ?? texts.notTried}</span>`, this.moment(settledAt)],
        }),
      }),
    ];
  }
}

defineElement('desk-letters', DeskLetters);
