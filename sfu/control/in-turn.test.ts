import { expect, test } from 'vitest';
import { InTurn } from './in-turn.ts';

test('code that awaits the first item continues before the second is handled, also when both arrive together', async () => {
  const order: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const turns = new InTurn<string>((name) => {
    order.push(name);
    if (name === 'first') resolve();
  });
  const awaiting = promise.then(async () => {
    for (let layer = 0; layer < 20; layer += 1) await undefined;
    order.push('after the first');
  });
  for (const name of ['first', 'second', 'third']) turns.add(name);
  expect(order).toEqual(['first']);
  await awaiting;
  await new Promise(setImmediate);
  expect(order).toEqual(['first', 'after the first', 'second', 'third']);
});

test('items that arrive together are handled before any I/O, and dropped ones never', async () => {
  const handled: number[] = [];
  const turns = new InTurn<number>((item) => {
    handled.push(item);
    if (item === 20) turns.clear();
  });
  const outside = new Promise<number[]>((resolve) => setImmediate(() => resolve([...handled])));
  for (let item = 1; item <= 30; item += 1) turns.add(item);
  expect(await outside).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  turns.add(31);
  expect(handled.at(-1)).toBe(31);
});
