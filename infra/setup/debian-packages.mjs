// Installs Debian packages where set-up may: on Debian and its relatives, as root. Elsewhere it says the command.

import { existsSync, rmSync, writeFileSync } from 'node:fs';
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

// The tests start what they need themselves. A service that comes with a package (coturn's would relay for anybody) stays off: this is how
// Debian lets one say so (invoke-rc.d(8)), and it holds for as long as the installation lasts.
const servicePolicyFile = '/usr/sbin/policy-rc.d';

async function withServicesOff(install) {
  if (existsSync(servicePolicyFile)) return await install();
  const remove = () => rmSync(servicePolicyFile, { force: true });
  writeFileSync(servicePolicyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  process.on('exit', remove);
  try {
    return await install();
  } finally {
    remove();
    process.off('exit', remove);
  }
}

export async function installPackages(title, packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const waitOption = ['-o', `DPkg::Lock::Timeout=${lockWaitSeconds}`];
  await withLock(join(cacheFolder, 'packages.lock'), () =>
    withProgress(title, async () => {
      // The lists may be missing (a fresh container) or old; where they cannot be had, those at hand may do.
      await runLogged('apt-get', [...waitOption, 'update'], { logName: 'apt-update', env }).catch(() => {});
      await withServicesOff(() =>
        runLogged('apt-get', [...waitOption, 'install', '--yes', '--no-install-recommends', ...packages], {
          logName: 'apt-install',
          env,
        }),
      );
    }),
  );
}
