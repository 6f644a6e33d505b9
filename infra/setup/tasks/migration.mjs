import { runAttached } from '../commands.mjs';
import { inProject, projectFolder } from '../locations.mjs';
import { prepare } from '../prepare.mjs';

export async function runMigration(taskArguments) {
  const { nodeBinary, env } = await prepare();
  const drizzleKit = inProject('node_modules', 'drizzle-kit', 'bin.cjs');
  const config = inProject('server', 'platform', 'drizzle.config.ts');
  return await runAttached(nodeBinary, [drizzleKit, 'generate', '--config', config, ...taskArguments], {
    cwd: projectFolder,
    env,
  });
}
