/**
 * A short soak of money: random operations with a crashing server and a failing provider. `npm run bench --
 * ledger-soak` is the long version.
 */
import { expect, test } from 'vitest';
import { createTestDatabase } from '../../support/databases/postgres.ts';
import { effort, SEED } from '../../support/run/effort.ts';
import { Soak } from '../../support/soak/soak.ts';

const OPERATIONS = effort({ short: 300, long: 10_000 });
/** A run that missed more than two of these proves little: until it has them, it goes on for a while. */
const ACTS = [
  'topUp',
  'tip',
  'refundTip',
  'ticketFromWallet',
  'ticketByCard',
  'join',
  'ask',
  'promote',
  'sweep',
  'topUpByCard',
];
const MISSED_MAX = 2;
const LAST_LINES = 40;

// It tests locks between connections, and PGlite has only one.
test.runIf(process.env.LOGE_TEST_POSTGRES_BIN)(
  `${OPERATIONS} operations (seed ${SEED})`,
  {
    timeout: 60_000 + OPERATIONS * 100,
  },
  async () => {
    const postgres = await createTestDatabase();
    try {
      await using soak = await Soak.create({
        ...{ url: postgres.url, seed: SEED, operations: OPERATIONS },
        isEnough: (done) => countMissed(done) <= MISSED_MAX,
      });
      const { lost, doubled, violations, outcomes, lastLines, crashes } = await soak.run();
      if (lost.length + doubled.length + violations.length > 0) {
        console.error(`seed ${SEED}, last actions:\n${lastLines.slice(-LAST_LINES).join('\n')}`);
      }
      expect({ lost, doubled, violations }).toEqual({ lost: [], doubled: [], violations: [] });
      expect(crashes).toBeGreaterThan(0);
      expect(countMissed(outcomes)).toBeLessThanOrEqual(MISSED_MAX);
    } finally {
      await postgres.close();
    }
  },
);

function countMissed(outcomes: Readonly<Record<string, number>>): number {
  return ACTS.filter((act) => !outcomes[`${act} done`]).length;
}
