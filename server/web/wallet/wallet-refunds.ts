/** `<wallet-refunds>`: refunds unspent credit to the card that paid it. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { call } from '../site/site-call.ts';
import '../../../client-sdk/elements/controls/loge-confirm.ts';
import type { LogeConfirm } from '../../../client-sdk/elements/controls/loge-confirm.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { formatLongDay } from '../../../client-sdk/elements/texts/format.ts';
import type { UnspentTopup } from '../../protocol/money/wallet.ts';

import { SitePart } from '../site/site-part.ts';

export class WalletRefunds extends SitePart {
  static override properties = { ...SitePart.properties, topups: { attribute: false } };
  declare topups: UnspentTopup[];

  override render(): TemplateResult | typeof nothing {
    const texts = this.words.wallet.refunds;
    if (this.topups.length === 0 && !this.hasMessages) return nothing;
    return html`<section aria-labelledby="refunds">
      <h2 id="refunds" class="display">${texts.title}</h2>
      <p class="muted small">${texts.text}</p>
      <ul class="rows" data-testid="refundable">${this.topups.map((topup) => this.#topup(topup))}</ul>
      ${this.messages()}
      <loge-confirm></loge-confirm>
    </section>`;
  }

  #topup(topup: UnspentTopup): TemplateResult {
    const texts = this.words.wallet.refunds;
    const { language } = this;
    const amount = this.money(topup.amountMinor, topup.currency);
    return html`<li data-testid="refundable-${topup.topup}">
      <div class="what">
        <p>${texts.of(formatLongDay(topup.at, language))}</p>
        <p class="small muted">${texts.toOriginal}</p>
      </div>
      <wa-button
        size="s"
        appearance="outlined"
        data-testid="refund-${topup.topup}"
        ?loading=${this.busy === topup.topup}
        @click=${() => this.#refund(topup, amount)}
        >${texts.act(amount)}</wa-button
      >
    </li>`;
  }

  async #refund({ topup }: UnspentTopup, amount: string): Promise<void> {
    const texts = this.words.wallet.refunds;
    const isSure = await this.renderRoot.querySelector<LogeConfirm>('loge-confirm')?.ask({
      title: texts.askTitle(amount),
      text: texts.askText,
      confirm: texts.confirm,
      cancel: texts.keep,
      testId: 'confirm-refund',
    });
    if (!isSure || !(await this.act(topup, () => call('POST /v1/wallet/refunds', { topup })))) return;
    this.note = texts.done(amount);
    this.emit('wallet-changed', {});
  }
}

defineElement('wallet-refunds', WalletRefunds);
