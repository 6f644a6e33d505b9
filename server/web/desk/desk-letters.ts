/** `<desk-letters>`: letters that did not arrive, with what the mail server answered. */

import type { TemplateResult } from 'lit';
import { html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { UndeliveredLetter } from '../../protocol/accounts/mail.ts';
import { formatMoment } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

export class DeskLetters extends DeskPart {
  static override properties = { ...DeskPart.properties, letters: { state: true } };
  /** Newest first. */
  declare letters: UndeliveredLetter[] | undefined;

  protected override async load(): Promise<void> {
    this.letters = (await call('GET /v1/desk/letters')).letters;
  }

  override render(): TemplateResult {
    const texts = this.desk.letters;
    return html`
      <p class="muted">${texts.text}</p>
      ${this.messages()}
      ${this.whenRead(this.letters, '6rem', (letters) =>
        letters.length === 0
          ? html`<p class="muted">${texts.none}</p>`
          : html`<ul class="rows" data-testid="letters">${letters.map((letter) => this.#letter(letter))}</ul>`,
      )}
    `;
  }

  #letter({ to, template, status, answer, settledAt }: UndeliveredLetter): TemplateResult {
    const texts = this.desk.letters;
    return html`<li>
      <div class="what">
        <p class="line"><span class="state bad">${texts.status[status]}</span> <b><bdi>${to}</bdi></b> <code>${template}</code></p>
        <p class="small" lang="en">${answer ?? texts.notTried}</p>
        <p class="small muted">${formatMoment(settledAt, this.language)}</p>
      </div>
    </li>`;
  }
}

defineElement('desk-letters', DeskLetters);
