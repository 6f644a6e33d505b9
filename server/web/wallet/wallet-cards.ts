/** `<wallet-cards>`: the person's saved cards at the payment provider, which can be removed. */
import { html } from 'lit';
import { icon } from '../../../client-sdk/elements/controls/more-icons.ts';
import { cardEnd, cardName, groupCards, isExpired } from '../../../client-sdk/elements/money/card-names.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import '../../../client-sdk/elements/texts/topup-texts.ts';
import type { SavedCard } from '../../protocol/money/money.ts';
import { PagePart } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';

export class WalletCards extends PagePart<SavedCard[]> {
  protected override show(cards: SavedCard[]): unknown {
    const texts = this.words.wallet;
    const nameOf = (card: SavedCard) => cardName(card, this.texts.topup);
    const list = this.list({
      // One card may be saved several times.
      items: groupCards(cards).flatMap((group) => group.slice(0, 1).map((card) => ({ card, group }))),
      testId: 'cards',
      empty: texts.cardsNone,
      row: ({ card }) => ({
        title: html`${icon('card', 18)} ${nameOf(card)}`,
        state: isExpired(card) ? { look: 'bad', text: texts.expired } : undefined,
        lines: [!isExpired(card) && this.texts.topup.expires(cardEnd(card))],
        testId: `card-${card.id}`,
      }),
      acts: [
        {
          label: texts.removeCard,
          name: ({ card }) => texts.removeCardNamed(nameOf(card)),
          testId: ({ card }) => `remove-card-${card.id}`,
          question: ({ card }) => ({
            title: texts.removeCardTitle,
            text: texts.removeCardText(nameOf(card)),
            confirm: texts.removeCard,
            cancel: texts.keepCard,
            testId: 'confirm-remove-card',
          }),
          run: async ({ group }) => {
            for (const { id } of group) await call('DELETE /v1/wallet/cards/:card', { card: id });
            this.emit('wallet-changed', {});
          },
          done: () => texts.cardRemoved,
        },
      ],
    });
    const note = cards.length > 0 ? html`<p class="muted small">${texts.cardsText}</p>` : undefined;
    return this.section('cards', { title: texts.cards }, [list, note]);
  }
}

defineElement('wallet-cards', WalletCards);
