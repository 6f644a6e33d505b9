import { existsSync, readdirSync } from 'node:fs';
import { runAttached } from '../commands.mjs';
import { inProject, projectFolder } from '../locations.mjs';
import { prepare } from '../prepare.mjs';
import { SetupError } from '../setup-error.mjs';
import { ensureBenchPrograms } from '../test-programs.mjs';

const suffix = '.bench.ts';

export async function runBench([name, ...rest]) {
  const names = benchNames();
  if (name === undefined) {
    process.stdout.write(`${names.length === 0 ? 'There is no benchmark yet.' : names.join('\n')}\n`);
    return 0;
  }
  if (!names.includes(name)) throw new SetupError(`There is no benchmark "${name}". There are: ${names.join(', ')}`);
  const { nodeBinary, env } = await prepare({ worker: true, client: true });
  const { env: programs } = await ensureBenchPrograms();
  return await runAttached(nodeBinary, [inProject('tests', 'bench', `${name}${suffix}`), ...rest], {
    cwd: projectFolder,
    env: { ...env, ...programs },
  });
}

function benchNames() {
  const folder = inProject('tests', 'bench');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length))
    .sort();
}
