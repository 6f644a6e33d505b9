/** Names of saved cards. */
import type { SavedCard } from '../../../server/protocol/money/money.ts';
import type { ElementTexts } from '../texts/element-texts.ts';

const BRANDS: Record<string, string> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  cartes_bancaires: 'Cartes Bancaires',
  diners: 'Diners Club',
  discover: 'Discover',
  jcb: 'JCB',
  unionpay: 'UnionPay',
};

export function cardName({ brand, last4 }: SavedCard, texts: ElementTexts['topup']): string {
  return texts.card(BRANDS[brand] ?? brand, last4);
}

/** `04/29`, as printed on the card. */
export function cardEnd({ expMonth, expYear }: SavedCard): string {
  return `${String(expMonth).padStart(2, '0')}/${String(expYear % 100).padStart(2, '0')}`;
}

export function isExpired({ expMonth, expYear }: SavedCard): boolean {
  // A card is valid to the last day of its month.
  return Date.now() >= Date.UTC(expYear, expMonth, 1);
}

/** Groups copies of one card, which may be saved for a membership and for the wallet. */
export function groupCards(cards: readonly SavedCard[]): SavedCard[][] {
  const groups = new Map<string, SavedCard[]>();
  for (const card of cards) {
    const key = `${card.brand} ${card.last4} ${cardEnd(card)}`;
    groups.set(key, [...(groups.get(key) ?? []), card]);
  }
  return [...groups.values()];
}
