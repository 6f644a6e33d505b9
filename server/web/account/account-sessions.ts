/** `<account-sessions>`: where one is signed in, with a way to end each, or all. */

import type { TemplateResult } from 'lit';
import { html } from 'lit';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { PersonSession } from '../../protocol/accounts/people.ts';
import { formatMoment } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';

export class AccountSessions extends AccountPart {
  static override properties = { ...AccountPart.properties, sessions: { state: true } };
  declare sessions: PersonSession[];

  constructor() {
    super();
    this.sessions = [];
  }

  protected override async load(): Promise<void> {
    this.sessions = (await call('GET /v1/me/sessions')).sessions;
  }

  override render(): TemplateResult {
    const { accountTexts: texts } = this;
    return html`<section aria-labelledby="sessions">
      <h2 id="sessions" class="display">${texts.sessions}</h2>
      <p class="muted">${texts.sessionsText}</p>
      <ul class="rows" data-testid="sessions">
        ${this.sessions.map((session) => this.#row(session))}
      </ul>
      ${this.messages()}
      <p class="buttons">
        ${button({ label: texts.everywhere, testId: 'sign-out-everywhere', isOutlined: true, onClick: this.#signOutEverywhere })}
      </p>
    </section>`;
  }

  #row({ id, device, createdAt, lastUsedAt, isCurrent }: PersonSession): TemplateResult {
    const { accountTexts: texts, language } = this;
    const name = device || texts.unknownDevice;
    const times = [texts.lastUsed(formatMoment(lastUsedAt, language)), texts.since(formatMoment(createdAt, language))];
    return html`<li>
      <span class="what">
        <strong>${name}</strong>
        <span class="muted small"> · ${times.join(' · ')}</span>
      </span>
      ${
        isCurrent
          ? html`<span class="state good">${texts.thisDevice}</span>`
          : html`<button
              class="link"
              type="button"
              aria-label=${texts.signOutOf(name)}
              ?disabled=${this.busy !== ''}
              @click=${() => this.#signOutOf(id)}
            >
              ${texts.signOutThere}
            </button>`
      }
    </li>`;
  }

  #signOutOf = async (id: string): Promise<void> => {
    const isDone = await this.act(id, async () => {
      await call('DELETE /v1/me/sessions/:session', { session: id });
      await this.reload();
    });
    if (isDone) this.note = this.accountTexts.signedOutThere;
  };

  /** The second call clears this browser's cookie. */
  #signOutEverywhere = (): void => {
    void this.act('everywhere', async () => {
      await call('DELETE /v1/me/sessions');
      await call('POST /site/sign-out');
      location.assign('/');
    });
  };
}

defineElement('account-sessions', AccountSessions);
