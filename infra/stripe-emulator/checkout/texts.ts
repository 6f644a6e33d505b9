/** The texts of the pages, in English and French. */

/** The name that the pages show. */
export const MERCHANT = 'Loge';

export interface Texts {
  testMode: string;
  testModeNote: string;
  pay: (merchant: string) => string;
  back: string;
  summary: string;
  quantity: (count: number) => string;
  total: string;
  payWithCard: string;
  subscribe: string;
  /** By a price's interval. */
  every: Readonly<Record<string, string>>;
  savedCards: string;
  newCard: string;
  saveCard: string;
  email: string;
  cardInformation: string;
  cardNumber: string;
  expiry: string;
  expiryHint: string;
  cvc: string;
  name: string;
  nameHint: string;
  country: string;
  submit: (amount: string) => string;
  processing: string;
  secure: string;
  fault: {
    number: string;
    numberIncomplete: string;
    expiry: string;
    expiryPast: string;
    cvc: string;
    name: string;
    email: string;
  };
  declines: Record<string, string>;
  authenticationFailed: string;
  paid: { title: string; text: string; link: string };
  expired: { title: string; text: string; link: string };
  notFound: { title: string; text: string };
  crossSite: { title: string; text: string };
  challenge: {
    title: string;
    text: (amount: string, merchant: string, last4: string) => string;
    setupText: (merchant: string, last4: string) => string;
    complete: string;
    fail: string;
    over: string;
  };
}

const en: Texts = {
  testMode: 'TEST MODE — emulator',
  testModeNote: 'No real money moves here, and only test cards work: 4242 4242 4242 4242, any future date, any CVC.',
  pay: (merchant) => `Pay ${merchant}`,
  back: 'Back',
  summary: 'Order summary',
  quantity: (count) => `Qty ${count}`,
  total: 'Total due',
  payWithCard: 'Pay with card',
  subscribe: 'Subscribe',
  every: { month: 'Billed monthly', year: 'Billed yearly' },
  savedCards: 'Saved cards',
  newCard: 'Use a new card',
  saveCard: 'Save this card for future payments',
  email: 'Email',
  cardInformation: 'Card information',
  cardNumber: 'Card number',
  expiry: 'Expiry date',
  expiryHint: 'MM / YY',
  cvc: 'CVC',
  name: 'Cardholder name',
  nameHint: 'Full name on card',
  country: 'Country or region',
  submit: (amount) => `Pay ${amount}`,
  processing: 'Processing…',
  secure: 'The card number is used for this attempt and not stored.',
  fault: {
    number: 'Your card number is invalid.',
    numberIncomplete: 'Your card number is incomplete.',
    expiry: "Your card's expiry date is incomplete.",
    expiryPast: "Your card's expiry date is in the past.",
    cvc: "Your card's security code is incomplete.",
    name: 'Please give the name on the card.',
    email: 'This email address is not valid.',
  },
  declines: {
    card_declined: 'Your card was declined. Nothing was charged. Please try another card.',
    insufficient_funds: 'Your card has insufficient funds. Nothing was charged. Please try another card.',
    expired_card: 'Your card has expired. Nothing was charged. Please try another card.',
    incorrect_cvc: "Your card's security code is incorrect. Nothing was charged. Please check it and try again.",
    processing_error:
      'An error occurred while processing your card. Nothing was charged. Please try again in a moment.',
    test_mode_live_card:
      'This is not a test card, so it was declined and nothing was charged. Try 4242 4242 4242 4242.',
  },
  authenticationFailed:
    'We are unable to authenticate your payment method. Nothing was charged. Please choose a different card and try again.',
  paid: {
    title: 'You’re all done here',
    text: 'This payment is complete. It was charged once and can’t be made again from this page.',
    link: 'Continue',
  },
  expired: {
    title: 'This payment page has expired',
    text: 'Nothing was charged. Please go back and start again.',
    link: 'Go back',
  },
  notFound: {
    title: 'Nothing to pay here',
    text: 'This payment page does not exist. Check the address and try again.',
  },
  crossSite: { title: 'Not accepted', text: 'The form was sent from another site, so it was not processed.' },
  challenge: {
    title: '3D Secure — test bank',
    text: (amount, merchant, last4) =>
      `Do you approve the payment of ${amount} to ${merchant} with the card ending in ${last4}?`,
    setupText: (merchant, last4) => `Do you approve that ${merchant} saves the card ending in ${last4}?`,
    complete: 'Complete',
    fail: 'Fail',
    over: 'There is nothing to approve any more.',
  },
};

const fr: Texts = {
  testMode: 'MODE TEST — émulateur',
  testModeNote:
    'Aucun argent réel ne circule ici et seules les cartes de test fonctionnent : 4242 4242 4242 4242, une date future, un CVC quelconque.',
  pay: (merchant) => `Payer ${merchant}`,
  back: 'Retour',
  summary: 'Récapitulatif de la commande',
  quantity: (count) => `Qté ${count}`,
  total: 'Total à payer',
  payWithCard: 'Payer par carte',
  subscribe: 'S’abonner',
  every: { month: 'Facturé chaque mois', year: 'Facturé chaque année' },
  savedCards: 'Cartes enregistrées',
  newCard: 'Utiliser une nouvelle carte',
  saveCard: 'Enregistrer cette carte pour mes prochains paiements',
  email: 'E-mail',
  cardInformation: 'Informations de la carte',
  cardNumber: 'Numéro de carte',
  expiry: 'Date d’expiration',
  expiryHint: 'MM / AA',
  cvc: 'CVC',
  name: 'Nom du titulaire de la carte',
  nameHint: 'Nom complet figurant sur la carte',
  country: 'Pays ou région',
  submit: (amount) => `Payer ${amount}`,
  processing: 'Traitement en cours…',
  secure: 'Le numéro de carte sert à cette tentative et n’est pas conservé.',
  fault: {
    number: 'Votre numéro de carte n’est pas valide.',
    numberIncomplete: 'Votre numéro de carte est incomplet.',
    expiry: 'La date d’expiration de votre carte est incomplète.',
    expiryPast: 'La date d’expiration de votre carte est passée.',
    cvc: 'Le code de sécurité de votre carte est incomplet.',
    name: 'Veuillez indiquer le nom figurant sur la carte.',
    email: 'Cette adresse e-mail n’est pas valide.',
  },
  declines: {
    card_declined: 'Votre carte a été refusée. Rien n’a été débité. Veuillez essayer une autre carte.',
    insufficient_funds:
      'Les fonds disponibles sur votre carte sont insuffisants. Rien n’a été débité. Veuillez essayer une autre carte.',
    expired_card: 'Votre carte a expiré. Rien n’a été débité. Veuillez essayer une autre carte.',
    incorrect_cvc:
      'Le code de sécurité de votre carte est incorrect. Rien n’a été débité. Veuillez le vérifier et réessayer.',
    processing_error:
      'Une erreur est survenue lors du traitement de votre carte. Rien n’a été débité. Veuillez réessayer dans un instant.',
    test_mode_live_card:
      'Cette carte n’est pas une carte de test : elle a été refusée et rien n’a été débité. Essayez 4242 4242 4242 4242.',
  },
  authenticationFailed:
    'Nous ne parvenons pas à authentifier votre moyen de paiement. Rien n’a été débité. Veuillez choisir une autre carte et réessayer.',
  paid: {
    title: 'C’est terminé',
    text: 'Ce paiement est effectué. Il a été débité une seule fois et ne peut pas être refait depuis cette page.',
    link: 'Continuer',
  },
  expired: {
    title: 'Cette page de paiement a expiré',
    text: 'Rien n’a été débité. Revenez en arrière et recommencez.',
    link: 'Revenir',
  },
  notFound: {
    title: 'Rien à payer ici',
    text: 'Cette page de paiement n’existe pas. Vérifiez l’adresse et réessayez.',
  },
  crossSite: { title: 'Refusé', text: 'Le formulaire vient d’un autre site : il n’a pas été traité.' },
  challenge: {
    title: '3D Secure — banque de test',
    text: (amount, merchant, last4) =>
      `Approuvez-vous le paiement de ${amount} à ${merchant} avec la carte se terminant par ${last4} ?`,
    setupText: (merchant, last4) => `Approuvez-vous que ${merchant} enregistre la carte se terminant par ${last4} ?`,
    complete: 'Approuver',
    fail: 'Refuser',
    over: 'Il n’y a plus rien à approuver.',
  },
};

export type Language = 'en' | 'fr';

const TEXTS: Readonly<Record<Language, Texts>> = { en, fr };

export function textsOf(language: Language): Texts {
  return TEXTS[language];
}

/** The session's locale; `auto` and unknown locales use the browser's. */
export function languageOf(locale: string | null, acceptLanguage: string | undefined): Language {
  const own = locale === null || locale === 'auto' ? undefined : supported(locale);
  if (own !== undefined) return own;
  const wishes = (acceptLanguage ?? '').split(',').map((wish) => {
    const [tag = '', quality] = wish.trim().split(/;\s*q=/);
    return { language: supported(tag), weight: quality === undefined ? 1 : Number(quality) || 0 };
  });
  const best = wishes.filter(({ language, weight }) => language !== undefined && weight > 0);
  return best.sort((a, b) => b.weight - a.weight)[0]?.language ?? 'en';
}

function supported(tag: string): Language | undefined {
  const [language] = tag.toLowerCase().split('-');
  return language === 'en' || language === 'fr' ? language : undefined;
}
