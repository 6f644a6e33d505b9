/** What a report is about, in French: for the desk and for reviewers. */
import type { reportWords as english } from '../english/report-words.ts';

export const reportWords: typeof english = {
  heading: (subject, category) => `${subject} : ${category}`,
  subjects: { message: 'Un message', person: 'Une personne', live: 'Un live', form: 'Par le formulaire' },
  categories: {
    harassment: 'harcèlement',
    hate: 'haine',
    sexual: 'contenu sexuel',
    minors: 'mineur en danger',
    violence: 'violence ou menaces',
    self_harm: 'mise en danger de soi',
    privacy: 'informations privées',
    fraud: 'fraude',
    spam: 'spam',
    consent: 'montrée sans son accord',
    illegal: 'autre chose d’illégal',
    other: 'autre chose',
  },
};
