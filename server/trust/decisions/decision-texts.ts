/** What the house itself writes into decisions, and to people and rooms as the reason of a measure. */
import { withFrenchSpaces } from '../../../client-sdk/elements/texts/french-spaces.ts';
import type { Language } from '../../protocol/accounts/people.ts';

export const DECISION_TEXTS: Readonly<
  Record<
    Language,
    {
      consent: string;
      stopped: string;
      person: string;
      message: string;
      /** Cited where no article of the charter in force stands for the category. */
      lawOfConsent: string;
      termsOfTheHouse: string;
    }
  >
> = {
  en: {
    consent:
      'Somebody says that they are shown here without their agreement. Therefore it is taken down at once; a person decides about it afterwards.',
    stopped: 'The live was stopped at once. Another person looks at it again, and a decision with its reasons follows.',
    person: 'A decision of the house. Its reasons are on the page “Reports and decisions”.',
    message: 'Removed by a decision of the house.',
    lawOfConsent: 'GDPR, article 6',
    termsOfTheHouse: 'Terms of use of the house',
  },
  fr: withFrenchSpaces({
    consent:
      'Quelqu’un déclare être montré ici sans son accord. C’est pourquoi le contenu est retiré aussitôt ; une personne en décide ensuite.',
    stopped: 'Le live a été arrêté aussitôt. Une autre personne l’examine à nouveau, et une décision motivée suivra.',
    person: 'Une décision de la maison. Ses motifs sont sur la page « Signalements et décisions ».',
    message: 'Retiré par une décision de la maison.',
    lawOfConsent: 'RGPD, article 6',
    termsOfTheHouse: 'Conditions d’utilisation de la maison',
  }),
};
