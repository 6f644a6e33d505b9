import { expect, test } from 'vitest';
import { winnersOf } from './poll-result.ts';

test.each([
  ['one answer', [1, 3, 2], ['B']],
  ['a tie', [2, 0, 2], ['A', 'C']],
  ['nobody, without a vote', [0, 0, 0], []],
])('a poll is won by %s', (_case, votes, winners) => {
  expect(winnersOf(votes.map((count, index) => ({ text: 'ABC'[index] ?? '', votes: count })))).toEqual(winners);
});
