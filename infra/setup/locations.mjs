// Paths of the clone and of what set-up creates. Large files that are the same for every clone are in the user's cache,
// those of this clone in .build/.
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
