/** `<account-operator>`: accepting an invitation to be an operator, which needs a passkey. */
import type { TemplateResult } from 'lit';
import { html } from 'lit';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { peopleApi } from '../api/people-api.ts';
import { AccountPart } from './account-part.ts';

export class AccountOperator extends AccountPart {
  static override properties = { ...AccountPart.properties, token: { attribute: false } };
  declare token: string;

  override render(): TemplateResult {
    const { operator: texts } = this.words.accounts;
    return html`<section aria-labelledby="operator">
      <h2 id="operator" class="display">${texts.title}</h2>
      <p class="muted">${texts.text}</p>
      <p class="buttons">
        ${button({ label: texts.accept, testId: 'operator-accept', isBusy: this.busy !== '', onClick: this.#accept })}
      </p>
      ${this.messages()}
    </section>`;
  }

  #accept = (): void => {
    void this.act('accept', async () => {
      await peopleApi.becomeOperator(this.token);
      location.assign('/desk');
    });
  };
}

defineElement('account-operator', AccountOperator);
