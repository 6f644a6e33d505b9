/** A hostile client must not slow others down; figures: `npm run bench -- chat-hostile`. */
import { expect, test } from 'vitest';
import { type AttackMeasurement, measureUnderAttack } from '../../support/people/neighbours.ts';
import { ServerProcess } from '../../support/programs/server-process.ts';
import { effort, isLong } from '../../support/run/effort.ts';

const RATIO_MAX = 3;
/** A message that just misses a tick of the chat waits for the next. */
const TICK_MS = 20;
const ROUNDS_MIN = 2;

/** The fastest round of each: other load slows single rounds, an attack slows all. */
function limitOf({ withoutMs, withMs }: AttackMeasurement): { fastestMs: number; limitMs: number } {
  const [without = Number.NaN, during = Number.NaN] = [withoutMs, withMs].map((rounds) =>
    Math.min(...rounds.map(({ p90 }) => p90)),
  );
  return { fastestMs: during, limitMs: RATIO_MAX * without + TICK_MS };
}

/** On a machine that does other work, more rounds are needed until one of each was undisturbed. */
function isEnough(measured: AttackMeasurement): boolean {
  const { fastestMs, limitMs } = limitOf(measured);
  return !isLong && measured.withMs.length >= ROUNDS_MIN && fastestMs < limitMs;
}

test('a thousand malformed, oversized and forged events a second neither slow other sockets nor use their budgets', {
  timeout: 60_000,
}, async () => {
  await using server = await ServerProcess.createOnPostgres();
  await server.server('POST', '/v1/creators', { identity: 'ada', name: 'Ada', country: 'FR' });
  const body = { creator: 'ada', title: 'An evening', access: { kind: 'free' } };
  const { id: room } = await server.server<{ id: string }>('POST', '/v1/rooms', body);
  const measured = await measureUnderAttack(server.url, room, {
    rounds: effort({ short: 6, long: 15 }),
    seconds: 2,
    isEnough,
  });
  const { attacks, refused } = measured;
  expect(attacks.sent).toBeGreaterThan(1_000);
  expect(attacks.closed).toBeGreaterThan(0);
  expect(refused).toEqual([]);
  const { fastestMs, limitMs } = limitOf(measured);
  expect(fastestMs, JSON.stringify(measured)).toBeLessThan(limitMs);
});
