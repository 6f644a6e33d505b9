// Builds what browsers load, with Vite, when anything that goes into it has changed since the last build.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { CommandFailure, runLogged, withNodeInPath } from './commands.mjs';
import { buildFolder, inProject, projectFolder } from './locations.mjs';
import { withProgress } from './progress.mjs';
import { SetupError } from './setup-error.mjs';
import { withLock } from './setup-lock.mjs';

const configFile = inProject('client-sdk', 'vite.config.ts');
const stampFile = join(buildFolder, 'client.stamp');
const outputFolder = join(buildFolder, 'client');
const inputs = ['client-sdk', 'server/web', 'server/protocol', 'sfu/codecs.ts', 'package-lock.json', 'tsconfig.json'];

export async function buildClientIfStale(nodeBinary = process.execPath) {
  if (!existsSync(configFile)) return;
  const wanted = hashOfInputs();
  if (isFresh(wanted)) return;
  await withLock(join(buildFolder, 'client.lock'), async () => {
    if (isFresh(wanted)) return;
    await withProgress('Building the pages and the client SDK', () => build(nodeBinary));
    mkdirSync(dirname(stampFile), { recursive: true });
    writeFileSync(stampFile, wanted);
  });
}

function isFresh(wanted) {
  return existsSync(outputFolder) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted;
}

async function build(nodeBinary) {
  try {
    await runLogged(
      nodeBinary,
      [inProject('node_modules', 'vite', 'bin', 'vite.js'), 'build', '--config', configFile],
      {
        logName: 'client-build',
        cwd: projectFolder,
        env: withNodeInPath(process.env, nodeBinary),
      },
    );
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    throw new SetupError(`The client could not be built.\n${error.message}`);
  }
}

function hashOfInputs() {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const file of filesOf(inProject(input))) {
      hash
        .update(`${relative(projectFolder, file)}\0`)
        .update(readFileSync(file))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

// Tests are not part of what browsers load; changing one must not cost a build.
function filesOf(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}
