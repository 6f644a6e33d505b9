/** English texts of the pages of the charter, which the server renders whole. */
export const charter = {
  title: 'The charter of the house',
  none: 'No charter is in force here.',
  version: (version: number) => `Version ${version}`,
  versions: 'All versions',
  since: (version: number) => `What changed since version ${version}`,
  changes: (from: number, to: number) => `From version ${from} to version ${to}`,
  legend: 'Article by article. How words are shown:',
  legendAdded: 'new',
  legendRemoved: 'removed',
  noChange: 'Nothing has changed between these versions.',
  change: { added: 'new', changed: 'changed', removed: 'removed from the charter', same: 'unchanged' },
  from: 'From version',
  to: 'To version',
  compare: 'Compare',
  hash: 'Fingerprint of this version (SHA-256):',
  state: {
    in_force: (date: string) => `in force since ${date}`,
    announced: (date: string) => `announced, in force from ${date}`,
    superseded: (date: string) => `replaced, dated ${date}`,
  },
};
