/** What won a poll: several answers in a tie, none without a vote. */
export function winnersOf(options: readonly { text: string; votes: number }[]): string[] {
  const most = Math.max(0, ...options.map(({ votes }) => votes));
  return most === 0 ? [] : options.filter(({ votes }) => votes === most).map(({ text }) => text);
}
