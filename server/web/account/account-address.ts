/** `<account-address>`: one's mail address, and changing it, to which both mailboxes have to agree. */
import { html } from 'lit';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { AddressChange } from '../../protocol/accounts/addresses.ts';
import type { Profile } from '../../protocol/accounts/people.ts';
import { call } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';

const ADDRESS_CHARS = 254;

export class AccountAddress extends AccountPart<AddressChange | null> {
  static override properties = { ...AccountPart.properties, profile: { attribute: false } };
  declare profile: Profile;

  protected override read = async () => (await call('GET /v1/me/address-change')).change;

  protected override show(change: AddressChange | null): unknown {
    const { address: texts } = this.words.accounts;
    const form = () =>
      this.form({
        fields: [
          {
            ...{ name: 'address', label: texts.new, testId: 'address-new', kind: 'email', isRequired: true },
            ...{ autocomplete: 'email', maxChars: ADDRESS_CHARS },
          },
        ],
        submit: { label: texts.change, testId: 'address-change' },
        send: (values) => call('POST /v1/me/address-change', { address: values('address') }),
      });
    return this.section(
      'address',
      { title: texts.title, text: texts.text },
      html`<p><strong data-testid="account-address">${this.profile.addresses.join(', ')}</strong></p>
        ${change ? this.#waiting(change) : form()}`,
    );
  }

  #waiting({ newAddress, isOldConfirmed, isNewConfirmed }: AddressChange): unknown {
    const { address: texts } = this.words.accounts;
    const [old = ''] = this.profile.addresses;
    const list = this.list({
      items: [
        { address: old, isConfirmed: isOldConfirmed },
        { address: newAddress, isConfirmed: isNewConfirmed },
      ],
      row: ({ address, isConfirmed }) => ({
        title: address,
        state: isConfirmed ? { look: 'good', text: texts.agreed } : { look: 'open', text: texts.awaited },
      }),
    });
    const withdraw = {
      label: texts.withdraw,
      testId: () => 'address-withdraw',
      run: () => call('DELETE /v1/me/address-change'),
      done: () => texts.withdrawn,
    };
    return html`<p role="status" data-testid="address-waiting">${texts.waiting}</p>
      ${list} ${this.acts(undefined, [withdraw])}`;
  }

  protected override wordsFor(error: unknown): string {
    const isRefused = error instanceof LogeError && error.code === 'invalid_request';
    return isRefused ? this.words.accounts.address.notNew : super.wordsFor(error);
  }
}

defineElement('account-address', AccountAddress);
