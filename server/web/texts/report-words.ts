/** What a report is about, in words: for the desk and for reviewers. */
export const englishReportWords = {
  heading: (subject: string, category: string) => `${subject}: ${category}`,
  subjects: { message: 'A message', person: 'A person', live: 'A live', form: 'By the form' },
  categories: {
    harassment: 'harassment',
    hate: 'hate',
    sexual: 'sexual content',
    minors: 'a minor in danger',
    violence: 'violence or threats',
    self_harm: 'self-harm',
    privacy: 'private information',
    fraud: 'fraud',
    spam: 'spam',
    consent: 'shown without consent',
    illegal: 'something else that is illegal',
    other: 'something else',
  },
};

export const frenchReportWords: typeof englishReportWords = {
  heading: (subject, category) => `${subject}\u00a0: ${category}`,
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
