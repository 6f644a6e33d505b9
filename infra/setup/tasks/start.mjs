import { runAttached } from '../commands.mjs';
import { inProject, projectFolder } from '../locations.mjs';
import { prepare } from '../prepare.mjs';

export async function runStart(taskArguments) {
  const { nodeBinary, env } = await prepare({ worker: true, client: true });
  return await runAttached(nodeBinary, [inProject('server', 'main.ts'), ...taskArguments], { cwd: projectFolder, env });
}
