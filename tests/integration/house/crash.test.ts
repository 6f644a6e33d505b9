/**
 * kill -9 of the whole process at random moments while people tip, buy, top up, are refunded, chat and meet in private.
 * Afterwards every acknowledged result exists once, unanswered requests are settled by a retry with the same key, and
 * the ledger balances. `npm run bench -- crash` does it fifty times on each database.
 */
import { describe, expect, test } from 'vitest';
import { type CrashDatabase, runCrashes } from '../../support/crash/crash-rounds.ts';
import { hasPostgres } from '../../support/databases/databases.ts';
import { drawVariants, effort, SEED } from '../../support/run/effort.ts';

const DATABASES = drawVariants<{ database: CrashDatabase; kills: number }>([
  { database: 'PGlite', kills: effort({ short: 1, long: 20 }) },
  ...(hasPostgres ? [{ database: 'Postgres' as const, kills: effort({ short: 2, long: 20 }) }] : []),
]);

describe.each(DATABASES)('kill -9 under a mixed load, on $database', ({ database, kills }) => {
  test(`loses and repeats nothing that was acknowledged (seed ${SEED}, ${kills} kills)`, {
    timeout: 60_000 + kills * 30_000,
  }, async () => {
    const { answered, lost, doubled, violations } = await runCrashes({ database, seed: SEED, kills });
    expect({ lost, doubled, violations }).toEqual({ lost: [], doubled: [], violations: [] });
    // Guards against a load without answers, which would prove nothing.
    expect(answered).toBeGreaterThan(kills);
  });
});
