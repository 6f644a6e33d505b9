/** `<wallet-billing>`: the name that a person wants on their receipts. */
import { call } from '../site/site-call.ts';
import '@awesome.me/webawesome/dist/components/input/input.js';
import type { TemplateResult } from 'lit';
import { css, html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';

import { SitePart } from '../site/site-part.ts';

export class WalletBilling extends SitePart {
  static override properties = { ...SitePart.properties, name: { state: true } };
  declare name: string;

  static override styles = [
    ...SitePart.styles,
    css`
      form {
        margin-top: var(--_space-16);
      }
    `,
  ];

  constructor() {
    super();
    this.name = '';
  }

  protected override async load(): Promise<void> {
    this.name = (await call('GET /v1/wallet/billing-name')).name ?? '';
  }

  override render(): TemplateResult {
    const texts = this.words.wallet.billing;
    return html`<section aria-labelledby="billing">
      <h2 id="billing" class="display">${texts.title}</h2>
      <p class="muted small">${texts.text}</p>
      <form @submit=${this.#save}>
        <wa-input
          label=${texts.label}
          autocomplete="name"
          maxlength=${LIMITS.titleChars}
          data-testid="billing-name"
          .value=${this.name}
          @input=${(event: Event) => {
            this.name = (event.target as HTMLInputElement).value;
          }}
        ></wa-input>
        <p class="buttons">
          <wa-button type="submit" size="s" appearance="outlined" data-testid="billing-save" ?loading=${this.busy === 'save'}>${texts.save}</wa-button>
        </p>
      </form>
      ${this.messages()}
    </section>`;
  }

  #save = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!(await this.act('save', () => call('PUT /v1/wallet/billing-name', { name: this.name.trim() || null }))))
      return;
    this.note = this.words.wallet.billing.done;
  };
}

defineElement('wallet-billing', WalletBilling);
