/** Texts of the top-up and of saved cards, which are loaded with them. */
import { addTexts } from './language.ts';

const topupEnglish = {
  title: 'Top up your wallet',
  text: 'Credit for tickets and tips.',
  holds: (amount: string) => `It holds ${amount} now.`,
  missing: (amount: string, minimum: string) => `${amount} is missing. The smallest top-up is ${minimum}.`,
  amounts: 'Amount',
  other: 'Other',
  pay: (amount: string) => `Pay ${amount} by card`,
  payNone: 'Choose an amount',
  tooSmall: (minimum: string) => `The smallest top-up is ${minimum}.`,
  tooLarge: (maximum: string) => `The largest top-up is ${maximum}.`,
  full: (maximum: string) => `A wallet holds at most ${maximum}.`,
  room: (amount: string) => `There is room for ${amount} more.`,
  caps: (smallest: string, largest: string, most: string) =>
    `One top-up is from ${smallest} to ${largest}. A wallet holds at most ${most}.`,
  payWith: 'Pay with',
  card: (brand: string, last4: string) => `${brand} ending in ${last4}`,
  expires: (when: string) => `Expires ${when}`,
  newCard: 'Another card',
  newCardText: 'On our payment provider’s page',
  secure: 'You pay on our payment provider’s page and come back here. We never see your card number.',
  secureSaved: 'Your bank may ask you to confirm. You come back here afterwards.',
  maybeCharged: 'Your card may have been charged. Look at your wallet in a moment, before you pay again.',
};

export type TopupTexts = typeof topupEnglish;

const topupFrench: TopupTexts = {
  title: 'Recharger votre portefeuille',
  text: 'Du crédit pour les billets et les pourboires.',
  holds: (amount) => `Il contient ${amount} actuellement.`,
  missing: (amount, minimum) => `Il manque ${amount}. La plus petite recharge est de ${minimum}.`,
  amounts: 'Montant',
  other: 'Autre',
  pay: (amount) => `Payer ${amount} par carte`,
  payNone: 'Choisissez un montant',
  tooSmall: (minimum) => `La plus petite recharge est de ${minimum}.`,
  tooLarge: (maximum) => `La plus grande recharge est de ${maximum}.`,
  full: (maximum) => `Un portefeuille contient au plus ${maximum}.`,
  room: (amount) => `Il reste de la place pour ${amount}.`,
  caps: (smallest, largest, most) =>
    `Une recharge va de ${smallest} à ${largest}. Un portefeuille contient au plus ${most}.`,
  payWith: 'Payer avec',
  card: (brand, last4) => `${brand} se terminant par ${last4}`,
  expires: (when) => `Expire fin ${when}`,
  newCard: 'Une autre carte',
  newCardText: 'Sur la page de notre prestataire',
  secure: 'Vous payez sur la page de notre prestataire et revenez ici. Nous ne voyons jamais le numéro de votre carte.',
  secureSaved: 'Votre banque peut vous demander de confirmer. Vous revenez ensuite ici.',
  maybeCharged:
    'Votre carte a peut-être été débitée. Regardez votre portefeuille dans un instant, avant de payer à nouveau.',
};

addTexts({ en: { topup: topupEnglish }, fr: { topup: topupFrench } });
