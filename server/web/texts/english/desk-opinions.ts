/** English texts of the committee's opinions at the desk. */
export const deskOpinions = {
  text: 'The committee has addressed these to the management, which answers each one in writing and in time. Once answered, or once the answer is late, opinion, votes and dissents are public.',
  page: 'The page everyone sees',
  none: 'The committee hasn’t addressed anything to the management yet.',
  open: 'To answer',
  noneOpen: 'Every opinion is answered.',
  answered: 'Answered',
  readIt: 'Read the opinion',
  answerIt: 'Answer',
  outcome: 'The management',
  outcomes: {
    follows: { label: 'Follows', text: 'The house does what the committee asks.' },
    follows_in_part: { label: 'Follows in part', text: 'The reasons say what it does, and what not.' },
    does_not_follow: { label: 'Does not follow', text: 'The opinion is published with the reasons.' },
  },
  reasons: { en: 'Reasons in English', fr: 'Reasons in French' },
  stepText: 'Public, and shown as late after its day until it’s marked as done.',
  stepName: {
    en: (step: number) => `Step ${step}, in English`,
    fr: (step: number) => `Step ${step}, in French`,
  },
  stepDay: (step: number) => `Step ${step} is done by`,
  past: 'Choose a day to come.',
  addStep: 'Add a step',
  removeStep: 'Remove the last step',
  act: 'Publish the answer',
  askTitle: (outcome: string) => `Publish the answer “${outcome}”?`,
  askText:
    'It’s public at once, together with the opinion, the votes and the dissents. It’s final: nobody can change or delete it.',
  keep: 'Not yet',
  done: 'The answer is public.',
  stepDone: 'Mark as done',
  stepDoneTitle: 'Mark this step as done?',
  stepDoneText: 'It’s public at once, with today’s date, and can’t be taken back.',
  stepNote: 'What was done',
  stepNoteHint: 'One sentence for the public.',
  stepNoteMissing: 'Say what was done.',
  stepNoted: 'The step is shown as done.',
  conflict: 'Somebody else has answered this meanwhile. Reload the page.',
  late: (count: number) =>
    count === 1 ? 'An answer to the committee is late' : `${count} answers to the committee are late`,
  lateText: 'Everybody sees it on the page of the committee.',
  soon: (count: number) =>
    count === 1
      ? 'An answer to the committee is due within a week'
      : `${count} answers to the committee are due within a week`,
  soonText: 'After its date it’s shown as late, publicly.',
};
