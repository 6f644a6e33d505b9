import { runAttached } from '../commands.mjs';
import { inProject, projectFolder } from '../locations.mjs';
import { prepare } from '../prepare.mjs';

export async function runStartGateway() {
  const { nodeBinary, env } = await prepare({ worker: true, client: true });
  return await runAttached(nodeBinary, [inProject('server', 'main.ts'), 'gateway'], { cwd: projectFolder, env });
}
