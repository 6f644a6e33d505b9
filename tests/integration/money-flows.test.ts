/**
 * Some random flows of money against a plain model: once everything has come to its end, where is the money of each payment? `LOGE_SEED` draws
 * others; `npm run bench -- money-flows` plays as many as there is time for, and makes one that fails shorter.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openDatabase } from '../support/databases/databases.ts';
import { flowsOf } from '../support/money-flows/arbitrary.ts';
import { createEmptier, playFlow } from '../support/money-flows/flow.ts';

const SEED = Number(process.env.LOGE_SEED ?? 20_261_127);
const FLOWS = 6;
const STEPS = 30;
const TIMEOUT_MS = 4 * 60_000;

test(`the money of each payment is in one place (seed ${SEED})`, { timeout: TIMEOUT_MS }, async () => {
  await using db = await openDatabase();
  const empty = await createEmptier(db);
  for (const [number, steps] of fc.sample(flowsOf(STEPS), { seed: SEED, numRuns: FLOWS }).entries()) {
    await empty();
    const { lines, faults } = await playFlow(db, steps);
    const repeat = `npm run bench -- money-flows --seed ${SEED} --steps ${STEPS} --flow ${number}`;
    expect(faults, `\n${lines.join('\n')}\n${repeat}\n`).toEqual([]);
  }
});
