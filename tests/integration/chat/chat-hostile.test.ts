/** A hostile client must not slow others down; figures: `npm run bench -- chat-hostile`. */
import { expect, test } from 'vitest';
import { measureUnderAttack } from '../../support/people/neighbours.ts';
import { ServerProcess } from '../../support/programs/server-process.ts';
import { effort } from '../../support/run/effort.ts';

const RATIO_MAX = 3;
/** A message that just misses a tick of the chat waits for the next. */
const TICK_MS = 20;

test('a thousand malformed, oversized and forged events a second neither slow other sockets nor use their budgets', {
  timeout: 60_000,
}, async () => {
  await using server = await ServerProcess.create();
  await server.server('POST', '/v1/creators', { identity: 'ada', name: 'Ada', country: 'FR' });
  const body = { creator: 'ada', title: 'An evening', access: { kind: 'free' } };
  const { id: room } = await server.server<{ id: string }>('POST', '/v1/rooms', body);
  const { withoutMs, withMs, attacks, refused } = await measureUnderAttack(server.url, room, {
    rounds: effort({ short: 2, long: 15 }),
    seconds: 2,
  });
  expect(attacks.sent).toBeGreaterThan(1_000);
  expect(attacks.closed).toBeGreaterThan(0);
  expect(refused).toBe(0);
  // The fastest round of each: other load slows single rounds, an attack slows all.
  const [without = Number.NaN, during = Number.NaN] = [withoutMs, withMs].map((rounds) =>
    Math.min(...rounds.map(({ p90 }) => p90)),
  );
  expect(during, JSON.stringify({ withoutMs, withMs })).toBeLessThan(RATIO_MAX * without + TICK_MS);
});
