import { runAttached } from '../commands.mjs';
import { inProject, projectFolder } from '../locations.mjs';
import { prepare } from '../prepare.mjs';
import { note } from '../progress.mjs';
import { ensureTestPrograms } from '../test-programs.mjs';

export async function runTest(taskArguments) {
  const { nodeBinary, env } = await prepare({ worker: true, client: true });
  const programs = await ensureTestPrograms();
  for (const { message } of programs.missing) note(message);
  if (programs.missing.length > 0 && process.env.CI) {
    note('With CI set, leaving tests out is a failure. Nothing was run.');
    return 1;
  }
  const vitest = inProject('node_modules', 'vitest', 'vitest.mjs');
  const exitCode = await runAttached(nodeBinary, [vitest, 'run', ...taskArguments], {
    cwd: projectFolder,
    env: { ...env, ...programs.env },
  });
  for (const { message } of programs.missing) note(message);
  return exitCode;
}
