/** Textes français de la recharge d’un portefeuille. */
import type { topup as english } from '../english/topup.ts';

export const topup: typeof english = {
  title: 'Recharger votre portefeuille',
  text: 'Du crédit pour les billets et les pourboires. Vous payez par carte sur la page de notre prestataire et revenez ici.',
  holds: (amount) => `Vous avez ${amount} actuellement.`,
  missing: (amount, minimum) => `Il vous manque ${amount}. La recharge minimale est de ${minimum}.`,
  amounts: 'Montant',
  other: 'Autre montant',
  pay: (amount) => `Payer ${amount} par carte`,
  payNone: 'Choisissez un montant',
  tooSmall: (minimum) => `La recharge minimale est de ${minimum}.`,
  tooLarge: (maximum) => `La recharge maximale est de ${maximum}.`,
  full: (maximum) => `Un portefeuille contient au plus ${maximum}.`,
  payWith: 'Payer avec',
  card: (brand, last4) => `${brand} se terminant par ${last4}`,
  newCard: 'Une autre carte',
  maybeCharged:
    'Votre carte a peut-être été débitée. Vérifiez votre portefeuille dans un instant, avant de payer à nouveau.',
};
