/** The texts of the billing portal, in English and French. */
import type { Language } from '../checkout/texts.ts';

interface Texts {
  title: string;
  with: (merchant: string) => string;
  back: (merchant: string) => string;
  subscriptions: string;
  none: string;
  status: Readonly<Record<string, string>>;
  renews: (date: string) => string;
  ends: (date: string) => string;
  cancel: string;
  resume: string;
  owed: (amount: string) => string;
  pay: string;
  card: string;
  noCard: string;
  changeCard: string;
  saveCard: string;
  processing: string;
  changed: string;
  expired: { title: string; text: string };
}

const en: Texts = {
  title: 'Your subscription',
  with: (merchant) => `with ${merchant}`,
  back: (merchant) => `Back to ${merchant}`,
  subscriptions: 'Current subscription',
  none: 'You have no subscription.',
  status: {
    active: 'Active',
    past_due: 'Payment overdue',
    incomplete: 'First payment missing',
  },
  renews: (date) => `Renews on ${date}`,
  ends: (date) => `Ends on ${date}`,
  cancel: 'Cancel at the end of the period',
  resume: 'Don’t cancel',
  owed: (amount) => `${amount} could not be collected.`,
  pay: 'Pay now',
  card: 'Payment method',
  noCard: 'No card is saved.',
  changeCard: 'Use another card',
  saveCard: 'Save card',
  processing: 'Processing…',
  changed: 'Done.',
  expired: { title: 'This page has expired', text: 'Nothing was changed. Please go back and open it again.' },
};

const fr: Texts = {
  title: 'Votre abonnement',
  with: (merchant) => `chez ${merchant}`,
  back: (merchant) => `Revenir à ${merchant}`,
  subscriptions: 'Abonnement en cours',
  none: 'Vous n’avez pas d’abonnement.',
  status: {
    active: 'Actif',
    past_due: 'Paiement en retard',
    incomplete: 'Premier paiement manquant',
  },
  renews: (date) => `Renouvelé le ${date}`,
  ends: (date) => `Prend fin le ${date}`,
  cancel: 'Résilier à la fin de la période',
  resume: 'Ne pas résilier',
  owed: (amount) => `${amount} n’ont pas pu être prélevés.`,
  pay: 'Payer maintenant',
  card: 'Moyen de paiement',
  noCard: 'Aucune carte enregistrée.',
  changeCard: 'Utiliser une autre carte',
  saveCard: 'Enregistrer la carte',
  processing: 'Traitement en cours…',
  changed: 'C’est fait.',
  expired: { title: 'Cette page a expiré', text: 'Rien n’a été modifié. Revenez en arrière et ouvrez-la de nouveau.' },
};

const TEXTS: Readonly<Record<Language, Texts>> = { en, fr };

export function portalTextsOf(language: Language): Texts {
  return TEXTS[language];
}
