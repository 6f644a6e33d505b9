import { expect, test } from 'vitest';
import { createId } from '../../protocol/ids.ts';
import { Audiences } from './audiences.ts';

const room = createId('room');
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('reports at once, then the latest of the values that arrived meanwhile', async () => {
  const told: number[] = [];
  const answers: (() => void)[] = [];
  const audiences = new Audiences({
    tell: (_room, people) => {
      told.push(people);
      return new Promise((resolve) => answers.push(resolve));
    },
    onError: () => {},
  });
  for (const people of [1, 2, 3]) audiences.set(room, people);
  expect(told).toEqual([1]);
  answers.shift()?.();
  await turn();
  expect(told).toEqual([1, 3]);
  answers.shift()?.();
  await turn();
  audiences.set(room, 3);
  expect(told).toEqual([1, 3, 3]);
});

test('continues after a failed call', async () => {
  const told: number[] = [];
  const failed: unknown[] = [];
  const audiences = new Audiences({
    tell: async (_room, people) => {
      told.push(people);
      if (people === 1) throw new Error('gone');
    },
    onError: (error) => failed.push(error),
  });
  audiences.set(room, 1);
  audiences.set(room, 2);
  await turn();
  expect(told).toEqual([1, 2]);
  expect(failed).toHaveLength(1);
});
