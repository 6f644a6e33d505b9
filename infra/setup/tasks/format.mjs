import { runAttached } from '../commands.mjs';
import { inProject, projectFolder } from '../locations.mjs';
import { prepare } from '../prepare.mjs';

export async function runFormat(taskArguments) {
  const { nodeBinary, env } = await prepare();
  const biome = inProject('node_modules', '@biomejs', 'biome', 'bin', 'biome');
  return await runAttached(nodeBinary, [biome, 'check', '--write', ...taskArguments], { cwd: projectFolder, env });
}
