/** `<wallet-cards>`: the person's saved cards at the payment provider, which can be removed. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { icon } from '../../../client-sdk/elements/controls/more-icons.ts';
import { call } from '../site/site-call.ts';
import '../../../client-sdk/elements/controls/loge-confirm.ts';
import type { LogeConfirm } from '../../../client-sdk/elements/controls/loge-confirm.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { SavedCard } from '../../protocol/money/money.ts';

import { SitePart } from '../site/site-part.ts';
import { cardEnd, cardName, groupCards, isExpired } from './card-names.ts';

export class WalletCards extends SitePart {
  static override properties = { ...SitePart.properties, cards: { attribute: false } };
  declare cards: SavedCard[];

  override render(): TemplateResult {
    const { words, cards } = this;
    return html`<section aria-labelledby="cards">
      <h2 id="cards" class="display">${words.wallet.cards}</h2>
      ${
        cards.length === 0
          ? html`<p class="muted small">${words.wallet.cardsNone}</p>`
          : html`<ul class="rows" data-testid="cards">${groupCards(cards).map((group) => this.#card(group))}</ul>
              <p class="muted small">${words.wallet.cardsText}</p>`
      }
      ${this.messages()}
      <loge-confirm></loge-confirm>
    </section>`;
  }

  #card(group: SavedCard[]): TemplateResult | typeof nothing {
    const [card] = group;
    if (!card) return nothing;
    const { words, language } = this;
    const name = cardName(card, language);
    return html`<li data-testid="card-${card.id}">
      <div class="what">
        <p>${icon('card', 18)} ${name}</p>
        <p class="small muted">${isExpired(card) ? html`<span class="state bad">${words.wallet.expired}</span>` : words.wallet.expires(cardEnd(card))}</p>
      </div>
      <wa-button
        size="s"
        appearance="outlined"
        aria-label=${words.wallet.removeCardNamed(name)}
        data-testid="remove-card-${card.id}"
        ?loading=${this.busy === card.id}
        @click=${() => this.#remove(group, name)}
        >${words.wallet.removeCard}</wa-button
      >
    </li>`;
  }

  async #remove(group: SavedCard[], name: string): Promise<void> {
    const { words } = this;
    const confirm = this.renderRoot.querySelector<LogeConfirm>('loge-confirm');
    const isSure = await confirm?.ask({
      title: words.wallet.removeCardTitle,
      text: words.wallet.removeCardText(name),
      confirm: words.wallet.removeCard,
      cancel: words.wallet.keepCard,
      testId: 'confirm-remove-card',
    });
    if (!isSure) return;
    const done = await this.act(group[0]?.id ?? '', async () => {
      for (const { id } of group) await call('DELETE /v1/wallet/cards/:card', { card: id });
    });
    if (!done) return;
    this.note = words.wallet.cardRemoved;
    this.emit('wallet-changed', {});
  }
}

defineElement('wallet-cards', WalletCards);
