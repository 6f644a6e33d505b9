/** `<account-data>`: the export of all that the house holds on somebody, and closing the account. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { LogeError } from '../../../client-sdk/src/errors.ts';
import type { AccountClosing } from '../../protocol/accounts/people.ts';
import { formatMoment } from '../site/dates.ts';
import { call, download } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';

const SAVED_MS = 60_000;

export class AccountData extends AccountPart {
  static override properties = { ...AccountPart.properties, closing: { state: true } };
  static override styles = [
    ...AccountPart.styles,
    css`
      .closing {
        margin-top: var(--_space-24);
      }
    `,
  ];

  /** Once the person has asked for it. */
  declare closing: AccountClosing | undefined;

  override render(): TemplateResult {
    const { data: texts } = this.words.accounts;
    return html`<section aria-labelledby="data">
      <h2 id="data" class="display">${texts.title}</h2>
      <p class="muted">${texts.exportText}</p>
      <p class="buttons">
        ${button({ label: texts.export, testId: 'export', isOutlined: true, isBusy: this.busy === 'export', isDisabled: this.busy !== '', onClick: this.#export })}
      </p>
      <p class="muted closing">${texts.closeText}</p>
      ${
        this.closing
          ? this.#closing(this.closing)
          : html`<p class="buttons">
              ${button({ label: texts.look, testId: 'closing-look', isOutlined: true, isDisabled: this.busy !== '', onClick: this.#look })}
            </p>`
      }
      ${this.messages()}
    </section>`;
  }

  #closing({ openMatters, tickets, receiptYears }: AccountClosing): TemplateResult {
    const { data: texts } = this.words.accounts;
    if (openMatters.length > 0) {
      const name = (matter: string) => (texts.matters as Record<string, string>)[matter] ?? matter;
      return html`<div class="card" style="margin-top: var(--_space-12)" data-testid="closing-blocked">
        <p>${texts.blocked}</p>
        <ul style="padding-inline-start: var(--_space-24)">${openMatters.map((matter) => html`<li>${name(matter)}</li>`)}</ul>
      </div>`;
    }
    return html`<form class="card" style="margin-top: var(--_space-12)" data-testid="closing" @submit=${this.#close}>
      ${
        tickets.length > 0
          ? html`<p>${texts.tickets}</p>
              <ul style="padding-inline-start: var(--_space-24)">
                ${tickets.map(
                  ({ room, title, startsAt }) =>
                    html`<li><a href="/rooms/${room}">${title}</a>${startsAt ? html` · ${formatMoment(startsAt, this.language)}` : nothing}</li>`,
                )}
              </ul>`
          : nothing
      }
      <p>${texts.erased}</p>
      <p>${texts.kept(receiptYears)}</p>
      <label class="check"><input type="checkbox" required data-testid="closing-sure" />${texts.sure}</label>
      ${this.submit(texts.close, 'closing-close')}
    </form>`;
  }

  #export = (): void => {
    void this.act('export', async () => {
      const file = await download('GET /v1/me/export');
      const href = URL.createObjectURL(file);
      Object.assign(document.createElement('a'), { href, download: file.name }).click();
      // The download has begun by then.
      setTimeout(() => URL.revokeObjectURL(href), SAVED_MS);
    });
  };

  protected override wordsFor(error: unknown): string {
    const isLimited = error instanceof LogeError && error.code === 'rate_limited';
    return isLimited && this.busy === 'export' ? this.words.accounts.data.exportLimited : super.wordsFor(error);
  }

  #look = (): void => {
    void this.act('look', async () => {
      this.closing = await call('GET /v1/me/closing');
    });
  };

  /** The second call clears this browser's cookie. */
  #close = (event: Event): void => {
    event.preventDefault();
    void this.act('close', async () => {
      await call('POST /v1/me/closing', { confirmed: true });
      await call('POST /site/sign-out');
      location.assign('/');
    });
  };
}

defineElement('account-data', AccountData);
