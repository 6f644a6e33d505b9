import { runAttached } from '../commands.mjs';
import { inProject, projectFolder } from '../locations.mjs';
import { prepare } from '../prepare.mjs';

export async function runKeys(taskArguments) {
  const { nodeBinary, env } = await prepare({});
  return await runAttached(nodeBinary, [inProject('server', 'keys.ts'), ...taskArguments], { cwd: projectFolder, env });
}
