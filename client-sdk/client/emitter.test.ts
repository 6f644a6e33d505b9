import { expect, test } from 'vitest';
import { Emitter } from './emitter.ts';

function createEmitter() {
  const emitter = new Emitter<{ count: number }>(() => undefined);
  const heard: number[] = [];
  return { emitter, heard, listener: (count: number) => void heard.push(count) };
}

test('a listener that was added by once is removed by off', () => {
  const { emitter, heard, listener } = createEmitter();
  emitter.once('count', listener);
  emitter.off('count', listener);
  emitter.emit('count', 1);
  expect(heard).toEqual([]);
});

test('a listener that was added by once is called once, unless it was also added to stay', () => {
  const { emitter, heard, listener } = createEmitter();
  emitter.once('count', listener);
  for (const count of [1, 2]) emitter.emit('count', count);
  expect(heard).toEqual([1]);
  emitter.on('count', listener);
  emitter.once('count', listener);
  for (const count of [3, 4]) emitter.emit('count', count);
  expect(heard).toEqual([1, 3, 4]);
});

test('a listener of once stays if another one adds it by on during the event', () => {
  const { emitter, heard, listener } = createEmitter();
  emitter.on('count', () => void emitter.on('count', listener));
  emitter.once('count', listener);
  for (const count of [1, 2]) emitter.emit('count', count);
  expect(heard).toEqual([1, 2]);
});
