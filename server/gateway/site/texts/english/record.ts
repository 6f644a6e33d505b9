/** English texts of the record on the page of public figures: the log, who signs it, and how to check it. */
export const record = {
  title: 'The record: nobody rewrites it unnoticed',
  text: 'Decisions, opinions and answers, versions of the charter, seats of the committee and these figures are appended to a public log, each night those of the day before. Every entry is part of a number that the house signs. Whoever kept that number proves later that nothing before it was changed or taken out. Names and words of people are not in the log: a random value stands for them, and whoever they concern can have them erased.',
  notBegun: 'The record begins in a few minutes.',
  entries: 'Entries',
  count: (count: string) => `${count} entries`,
  signedOn: (date: string) => `signed by the house on ${date}`,
  witnesses: 'Witnesses',
  noWitness: 'nobody yet',
  noWitnessText:
    'No server of somebody else signs this record yet. Until then, what protects it is what people keep of it.',
  witnessed: (name: string, date: string) => `${name}: all of it, on ${date}`,
  witnessedPart: (name: string, count: string, date: string) => `${name}: the first ${count}, on ${date}`,
  notWitnessed: (name: string) => `${name}: not yet`,
  members: 'The committee',
  noMember: 'no member has signed yet',
  memberCount: (count: number) => (count === 1 ? 'one member has signed' : `${count} members have signed`),
  membersAll: 'all of it',
  membersPart: (count: string) => `at most the first ${count} entries`,
  haltedAhead: (date: string) =>
    `Since ${date} nothing is appended: a witness knows entries that this house no longer has, as after a restored backup. The house must complete the record from a copy, or begin another one that says why.`,
  haltedOther: (date: string) =>
    `Since ${date} nothing is appended: a witness has signed other entries than this house shows. What was recorded has been changed.`,
  earlier: 'Earlier records of this house, which another one follows:',
  ended: (date: string) => `ended on ${date}`,
  check: 'How to check it',
  checkText:
    'The log has the form of Go’s checksum database and of Certificate Transparency (C2SP tlog-tiles), so tools that are not ours read it. With ours, two commands are enough. The first keeps a copy today:',
  checkLater: 'The second, any day later, shows whether the record still continues your copy:',
  checkKeys:
    'In the file of keys, write the key of the house below, and those of witnesses as they themselves publish them: `log`, `witness` or `member` before each. Without it the command can say that everything fits together, but not who made it.',
  key: 'Key of the house',
  witnessKey: (name: string) => `Key of ${name}`,
  files: {
    checkpoint: 'The last signed number (checkpoint)',
    vkey: 'The keys of the house',
    members: 'Signatures of the committee’s members',
    records: 'The entries, one in each line',
  },
  limits: 'What it doesn’t prevent',
  limitsText: 'Somebody who has the database and the key of the house could still do this:',
  limitsList: [
    'Leave out or change what is less than a day old. It is seen by whoever read it before: the person who received the decision, and the members of the committee.',
    'Never record something. The person whom it concerns holds a decision that the record hasn’t.',
    'Write what isn’t true. The record proves what was said and when, not that it is right.',
    'Show two people two records. A witness signs only one of them, and two people who compare their numbers see it at once.',
    'Rewrite everything. Each witness refuses to sign from then on, members find that their signatures no longer fit, and so does everybody who kept a copy.',
    'Take out the words of an entry. That there were words stays visible, and whoever kept them proves what they were.',
  ],
};
