// The set-up that every task shares. Each step finds out for itself whether there is anything to do.
import { buildClientIfStale } from './client-build.mjs';
import { withNodeInPath } from './commands.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { ensureGitHooks } from './git-hooks.mjs';
import { inProject } from './locations.mjs';
import { ensureNode } from './node-runtime.mjs';
import { SetupError } from './setup-error.mjs';
import { ensureWorker } from './worker.mjs';

// Answers with the Node that runs the task and the environment to run it in.
export async function prepare({ worker = false, client = false } = {}) {
  try {
    const nodeBinary = await ensureNode();
    ensureGitHooks();
    await ensureDependencies(nodeBinary);
    const env = withNodeInPath(process.env, nodeBinary);
    // Node keeps compiled code there, for the next start.
    env.NODE_COMPILE_CACHE ??= inProject('node_modules', '.cache', 'compiled');
    if (worker) env.MEDIASOUP_WORKER_BIN = await ensureWorker(nodeBinary);
    if (client) await buildClientIfStale(nodeBinary);
    return { nodeBinary, env };
  } catch (error) {
    throw explainSystemError(error);
  }
}

function explainSystemError(error) {
  const advice = {
    ENOSPC: 'The disk is full. Make room and start again.',
    EACCES: 'This user may not write there. Give it the rights, or set XDG_CACHE_HOME to a folder that it may write.',
    EPERM: 'This user may not write there. Give it the rights, or set XDG_CACHE_HOME to a folder that it may write.',
    EROFS: 'The file system is read-only. Set XDG_CACHE_HOME to a folder that may be written.',
  }[error.code];
  return advice === undefined ? error : new SetupError(`${error.message}\n${advice}`);
}
