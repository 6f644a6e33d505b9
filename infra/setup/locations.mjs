// Where set-up finds the clone and where it keeps what it made. What is large and the same for every clone lies in the
// user's cache; what belongs to this clone lies in .build/.
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export const buildFolder = join(projectFolder, '.build');

export const setupLogFolder = join(buildFolder, 'setup-logs');

export const cacheFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'loge');

export function inProject(...parts) {
  return join(projectFolder, ...parts);
}
