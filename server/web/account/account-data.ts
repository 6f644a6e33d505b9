/** `<account-data>`: the export of all that the house holds on somebody, and closing the account. */
import { html, nothing } from 'lit';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { AccountClosing } from '../../protocol/accounts/people.ts';
import { leaveFor } from '../site/leave-page.ts';
import { call, download } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';

const SAVED_MS = 60_000;

/** Its data: what closing would mean, once the person has asked for it. */
export class AccountData extends AccountPart<AccountClosing> {
  protected override show(closing: AccountClosing | undefined): unknown {
    const { data: texts } = this.words.accounts;
    const look = {
      label: texts.look,
      testId: () => 'closing-look',
      run: async () => {
        this.data = await call('GET /v1/me/closing');
      },
    };
    return this.section(
      'data',
      { title: texts.title, text: texts.exportText },
      html`${this.acts(undefined, [{ label: texts.export, testId: () => 'export', run: saveExport }])}
        <p class="muted apart">${texts.closeText}</p>
        ${closing ? this.#closing(closing) : this.acts(undefined, [look])}`,
    );
  }

  #closing({ openMatters, tickets, receiptYears, taxReportUntil }: AccountClosing): unknown {
    const { data: texts } = this.words.accounts;
    if (openMatters.length > 0) {
      const name = (matter: string) => (texts.matters as Record<string, string>)[matter] ?? matter;
      return html`<div data-testid="closing-blocked">
        <p>${texts.blocked}</p>
        ${this.list({ items: openMatters, row: (matter) => ({ title: name(matter) }) })}
      </div>`;
    }
    const lost = this.list({
      items: tickets,
      row: ({ room, title, startsAt }) => ({
        title: html`<a href="/rooms/${room}">${title}</a>`,
        lines: [startsAt && this.moment(startsAt)],
      }),
    });
    return html`<div data-testid="closing">
      ${tickets.length > 0 ? [html`<p>${texts.tickets}</p>`, lost] : nothing}
      <p>${texts.erased}</p>
      <p>${texts.kept(receiptYears)}</p>
      ${taxReportUntil === null ? nothing : html`<p>${texts.reported(taxReportUntil)}</p>`}
      ${this.form({
        fields: [{ name: 'sure', label: texts.sure, testId: 'closing-sure', kind: 'check', isRequired: true }],
        submit: { label: texts.close, testId: 'closing-close', look: 'danger' },
        send: async () => {
          await call('POST /v1/me/closing', { confirmed: true });
          // Clears this browser's cookie.
          await call('POST /site/sign-out');
          await leaveFor('/');
        },
      })}
    </div>`;
  }

  protected override wordsFor(error: unknown): string {
    const isLimited = error instanceof LogeError && error.code === 'rate_limited';
    return isLimited && this.busy === 'export' ? this.words.accounts.data.exportLimited : super.wordsFor(error);
  }
}

async function saveExport(): Promise<void> {
  const file = await download('GET /v1/me/export');
  const href = URL.createObjectURL(file);
  Object.assign(document.createElement('a'), { href, download: file.name }).click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(href), SAVED_MS);
}

defineElement('account-data', AccountData);
