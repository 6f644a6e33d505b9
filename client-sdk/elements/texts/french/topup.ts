/** Textes français de la recharge d’un portefeuille. */
import type { topup as english } from '../english/topup.ts';

export const topup: typeof english = {
  title: 'Recharger votre portefeuille',
  text: 'Du crédit pour les billets et les pourboires.',
  holds: (amount) => `Vous avez ${amount} actuellement.`,
  missing: (amount, minimum) => `Il vous manque ${amount}. La recharge minimale est de ${minimum}.`,
  amounts: 'Montant',
  other: 'Autre',
  pay: (amount) => `Payer ${amount} par carte`,
  payNone: 'Choisissez un montant',
  tooSmall: (minimum) => `La recharge minimale est de ${minimum}.`,
  tooLarge: (maximum) => `La recharge maximale est de ${maximum}.`,
  full: (maximum) => `Un portefeuille contient au plus ${maximum}.`,
  room: (amount) => `Il reste de la place pour ${amount}.`,
  caps: (smallest, largest, most) =>
    `Rechargez de ${smallest} à ${largest} à la fois. Un portefeuille contient au plus ${most}.`,
  payWith: 'Payer avec',
  card: (brand, last4) => `${brand} se terminant par ${last4}`,
  expires: (when) => `Expire fin ${when}`,
  newCard: 'Une autre carte',
  newCardText: 'Sur la page de notre prestataire',
  secure: 'Vous payez sur la page de notre prestataire et revenez ici. Nous ne voyons jamais le numéro de votre carte.',
  secureSaved: 'Votre banque peut vous demander de confirmer. Vous revenez ensuite ici.',
  maybeCharged:
    'Votre carte a peut-être été débitée. Vérifiez votre portefeuille dans un instant, avant de payer à nouveau.',
};
