import { expect, test } from 'vitest';
import { createId } from '../../protocol/ids.ts';
import { Audiences } from './audiences.ts';

const room = createId('room');
const turn = () => new Promise((resolve) => setImmediate(resolve));

function nodeOf(answer: (people: number) => Promise<void> = async () => {}) {
  const told: number[] = [];
  const setAudience = ({ people }: { people: number }) => {
    told.push(people);
    return answer(people);
  };
  return { told, setAudience };
}

test('reports at once, then the latest of the values that arrived meanwhile', async () => {
  const answers: (() => void)[] = [];
  const node = nodeOf(() => new Promise((resolve) => answers.push(resolve)));
  const audiences = new Audiences({ originOf: async () => node, onError: () => {} });
  for (const people of [1, 2, 3]) audiences.set(room, people);
  await turn();
  expect(node.told).toEqual([1]);
  answers.shift()?.();
  await turn();
  expect(node.told).toEqual([1, 3]);
  answers.shift()?.();
  await turn();
  audiences.set(room, 3);
  await turn();
  expect(node.told).toEqual([1, 3, 3]);
});

test('continues after a failed call', async () => {
  const failed: unknown[] = [];
  const node = nodeOf(async (people) => {
    if (people === 1) throw new Error('gone');
  });
  const audiences = new Audiences({ originOf: async () => node, onError: (error) => failed.push(error) });
  audiences.set(room, 1);
  await turn();
  audiences.set(room, 2);
  await turn();
  expect(node.told).toEqual([1, 2]);
  expect(failed).toHaveLength(1);
});

test('leaves no audience on a node from which the stage has moved, nor on one whose room has ended', async () => {
  const [first, second] = [nodeOf(), nodeOf()];
  let origin: typeof first | undefined = first;
  const audiences = new Audiences({ originOf: async () => origin, onError: () => {} });
  const set = async (people: number) => {
    audiences.set(room, people);
    await turn();
  };
  await set(5);
  origin = second;
  await set(6);
  expect([first.told, second.told]).toEqual([[5, 0], [6]]);
  // The room ends: its people leave one after the other.
  origin = undefined;
  await set(1);
  await set(0);
  expect([first.told, second.told]).toEqual([
    [5, 0],
    [6, 1, 0],
  ]);
  await set(0);
  expect(second.told).toEqual([6, 1, 0]);
});
