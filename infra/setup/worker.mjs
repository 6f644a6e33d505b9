// Gets mediasoup's worker, the native program that carries the media, and answers with its path.
// In this order: the one that MEDIASOUP_WORKER_BIN names; one in the cache; mediasoup's own prebuilt download; a build
// from the sources in mediasoup's npm package. A worker enters the cache only after it has carried a router and a
// transport of every SRTP suite.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isExecutable, runCaptured } from './commands.mjs';
import { cacheFolder, inProject } from './locations.mjs';
import { note } from './progress.mjs';
import { SetupError } from './setup-error.mjs';
import { withLock } from './setup-lock.mjs';
import { bridgeHash, buildWorker, tellWhatTheBuildNeeds } from './worker-build.mjs';
import { acceptedArchive, downloadWorker } from './worker-download.mjs';

// The worker's answer when it is started manually: it runs, and its version argument is missing.
const runsExitCode = 41;

export async function ensureWorker(nodeBinary) {
  const given = process.env.MEDIASOUP_WORKER_BIN;
  if (given !== undefined && given !== '') {
    if (runs(given)) return given;
    throw new SetupError(
      `MEDIASOUP_WORKER_BIN names ${given}, which does not run as mediasoup's worker.\nUnset it to let set-up get one.`,
    );
  }
  const { version } = JSON.parse(readFileSync(inProject('node_modules', 'mediasoup', 'package.json'), 'utf8'));
  const name = `mediasoup-worker-${version}-${process.arch}`;
  // A cached download counts only where the same download would be accepted now.
  const accepted = acceptedArchive();
  const prebuilt = join(cacheFolder, `${name}-prebuilt-${accepted.slice(0, 16)}`, 'mediasoup-worker');
  const built = join(cacheFolder, `${name}-${bridgeHash()}`, 'mediasoup-worker');

  const cached = [prebuilt, built].find(runs);
  if (cached !== undefined) return cached;
  return await withLock(join(cacheFolder, `${name}.lock`), async () => {
    const cachedMeanwhile = [prebuilt, built].find(runs);
    if (cachedMeanwhile !== undefined) return cachedMeanwhile;
    if (accepted === 'none')
      note("mediasoup's worker is built from its sources; LOGE_WORKER_SHA256 would allow the download.");
    else if (await obtain(prebuilt, nodeBinary, (file) => downloadWorker(version, file))) return prebuilt;
    if (await obtain(built, nodeBinary, (file) => buildWorker(file))) return built;
    throw new SetupError(tellWhatTheBuildNeeds(version));
  });
}

// Starting it each time costs some milliseconds and finds a worker whose libraries an upgrade of the system took away.
function runs(file) {
  if (!isExecutable(file)) return false;
  return spawnSync(file, [], { env: {}, stdio: 'ignore' }).status === runsExitCode;
}

// `make` writes the worker to the given file and answers whether it could. The file reaches its final name complete
// and proven, by one rename.
async function obtain(finalFile, nodeBinary, make) {
  const unproven = join(cacheFolder, `unproven-worker-${process.pid}`);
  mkdirSync(cacheFolder, { recursive: true });
  try {
    if (!(await make(unproven))) return false;
    chmodSync(unproven, 0o755);
    await proveWorker(unproven, nodeBinary);
    mkdirSync(dirname(finalFile), { recursive: true });
    renameSync(unproven, finalFile);
    return true;
  } finally {
    rmSync(unproven, { force: true });
  }
}

async function proveWorker(file, nodeBinary) {
  const { code, output } = await runCaptured(nodeBinary, [inProject('infra', 'setup', 'prove-worker.mjs')], {
    env: { ...process.env, MEDIASOUP_WORKER_BIN: file },
  });
  if (code !== 0) throw new SetupError(`mediasoup's worker was made but does not work:\n${output}`);
}
