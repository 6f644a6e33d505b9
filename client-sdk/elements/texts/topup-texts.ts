/** Texts of `<loge-topup>`, which is loaded when somebody tops up. */
export const topupEnglish = {
  title: 'Top up your wallet',
  text: 'Credit for tickets and tips. You pay by card on our payment provider’s page and come back here.',
  holds: (amount: string) => `It holds ${amount} now.`,
  missing: (amount: string, minimum: string) => `${amount} is missing. The smallest top-up is ${minimum}.`,
  amounts: 'Amount',
  other: 'Other amount',
  pay: (amount: string) => `Pay ${amount} by card`,
  payNone: 'Choose an amount',
  tooSmall: (minimum: string) => `The smallest top-up is ${minimum}.`,
  tooLarge: (maximum: string) => `The largest top-up is ${maximum}.`,
  full: (maximum: string) => `A wallet holds at most ${maximum}.`,
  payWith: 'Pay with',
  card: (brand: string, last4: string) => `${brand} ending in ${last4}`,
  newCard: 'Another card',
  maybeCharged: 'Your card may have been charged. Look at your wallet in a moment, before you pay again.',
};

export type TopupTexts = typeof topupEnglish;

export const topupFrench: TopupTexts = {
  title: 'Recharger votre portefeuille',
  text: 'Du crédit pour les billets et les pourboires. Vous payez par carte sur la page de notre prestataire et revenez ici.',
  holds: (amount) => `Il contient ${amount} actuellement.`,
  missing: (amount, minimum) => `Il manque ${amount}. La plus petite recharge est de ${minimum}.`,
  amounts: 'Montant',
  other: 'Autre montant',
  pay: (amount) => `Payer ${amount} par carte`,
  payNone: 'Choisissez un montant',
  tooSmall: (minimum) => `La plus petite recharge est de ${minimum}.`,
  tooLarge: (maximum) => `La plus grande recharge est de ${maximum}.`,
  full: (maximum) => `Un portefeuille contient au plus ${maximum}.`,
  payWith: 'Payer avec',
  card: (brand, last4) => `${brand} se terminant par ${last4}`,
  newCard: 'Une autre carte',
  maybeCharged:
    'Votre carte a peut-être été débitée. Regardez votre portefeuille dans un instant, avant de payer à nouveau.',
};
