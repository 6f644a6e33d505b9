/** English texts of the committee's opinions on its public page. */
export const opinions = {
  title: 'What the committee said',
  none: 'The committee hasn’t given an opinion yet.',
  seats: 'The members',
  number: (number: number) => `Opinion ${number}`,
  onCase: (number: number, title: string) => `on case ${number}, “${title}”`,
  onRules: 'on the rules of the house',
  given: (date: string) => `Given on ${date}`,
  tally: (yes: number, no: number, abstain: number) =>
    `${yes} for, ${no} against${abstain === 0 ? '' : abstain === 1 ? ', 1 abstention' : `, ${abstain} abstentions`}`,
  due: (date: string) => `The management has to answer by ${date}. Then the text is published here, answered or not.`,
  late: (date: string) => `The management hasn’t answered. Its answer was due on ${date}.`,
  rulings: {
    returns: 'It binds the house: what came down was returned.',
    stays_down: 'It binds the house: what came down stays down.',
  },
  outcomes: {
    follows: 'The house follows.',
    follows_in_part: 'The house follows in part.',
    does_not_follow: 'The house does not follow.',
  },
  answered: (date: string) => `Answered on ${date}`,
  answeredLate: (date: string) => `Answered late, on ${date}`,
  reasons: 'Its reasons',
  steps: 'What the house will do',
  stepDue: (date: string) => `by ${date}`,
  stepLate: (date: string) => `late: due on ${date}`,
  stepDone: (date: string) => `done on ${date}`,
  stepDoneLate: (date: string) => `done late, on ${date}`,
  read: 'Read the opinion',
  readWithDissent: 'Read the opinion and who disagreed',
  question: 'The question',
  dissent: (name: string) => `${name} disagreed`,
  recusal: (name: string) => `${name} took no part`,
  power:
    'What the house cannot do: change or delete an opinion, a vote, a dissent or an answer, move the date of an answer, or vote. Its software has no function for that, and its database refuses it. What it could still do: whoever runs the database could read drafts, add entries, or take these locks away first. If the committee ever says something else than this page, believe the committee.',
};
