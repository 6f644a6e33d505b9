// Installs Debian packages where set-up may: on Debian and its relatives, as root. Elsewhere it says the command.

import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isExecutable, runCaptured, runLogged } from './commands.mjs';
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

// The tests start the services that they need. A service that comes with a package (coturn's would relay for anybody)
// is not started during the installation (invoke-rc.d(8)).
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

const packagesLock = join(cacheFolder, 'packages.lock');
const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
const waitOption = ['-o', `DPkg::Lock::Timeout=${lockWaitSeconds}`];
let areListsCurrent = false;

// The lists may be missing (a fresh container) or old; where they cannot be had, those at hand may do.
async function updateLists() {
  if (areListsCurrent) return;
  await runLogged('apt-get', [...waitOption, 'update'], { logName: 'apt-update', env }).catch(() => {});
  areListsCurrent = true;
}

// The version that apt would install, without epoch and Debian revision; undefined where apt knows none.
export async function candidateVersion(debianPackage) {
  await withLock(packagesLock, updateLists);
  const { output } = await runCaptured('apt-cache', ['policy', debianPackage], { env: { ...env, LC_ALL: 'C' } });
  return /Candidate: (?:\d+:)?(\d[\d.]*)/.exec(output)?.[1];
}

export async function installPackages(title, packages) {
  await withLock(packagesLock, () =>
    withProgress(title, async () => {
      await updateLists();
      await withServicesOff(() =>
        runLogged('apt-get', [...waitOption, 'install', '--yes', '--no-install-recommends', ...packages], {
          logName: 'apt-install',
          env,
        }),
      );
    }),
  );
}
