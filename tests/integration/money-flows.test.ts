/**
 * Some random flows of money against a plain model: once everything has come to its end, where is the money of each payment? `LOGE_SEED` repeats
 * them; `npm run bench -- money-flows` plays as many as there is time for.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openDatabase } from '../support/databases.ts';
import { flowsOf } from '../support/money-flows/arbitrary.ts';
import { createEmptier, playFlow } from '../support/money-flows/flow.ts';

const SEED = Number(process.env.LOGE_SEED ?? 20_261_127);
const FLOWS = 6;
const STEPS = 30;
/** A flow that fails is played again many times, each time with fewer steps. */
const SHRINK_TIMEOUT_MS = 10 * 60_000;

test(`the money of each payment is in one place (seed ${SEED})`, { timeout: SHRINK_TIMEOUT_MS }, async () => {
  await using db = await openDatabase();
  const empty = await createEmptier(db);
  await fc.assert(
    fc.asyncProperty(flowsOf(STEPS), async (steps) => {
      await empty();
      const { lines, faults } = await playFlow(db, steps);
      expect(faults, `\n${lines.join('\n')}\n`).toEqual([]);
    }),
    { seed: SEED, numRuns: FLOWS },
  );
});
