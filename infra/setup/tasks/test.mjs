import { runAttached } from '../commands.mjs';
import { inProject, projectFolder } from '../locations.mjs';
import { prepare } from '../prepare.mjs';
import { note } from '../progress.mjs';
import { SetupError } from '../setup-error.mjs';
import { ensureTestPrograms } from '../test-programs.mjs';

const selections = {
  unit: ['--project', 'unit*'],
  contract: ['tests/contract', 'infra/stripe-emulator'],
  house: ['tests/integration', 'tests/e2e'],
};

// What `calendar` runs at each moment: the tests that depend on dates most.
const dated = [
  ['unit'],
  ['money', 'memberships', 'accounts', 'notices', 'stripe'].map((folder) => `tests/contract/${folder}`),
];

// In UTC: ends of months, quarters and years, a leap day, and the minutes before Paris changes its clocks.
const moments = [
  '2026-12-01T12:00',
  '2026-12-31T23:50',
  '2027-01-01T00:10',
  '2027-01-31T12:00',
  '2027-02-28T12:00',
  '2027-03-28T00:58',
  '2027-06-30T22:30',
  '2027-07-01T00:10',
  '2027-10-31T00:58',
  '2028-02-29T12:00',
];

// Exit codes from here on: ended by a signal.
const signalledFrom = 128;

export async function runTest(taskArguments) {
  const { runs, isLong } = planTests(taskArguments);
  const { nodeBinary, env } = await prepare({ worker: true, client: true });
  const programs = await ensureTestPrograms({ isLong, isShifted: runs.some(({ at }) => at) });
  for (const { message } of programs.missing) note(message);
  if (programs.missing.length > 0 && process.env.CI) {
    note('With CI set, leaving tests out is a failure. Nothing was run.');
    return 1;
  }
  const runnable = runs.filter(({ at }) => !at || programs.env.LOGE_TEST_FAKETIME);
  const failed = [];
  for (const { options, at, testEnv, command } of runnable) {
    if (runs.length > 1) note(command);
    const code = await runAttached(nodeBinary, [inProject('node_modules', 'vitest', 'vitest.mjs'), ...options], {
      cwd: projectFolder,
      env: { ...env, ...programs.env, ...testEnv, ...(at && shiftedClock(programs.env.LOGE_TEST_FAKETIME, at)) },
    });
    if (code !== 0) failed.push({ code, command });
    // A signal ends all runs. The runs at other dates would remove the logs of one that failed before them.
    if (code >= signalledFrom || (code !== 0 && !at)) break;
  }
  for (const { message } of programs.missing) note(message);
  if (runs.length > 1) for (const { command } of failed) note(`Failed: ${command}`);
  return runnable.length === 0 ? 1 : (failed[0]?.code ?? 0);
}

// Ours are the names of selections, `calendar`, `--at`, `--long`, `--record` and `--watch`; all else is Vitest's.
export function planTests(taskArguments) {
  const words = [...taskArguments];
  const take = (word) => words.includes(word) && words.splice(words.indexOf(word), 1).length > 0;
  const at = words.includes('--at') ? parseMoment(words.splice(words.indexOf('--at'), 2)[1]) : undefined;
  const [isCalendar, isLong, isRecorded, isWatched] = ['calendar', '--long', '--record', '--watch'].map(take);
  const plan = (selected, moment, testEnv = {}) => ({
    options: [isWatched ? 'watch' : 'run', ...selected.flatMap((word) => selections[word] ?? [word])],
    at: moment,
    testEnv,
    command: ['npm test --', ...selected, ...(moment ? ['--at', moment] : [])].join(' '),
  });
  const calendar = (at ? [at] : moments).flatMap((moment) => dated.map((some) => plan([...some, ...words], moment)));
  if (isCalendar) return { runs: calendar, isLong };
  const testEnv = { ...(isLong && { LOGE_TEST_LONG: '1' }), ...(isRecorded && { LOGE_TEST_RECORD: '1' }) };
  const isEverything = words.length === 0 && !at;
  return { runs: [plan(words, at, testEnv), ...(isLong && isEverything ? calendar : [])], isLong };
}

function parseMoment(text) {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}Z`))) return text;
  throw new SetupError('`--at` takes a moment in UTC, such as 2026-12-31T23:50.');
}

// For libfaketime (faketime(1)): a program and its children see the moment at which it starts as `at`. The monotonic
// clock stays true, or timers break.
function shiftedClock(library, at) {
  const aheadSeconds = Math.round((Date.parse(`${at}Z`) - Date.now()) / 1_000);
  return {
    LD_PRELOAD: library,
    FAKETIME: `${aheadSeconds < 0 ? '' : '+'}${aheadSeconds}s`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    LOGE_TEST_AT: at,
  };
}
