import { runAttached, withNodeInPath } from '../commands.mjs';
import { projectFolder } from '../locations.mjs';
import { ensureNode } from '../node-runtime.mjs';

// npm 9 cannot write one, so a newer npm does it, from the lock file alone.
export async function runSbom() {
  const sbom = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--omit=dev', '--package-lock-only'];
  const env = withNodeInPath(process.env, await ensureNode());
  return await runAttached('npx', ['--yes', 'npm@11', ...sbom], { cwd: projectFolder, env });
}
