import { runAttached } from '../commands.mjs';
import { inProject, projectFolder } from '../locations.mjs';
import { prepare } from '../prepare.mjs';
import { note } from '../progress.mjs';
import { ensureTestPrograms } from '../test-programs.mjs';

const selections = {
  unit: ['--project', 'unit*'],
  contract: ['tests/contract', 'infra/stripe-emulator'],
  house: ['tests/integration', 'tests/e2e'],
};

export async function runTest(taskArguments) {
  const { nodeBinary, env } = await prepare({ worker: true, client: true });
  const programs = await ensureTestPrograms({ isLong: taskArguments.includes('--long') });
  for (const { message } of programs.missing) note(message);
  if (programs.missing.length > 0 && process.env.CI) {
    note('With CI set, leaving tests out is a failure. Nothing was run.');
    return 1;
  }
  const { options, testEnv } = parseTestArguments(taskArguments);
  const vitest = inProject('node_modules', 'vitest', 'vitest.mjs');
  const exitCode = await runAttached(nodeBinary, [vitest, ...options], {
    cwd: projectFolder,
    env: { ...env, ...programs.env, ...testEnv },
  });
  for (const { message } of programs.missing) note(message);
  return exitCode;
}

// Ours are the names of selections, `--long`, `--record` and `--watch`; everything else is Vitest's.
function parseTestArguments(taskArguments) {
  const options = [taskArguments.includes('--watch') ? 'watch' : 'run'];
  const testEnv = {};
  for (const argument of taskArguments) {
    if (Object.hasOwn(selections, argument)) options.push(...selections[argument]);
    else if (argument === '--long') testEnv.LOGE_TEST_LONG = '1';
    else if (argument === '--record') testEnv.LOGE_TEST_RECORD = '1';
    else if (argument !== '--watch') options.push(argument);
  }
  return { options, testEnv };
}
