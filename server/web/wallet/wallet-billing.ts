/** `<wallet-billing>`: the name that a person wants on their receipts. */
import '@awesome.me/webawesome/dist/components/input/input.js';
import type { TemplateResult } from 'lit';
import { css, html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { walletApi } from '../api/money-api.ts';
import { SitePart } from '../site/site-part.ts';

export class WalletBilling extends SitePart {
  static override properties = { ...SitePart.properties, name: { state: true } };
  declare name: string;

  static override styles = [
    ...SitePart.styles,
    css`
      form {
        margin-top: 0.9rem;
      }
    `,
  ];

  constructor() {
    super();
    this.name = '';
  }

  protected override async load(): Promise<void> {
    this.name = (await walletApi.billingName()) ?? '';
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
    if (!(await this.act('save', () => walletApi.setBillingName(this.name.trim() || null)))) return;
    this.note = this.words.wallet.billing.done;
  };
}

defineElement('wallet-billing', WalletBilling);
