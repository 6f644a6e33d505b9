// Installs Debian packages where set-up may: on Debian and its relatives, as root. Elsewhere it says the command.

import { join } from 'node:path';
import { isExecutable, runLogged } from './commands.mjs';
import { cacheFolder } from './locations.mjs';
import { withProgress } from './progress.mjs';
import { withLock } from './setup-lock.mjs';

const lockWaitSeconds = 300;

export function mayInstallPackages() {
  return process.platform === 'linux' && isExecutable('/usr/bin/apt-get') && process.getuid?.() === 0;
}

export function installCommand(packages) {
  return `sudo apt-get install --no-install-recommends ${packages.join(' ')}`;
}

export async function installPackages(title, packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const waitOption = ['-o', `DPkg::Lock::Timeout=${lockWaitSeconds}`];
  await withLock(join(cacheFolder, 'packages.lock'), () =>
    withProgress(title, async () => {
      // The lists may be missing (a fresh container) or old; where they cannot be had, those at hand may do.
      await runLogged('apt-get', [...waitOption, 'update'], { logName: 'apt-update', env }).catch(() => {});
      await runLogged('apt-get', [...waitOption, 'install', '--yes', '--no-install-recommends', ...packages], {
        logName: 'apt-install',
        env,
      });
    }),
  );
}
