/** The texts of the onboarding page, in English and French. */
import type { Language } from '../checkout/texts.ts';

interface Texts {
  title: (merchant: string) => string;
  intro: (merchant: string) => string;
  details: string;
  note: string;
  holderName: string;
  holderNameHint: string;
  iban: string;
  accept: string;
  submit: string;
  processing: string;
  later: (merchant: string) => string;
  fault: Record<OnboardingFault, string>;
  expired: { title: string; text: string };
}

export type OnboardingFault = 'holderName' | 'iban' | 'accept';

const en: Texts = {
  title: (merchant) => `Get paid by ${merchant}`,
  intro: (merchant) => `${merchant} works with Stripe to pay you out. Tell us who you are and where the money goes.`,
  details: 'Your details',
  note: 'Nothing here is checked against a real bank. A valid IBAN gets its payouts; the second one sends them back.',
  holderName: 'Name of the account holder',
  holderNameHint: 'First and last name',
  iban: 'IBAN',
  accept: 'I accept the Connected Account Agreement and confirm that what I say is true.',
  submit: 'Agree and submit',
  processing: 'Processing…',
  later: (merchant) => `Not now: back to ${merchant}`,
  fault: {
    holderName: 'Please give the name of the account holder.',
    iban: 'This IBAN is not valid. Please check it.',
    accept: 'Without this, no money can be paid out.',
  },
  expired: { title: 'This link has expired', text: 'Nothing was changed. Please go back and start again.' },
};

const fr: Texts = {
  title: (merchant) => `Recevez vos gains de ${merchant}`,
  intro: (merchant) =>
    `${merchant} passe par Stripe pour vous verser vos gains. Dites-nous qui vous êtes et où l’argent doit arriver.`,
  details: 'Vos coordonnées',
  note: 'Rien n’est vérifié auprès d’une vraie banque. Un IBAN valide reçoit ses virements ; le second les renvoie.',
  holderName: 'Nom du titulaire du compte',
  holderNameHint: 'Prénom et nom',
  iban: 'IBAN',
  accept: 'J’accepte le contrat de compte connecté et certifie l’exactitude de mes réponses.',
  submit: 'Accepter et envoyer',
  processing: 'Traitement en cours…',
  later: (merchant) => `Plus tard : revenir à ${merchant}`,
  fault: {
    holderName: 'Veuillez indiquer le nom du titulaire du compte.',
    iban: 'Cet IBAN n’est pas valide. Veuillez le vérifier.',
    accept: 'Sans cela, aucun virement n’est possible.',
  },
  expired: { title: 'Ce lien a expiré', text: 'Rien n’a été modifié. Revenez en arrière et recommencez.' },
};

const TEXTS: Readonly<Record<Language, Texts>> = { en, fr };

export function onboardingTextsOf(language: Language): Texts {
  return TEXTS[language];
}
