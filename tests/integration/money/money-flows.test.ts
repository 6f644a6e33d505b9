/**
 * Random flows of money against a simple model: once everything has settled, where is the money of each payment?
 * `LOGE_SEED` sets the seed; `npm run bench -- money-flows` plays many, and shrinks a failing one.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openDatabase } from '../../support/databases/databases.ts';
import { flowsOf } from '../../support/money-flows/arbitrary.ts';
import { playFlow } from '../../support/money-flows/flow.ts';
import { effort, pinnedSeed } from '../../support/run/effort.ts';

const SEED = pinnedSeed(20_261_127);
const FLOWS = effort({ short: 3, long: 300 });
const STEPS = effort({ short: 30, long: 60 });
const TIMEOUT_MS = 60_000 + FLOWS * 20_000;

test(`the money of each payment is in one place (seed ${SEED})`, { timeout: TIMEOUT_MS }, async () => {
  for (const [number, steps] of fc.sample(flowsOf(STEPS), { seed: SEED, numRuns: FLOWS }).entries()) {
    await using db = await openDatabase();
    const { lines, faults } = await playFlow(db, steps);
    const repeat = `npm run bench -- money-flows --seed ${SEED} --steps ${STEPS} --flow ${number}`;
    expect(faults, `\n${lines.join('\n')}\n${repeat}\n`).toEqual([]);
  }
});
