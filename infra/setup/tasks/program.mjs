import { runAttached } from '../commands.mjs';
import { inProject, projectFolder } from '../locations.mjs';
import { prepare } from '../prepare.mjs';

// A task that prepares the machine and then runs one TypeScript program of the project with the given arguments.
export function program(needs, file, ...leading) {
  return async (taskArguments) => {
    const { nodeBinary, env } = await prepare(needs);
    return await runAttached(nodeBinary, [inProject(file), ...leading, ...taskArguments], { cwd: projectFolder, env });
  };
}
