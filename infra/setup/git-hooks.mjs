// Points git to the project's hooks, once per clone.
import { existsSync, readFileSync } from 'node:fs';
import { succeeds } from './commands.mjs';
import { inProject, projectFolder } from './locations.mjs';

export function ensureGitHooks() {
  if (process.env.CI || !existsSync(inProject('.git'))) return;
  const configFile = inProject('.git', 'config');
  // In a worktree .git is a file, and the answer is git's to give; in a clone reading the file spares a process.
  if (existsSync(configFile) && /^\s*hooksPath\s*=/im.test(readFileSync(configFile, 'utf8'))) return;
  if (succeeds('git', ['-C', projectFolder, 'config', '--get', 'core.hooksPath'])) return;
  succeeds('git', ['-C', projectFolder, 'config', 'core.hooksPath', '.githooks']);
}
