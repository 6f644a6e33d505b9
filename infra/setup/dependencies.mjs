// Brings node_modules to what package-lock.json says. A stamp with the lock file's hash makes the usual case one read.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { runLogged, withNodeInPath } from './commands.mjs';
import { buildFolder, inProject, projectFolder } from './locations.mjs';
import { withProgress } from './progress.mjs';
import { SetupError } from './setup-error.mjs';
import { withLock } from './setup-lock.mjs';

const stampFile = inProject('node_modules', '.loge-lock-hash');

export async function ensureDependencies(nodeBinary) {
  const lockText = readFileSync(inProject('package-lock.json'), 'utf8');
  const lockHash = createHash('sha256').update(lockText).digest('hex');
  if (isCurrent(lockHash)) return;
  await withLock(`${buildFolder}/dependencies.lock`, async () => {
    if (isCurrent(lockHash)) return;
    if (!isInstalled(lockText)) await withProgress('Installing the npm packages', () => install(nodeBinary));
    writeFileSync(stampFile, lockHash);
  });
}

function isCurrent(lockHash) {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lockHash;
}

// After a manual `npm install` the packages are right although our stamp is missing. npm records what it installed;
// packages that it left out must be optional, which is how packages for other platforms are marked.
function isInstalled(lockText) {
  const noteFile = inProject('node_modules', '.package-lock.json');
  if (!existsSync(noteFile)) return false;
  const installed = JSON.parse(readFileSync(noteFile, 'utf8')).packages;
  return Object.entries(JSON.parse(lockText).packages).every(
    ([path, wanted]) => path === '' || wanted.optional === true || installed[path]?.version === wanted.version,
  );
}

async function install(nodeBinary) {
  try {
    // Development packages are always installed, whatever NODE_ENV says: the client is built with one of them.
    await runLogged('npm', ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'], {
      logName: 'npm-ci',
      cwd: projectFolder,
      env: withNodeInPath(process.env, nodeBinary),
    });
  } catch (error) {
    throw new SetupError(
      'The npm packages could not be installed. Check that the npm registry is reachable (npm ping) and that the disk ' +
        `is not full, and start again.\n\n${error.message}`,
    );
  }
}
