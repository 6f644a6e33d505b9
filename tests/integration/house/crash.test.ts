/**
 * kill -9 of the whole process at random moments while people tip, buy, top up, are refunded, talk and meet in private.
 * Afterwards: everything that was answered is there once, what was in doubt is settled by asking again with the same
 * key, and the books balance. `npm run bench -- crash` does it fifty times on each database.
 */
import { describe, expect, test } from 'vitest';
import { type CrashDatabase, runCrashes } from '../../support/crash/crash-rounds.ts';
import { effort, SEED } from '../../support/run/effort.ts';

const KILLS = effort({ short: 3, long: 20 });
const DATABASES: CrashDatabase[] = process.env.LOGE_TEST_POSTGRES_BIN ? ['PGlite', 'Postgres'] : ['PGlite'];

describe.each(DATABASES)('kill -9 in the middle of everything, on %s', (database) => {
  test(`loses and doubles nothing that was answered (seed ${SEED}, ${KILLS} kills)`, {
    timeout: 60_000 + KILLS * 30_000,
  }, async () => {
    const { answered, lost, doubled, violations } = await runCrashes({ database, seed: SEED, kills: KILLS });
    expect({ lost, doubled, violations }).toEqual({ lost: [], doubled: [], violations: [] });
    // A load that was never answered would prove nothing.
    expect(answered).toBeGreaterThan(KILLS);
  });
});
