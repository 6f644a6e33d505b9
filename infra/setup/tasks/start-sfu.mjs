import { runAttached } from '../commands.mjs';
import { inProject, projectFolder } from '../locations.mjs';
import { prepare } from '../prepare.mjs';

export async function runStartSfu(taskArguments) {
  const { nodeBinary, env } = await prepare({ worker: true, client: false });
  return await runAttached(nodeBinary, [inProject('sfu', 'main.ts'), ...taskArguments], { cwd: projectFolder, env });
}
