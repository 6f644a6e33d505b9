// The tasks that npm scripts name, and their help.

import { SetupError } from './setup-error.mjs';
import { runBench } from './tasks/bench.mjs';
import { runCheck } from './tasks/check.mjs';
import { runMigration } from './tasks/migration.mjs';
import { program } from './tasks/program.mjs';
import { runSbom } from './tasks/sbom.mjs';
import { runSetup } from './tasks/setup.mjs';
import { runTest } from './tasks/test.mjs';

const tasks = {
  start: {
    run: program({ worker: true, client: true }, 'server/main.ts'),
    usage: 'npm start',
    summary: 'Sets up what is missing and serves everything from one process.',
    details: 'PORT and the other variables are in server/README.md. Ctrl-C ends it in good order.',
  },
  'start:gateway': {
    run: program({ worker: true, client: true }, 'server/main.ts', 'gateway'),
    usage: 'npm run start:gateway',
    summary: 'One gateway among several on the same house, over DATABASE_URL and REDIS_URL.',
    details: 'Each needs a PORT of its own on one machine. SIGTERM drains it.',
  },
  'start:sfu': {
    run: program({ worker: true }, 'sfu/main.ts'),
    usage: 'npm run start:sfu',
    summary: 'One SFU node: carries media, found by gateways over REDIS_URL.',
    details:
      'Its variables (LOGE_SFU_…) are in server/README.md. SIGTERM: takes no new sessions, waits until its sessions were moved, and leaves.',
  },
  test: {
    run: runTest,
    usage:
      'npm test [-- unit | contract | house | calendar | PATH …] [--at MOMENT] [--long] [--record] [--watch] [VITEST OPTIONS]',
    summary: 'Sets up what is missing, also what only tests need, and runs the tests.',
    details:
      'calendar: the unit tests, and the contract tests that depend on dates most, on ten dates such as a leap day. --at: at this moment in UTC, such as 2026-12-31T23:50. --long: random and load tests for longer, and the stores on PGlite too; without a selection, then calendar. --record: writes tests/durations.json. Says which tests are left out for lack of a program; with CI=true leaving one out is a failure.',
  },
  check: {
    run: runCheck,
    usage: 'npm run check',
    summary:
      'Format, lint, types, import arrows, lock file, schema, regular expressions, known weaknesses, deployment files, dead code.',
    details: 'Runs them all and shows every fault, then fails if there was any.',
  },
  bench: {
    run: runBench,
    usage: 'npm run bench -- NAME [ARGUMENTS]',
    summary: 'Runs one benchmark; the last line of its output is JSON.',
    details: 'Without NAME, lists the benchmarks. `npm run bench -- NAME --help` lists the options of one.',
  },
  reconcile: {
    run: program({}, 'server/reconcile.ts'),
    usage: 'npm run reconcile [-- --since DATE | --all] [--json]',
    summary: 'Compares the books with the payment provider and explains every difference.',
    details: 'Ends with 1 when nothing explains one of them, with 2 when it could not compare.',
  },
  keys: {
    run: program({}, 'server/keys.ts'),
    usage:
      'npm run keys -- create --name NAME --scopes SCOPE,… [--expires DATE | --expires 90d] [--origins ORIGIN,…]\nnpm run keys -- list\nnpm run keys -- revoke ID',
    summary: 'Makes, lists and revokes API keys.',
    details:
      'Scopes: admin, tokens, rooms, money, moderation, events, metrics. The secret is shown once. Servers see a change within a second. `--json` prints JSON.',
  },
  operators: {
    run: program({}, 'server/operators.ts'),
    usage: 'npm run operators -- invite ADDRESS [--json]',
    summary: 'Invites a person to be an operator of a house with accounts.',
    details: 'Prints a link that works once, within a day, for the person with that mail address and a passkey.',
  },
  record: {
    run: program({}, 'server/record.ts'),
    usage:
      'npm run record -- add-key\nnpm run record -- retire-key VKEY\nnpm run record -- complete FILE_OR_URL\nnpm run record -- succeed --reason TEXT',
    summary: 'Changes the key of the public record, or goes on with the record after a restore.',
    details:
      'complete: from a copy of the log, as `npm run verify-transparency -- URL --save FOLDER` keeps one. succeed: where there is none, another log follows and both say so.',
  },
  'verify-transparency': {
    run: program({}, 'server/verify-transparency.ts'),
    usage: 'npm run verify-transparency -- FILE_OR_URL [--keys FILE] [--since CHECKPOINT] [--save FOLDER] [--json]',
    summary: 'Checks the public record of a house, whoever runs it.',
    details:
      'FILE_OR_URL: the address of a house, or a folder with a copy of its log. --keys: lines such as `log VKEY`, `witness VKEY`, `member KEY`, which you have from elsewhere or from before. --since: a checkpoint that you kept. --save: keeps a copy, with its checkpoint. Ends with 0 when all is proven, 1 when something is wrong, 2 when it is consistent but nothing proves it, 3 when it could not be read.',
  },
  witness: {
    run: program({}, 'server/witness.ts'),
    usage: 'npm run witness',
    summary:
      "Cosigns the checkpoints of other houses' logs, as long as each grows without a change (C2SP tlog-witness).",
    details:
      'LOGE_WITNESS_LOGS holds what those houses show at /transparency/log/vkey, with commas between. It prints what to set there. PORT (4010), LOGE_HOST, LOGE_PUBLIC_URL, LOGE_DATA_DIR and LOGE_LOG_LEVEL are in server/README.md. Ctrl-C ends it in good order.',
  },
  packages: {
    run: program({}, 'client-sdk/packaging/build.ts'),
    usage: 'npm run packages',
    summary: 'Builds and packs what an embedder installs: @loge/client and @loge/elements.',
    details: 'The tarballs are in .build/packages/. `npm install FILE.tgz …` installs them into a project.',
  },
  sbom: {
    run: runSbom,
    usage: 'npm run sbom',
    summary: 'Prints what a production installation contains, as CycloneDX JSON.',
    details: 'It is read from package-lock.json; nothing is installed.',
  },
  images: {
    run: program({}, 'infra/checks/resolve-images.ts'),
    usage: 'npm run images [-- --write]',
    summary: 'Prints the digest of every container image of the deployment files; --write pins them.',
    details: 'For a release. Fails when a registry does not answer.',
  },
  migrate: {
    run: program({}, 'server/migrate.ts'),
    usage: 'npm run migrate',
    summary: 'Brings Postgres to the schema of this version as its owner, and gives the gateways their rights.',
    details: 'DATABASE_MIGRATION_URL is the owner, DATABASE_URL the role that gateways run under. Safe to run again.',
  },
  setup: {
    run: runSetup,
    usage: 'npm run setup',
    summary: 'Sets up what `npm start` needs and starts nothing.',
    details: 'Set MEDIASOUP_WORKER_BIN to use a mediasoup worker of your own.',
  },
  format: {
    run: program({}, 'node_modules/@biomejs/biome/bin/biome', 'check', '--write'),
    usage: 'npm run format',
    summary: 'Formats the sources and applies the safe fixes of the linter.',
    details: '',
  },
  migration: {
    run: runMigration,
    usage: 'npm run migration',
    summary: 'Writes the database migration from the *.schema.ts files.',
    details: '',
  },
};

export function parseTask(commandLine) {
  const [name, ...rest] = commandLine;
  if (name === undefined || name === '--help' || name === '-h')
    return { task: undefined, taskArguments: [], help: true };
  const task = tasks[name];
  if (task === undefined) throw new SetupError(`There is no task "${name}".\n\n${taskHelp(undefined)}`);
  // A benchmark explains its own options.
  const asked = task === tasks.bench ? rest.slice(0, 1) : rest;
  return { task, taskArguments: rest, help: asked.includes('--help') || asked.includes('-h') };
}

export function taskHelp(task) {
  if (task !== undefined) return `${[task.usage, task.summary, task.details].filter(Boolean).join('\n')}\n`;
  const lines = Object.values(tasks).map(({ usage, summary }) => `  ${usage}\n      ${summary}`);
  return `Loge's tasks:\n${lines.join('\n')}\n`;
}
