import { runAttached } from '../commands.mjs';
import { inProject, projectFolder } from '../locations.mjs';
import { prepare } from '../prepare.mjs';

export async function runReconcile(taskArguments) {
  const { nodeBinary, env } = await prepare({});
  return await runAttached(nodeBinary, [inProject('server', 'reconcile.ts'), ...taskArguments], {
    cwd: projectFolder,
    env,
  });
}
