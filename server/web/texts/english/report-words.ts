/** What a report is about, in English: for the desk and for reviewers. */
export const reportWords = {
  heading: (subject: string, category: string) => `${subject}: ${category}`,
  subjects: { message: 'A message', person: 'A person', live: 'A live', form: 'From the form' },
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
    illegal: 'something else that’s illegal',
    other: 'something else',
  },
};
