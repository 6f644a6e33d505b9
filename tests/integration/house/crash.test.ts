/**
 * kill -9 of the whole process at random moments while people tip, buy, top up, are refunded, chat and meet in private.
 * Afterwards every acknowledged result exists once, unanswered requests are settled by a retry with the same key, and
 * the ledger balances. `npm run bench -- crash` does it fifty times on each database.
 */
import { describe, expect, test } from 'vitest';
import { type CrashDatabase, runCrashes } from '../../support/crash/crash-rounds.ts';
import { hasPostgres } from '../../support/databases/databases.ts';
import { effort, isLong, SEED } from '../../support/run/effort.ts';

/** Without `--long` Postgres alone; `chat-crash.test.ts` kills a server on PGlite. */
const DATABASES: CrashDatabase[] = hasPostgres ? (isLong ? ['PGlite', 'Postgres'] : ['Postgres']) : ['PGlite'];
const KILLS = effort({ short: 2, long: 20 });

describe.each(DATABASES)('kill -9 under a mixed load, on %s', (database) => {
  test(`loses and repeats nothing that was acknowledged (seed ${SEED}, ${KILLS} kills)`, {
    timeout: 60_000 + KILLS * 30_000,
  }, async () => {
    const { answered, lost, doubled, violations } = await runCrashes({ database, seed: SEED, kills: KILLS });
    expect({ lost, doubled, violations }).toEqual({ lost: [], doubled: [], violations: [] });
    // Guards against a load without answers, which would prove nothing.
    expect(answered).toBeGreaterThan(KILLS);
  });
});
