/** `<account-address>`: one's mail address, and changing it, to which both mailboxes have to agree. */

import type { TemplateResult } from 'lit';
import { html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { LogeError } from '../../../client-sdk/src/errors.ts';
import type { AddressChange } from '../../protocol/accounts/addresses.ts';
import type { Profile } from '../../protocol/accounts/people.ts';
import { call } from '../site/site-call.ts';

import { AccountPart, fieldsOf } from './account-part.ts';

export class AccountAddress extends AccountPart {
  static override properties = {
    ...AccountPart.properties,
    profile: { attribute: false },
    change: { state: true },
  };
  declare profile: Profile;
  /** Undefined until loaded. */
  declare change: AddressChange | null | undefined;

  protected override async load(): Promise<void> {
    this.change = (await call('GET /v1/me/address-change')).change;
  }

  override render(): TemplateResult {
    const { address: texts } = this.words.accounts;
    return html`<section aria-labelledby="address">
      <h2 id="address" class="display">${texts.title}</h2>
      <p data-testid="account-address">${this.profile.addresses.join(', ')}</p>
      <p class="muted">${texts.text}</p>
      ${this.change ? this.#waiting(this.change) : this.#form()} ${this.messages()}
    </section>`;
  }

  #form(): TemplateResult {
    const { address: texts } = this.words.accounts;
    return html`<form class="card" @submit=${this.#ask}>
      <label class="field">
        <span>${texts.new}</span>
        <input name="address" type="email" autocomplete="email" required maxlength="254" data-testid="address-new" />
      </label>
      ${this.submit(texts.change, 'address-change')}
    </form>`;
  }

  #waiting({ newAddress, isOldConfirmed, isNewConfirmed }: AddressChange): TemplateResult {
    const { address: texts } = this.words.accounts;
    const [old = ''] = this.profile.addresses;
    const state = (address: string, isConfirmed: boolean) =>
      html`<li>
        <span class="what">${address}</span>
        <span class="state ${isConfirmed ? 'good' : 'open'}">${isConfirmed ? texts.agreed : texts.awaited}</span>
      </li>`;
    return html`<p role="status" data-testid="address-waiting">${texts.waiting}</p>
      <ul class="rows">
        ${state(old, isOldConfirmed)} ${state(newAddress, isNewConfirmed)}
      </ul>
      <p>
        <button class="link" type="button" data-testid="address-withdraw" ?disabled=${this.busy !== ''} @click=${this.#withdraw}>
          ${texts.withdraw}
        </button>
      </p>`;
  }

  #ask = async (event: Event): Promise<void> => {
    event.preventDefault();
    const address = fieldsOf(event)('address');
    await this.act('ask', async () => {
      this.change = await call('POST /v1/me/address-change', { address });
    });
  };

  protected override wordsFor(error: unknown): string {
    const isRefused = error instanceof LogeError && error.code === 'invalid_request';
    return isRefused ? this.words.accounts.address.notNew : super.wordsFor(error);
  }

  #withdraw = (): void => {
    void this.act('withdraw', async () => {
      await call('DELETE /v1/me/address-change');
      this.change = null;
      this.note = this.words.accounts.address.withdrawn;
    });
  };
}

defineElement('account-address', AccountAddress);
