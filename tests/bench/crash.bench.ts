/**
 * kill -9 of the real server at random moments under a mixed load, on PGlite and on Postgres: every acknowledged result
 * exists once, and the ledger balances.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type CrashDatabase, runCrashes } from '../support/crash/crash-rounds.ts';

const HELP = `Usage: npm run bench -- crash [options]

Kills the server with SIGKILL in the middle of tips, tickets, top-ups, refunds, chat and a private session, starts it again, and so on.

  --kills N      kills on each database (default 50)
  --on NAME      PGlite or Postgres alone; Postgres needs LOGE_TEST_POSTGRES_BIN
  --seed N       repeats the choices of a run (default: drawn)
  --help         this text
`;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    on: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const DATABASES: CrashDatabase[] = ['PGlite', 'Postgres'];
const SEED = Number(values.seed);
const SAY_EVERY_KILLS = 1;

const say = (text: string) => process.stderr.write(`${text}\n`);
const total = { kills: {} as Record<string, number>, answered: 0, lost: 0, doubled: 0, violations: 0, seed: SEED };

say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, seed ${SEED}`);
for (const database of DATABASES.filter((name) => values.on === undefined || values.on === name)) {
  const { kills, answered, lost, doubled, violations } = await runCrashes({
    database,
    seed: SEED,
    kills: Number(values.kills),
    onKill: (state) => {
      if (state.kills % SAY_EVERY_KILLS !== 0) return;
      const seconds = Math.round(performance.now() / 1_000);
      say(`${seconds} s: ${database}, ${state.kills} kills, ${state.answered} answers`);
    },
  });
  for (const each of lost) say(`lost: ${each}`);
  for (const each of doubled) say(`doubled: ${each}`);
  for (const each of violations) say(`violation: ${each}`);
  total.kills[database] = kills;
  total.answered += answered;
  total.lost += lost.length;
  total.doubled += doubled.length;
  total.violations += violations.length;
}
process.stdout.write(`${JSON.stringify(total)}\n`);
process.exit(total.lost + total.doubled + total.violations === 0 ? 0 : 1);
