/**
 * `<account-operator>`: accepting an invitation to be an operator, with a passkey or at the house's OpenID provider.
 */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { call } from '../site/site-call.ts';

import { AccountPart } from './account-part.ts';

export class AccountOperator extends AccountPart {
  static override properties = {
    ...AccountPart.properties,
    token: { attribute: false },
    provider: { attribute: false },
  };
  declare token: string;
  /** The host of the provider; null if the house has none. */
  declare provider: string | null;

  override render(): TemplateResult {
    const { operator: texts, oidc } = this.words.accounts;
    const { provider } = this;
    const isBusy = this.busy !== '';
    return html`<section aria-labelledby="operator">
      <h2 id="operator" class="display">${texts.title}</h2>
      <p class="muted">${provider ? texts.textWith(provider) : texts.text}</p>
      <p class="buttons">
        ${button({ label: provider ? texts.withPasskey : texts.accept, testId: 'operator-accept', isBusy, onClick: this.#accept })}
        ${provider ? button({ label: oidc.continueWith(provider), testId: 'operator-provider', isBusy, onClick: this.#enrol }) : nothing}
      </p>
      ${this.messages()}
    </section>`;
  }

  #accept = (): void => {
    void this.act('accept', async () => {
      await call('POST /v1/me/operator', { token: this.token });
      location.assign('/desk');
    });
  };

  #enrol = (): void => {
    const start = { invitation: this.token, returnTo: `/account?operator=${this.token}` };
    void this.act('enrol', async () => {
      location.assign((await call('POST /site/oidc', { ...start, purpose: 'enrol' })).url);
    });
  };
}

defineElement('account-operator', AccountOperator);
