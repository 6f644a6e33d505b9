/** `<wallet-billing>`: the name that a person wants on their receipts. */
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { PagePart } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';

export class WalletBilling extends PagePart<{ name: string | null }> {
  protected override read = () => call('GET /v1/wallet/billing-name');

  protected override show({ name }: { name: string | null }): unknown {
    const texts = this.words.wallet.billing;
    const form = this.form({
      fields: [
        {
          name: 'name',
          label: texts.label,
          testId: 'billing-name',
          value: name,
          maxChars: LIMITS.titleChars,
          autocomplete: 'name',
        },
      ],
      submit: { label: texts.save, testId: 'billing-save', look: 'outlined' },
      send: (values) => call('PUT /v1/wallet/billing-name', { name: values('name') || null }),
      done: () => texts.done,
    });
    return this.section('billing', { title: texts.title, text: texts.text }, form);
  }
}

defineElement('wallet-billing', WalletBilling);
