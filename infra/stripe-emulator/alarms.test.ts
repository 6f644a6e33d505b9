import { expect, test } from 'vitest';
import { Alarms } from './alarms.ts';
import { Clock } from './clock.ts';
import { SeededRandom } from './random.ts';
import { Store } from './store/store.ts';
import { until } from './testing/fixture.ts';

function start(nowMs = 1_000) {
  const clock = new Clock(Store.create(undefined), () => nowMs);
  const rung: string[] = [];
  const alarms = new Alarms(clock, (id) => rung.push(id));
  return { clock, alarms, rung };
}

test('due alarms ring in order of time, independent of the order in which they were set', () => {
  const { alarms, rung } = start();
  const random = new SeededRandom(7);
  const dueAtMs = Array.from({ length: 500 }, () => 2_000 + Math.floor(random.next() * 1_000));
  for (const [index, due] of dueAtMs.entries()) alarms.set(String(index), due);
  alarms.set('4', 9_000);
  alarms.ringUntil(2_500);
  const expected = dueAtMs
    .map((due, index) => ({ due, index }))
    .filter(({ due, index }) => due <= 2_500 && index !== 4)
    .sort((a, b) => a.due - b.due || a.index - b.index);
  expect(rung).toEqual(expected.map(({ index }) => String(index)));
  alarms.close();
});

test('an alarm that is set for a past time while alarms ring rings in the same run', () => {
  const { clock } = start();
  const rung: string[] = [];
  const alarms: Alarms = new Alarms(clock, (id) => {
    rung.push(id);
    if (id === 'renewal') alarms.set('invoice', 1_500);
  });
  alarms.set('renewal', 1_400);
  alarms.set('later', 3_000);
  alarms.ringUntil(2_000);
  expect(rung).toEqual(['renewal', 'invoice']);
  alarms.close();
});

test('after the clock has jumped, the next alarm still rings by itself', async () => {
  const { clock, alarms, rung } = start();
  alarms.set('far', 1_000_000);
  clock.moveTo(2_000_000);
  alarms.ringUntil(2_000_000);
  alarms.set('near', 2_000_010);
  await until('it rang', () => rung.includes('near'));
  expect(rung).toEqual(['far', 'near']);
  alarms.close();
});
