// Builds mediasoup's worker from the sources in its npm package with the system's libraries in place of those that the
// worker would download. infra/mediasoup-worker/ holds the small Meson projects that put them there.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, runCaptured, runLogged, succeeds } from './commands.mjs';
import { candidateVersion, installCommand, installPackages, mayInstallPackages } from './debian-packages.mjs';
import { cacheFolder, inProject } from './locations.mjs';
import { note, withProgress } from './progress.mjs';
import { SetupError } from './setup-error.mjs';
import { acceptedArchive } from './worker-download.mjs';

const bridgeFolder = inProject('infra', 'mediasoup-worker');
const precompiledHeader = 'precompiled.hpp';
const neededDiskBytes = 300_000_000;
const howToAllowTheDownload =
  'set LOGE_WORKER_SHA256 to the SHA-256 of the archive of the prebuilt one, which a start in development prints (and leave MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD unset)';

// What the build needs, the Debian package that has it, and the oldest version that works where not every one does.
const neededPrograms = {
  meson: { debianPackage: 'meson', oldest: '1.1.0' },
  ninja: { debianPackage: 'ninja-build' },
  'c++': { debianPackage: 'g++' },
  flatc: { debianPackage: 'flatbuffers-compiler' },
  'pkg-config': { debianPackage: 'pkg-config' },
  python3: { debianPackage: 'python3' },
  strip: { debianPackage: 'binutils' },
};
const neededLibraries = {
  libuv: { debianPackage: 'libuv1-dev', oldest: '1.48.0' },
  openssl: { debianPackage: 'libssl-dev', oldest: '3.0.0' },
  libsrtp2: { debianPackage: 'libsrtp2-dev', oldest: '2.7.0' },
  absl_strings: { debianPackage: 'libabsl-dev' },
  absl_optional: { debianPackage: 'libabsl-dev' },
  flatbuffers: { debianPackage: 'libflatbuffers-dev', oldest: '23.5.0' },
};

// Writes the worker to `file` and answers true, or answers false where what the build needs is missing.
export async function buildWorker(file) {
  const missing = missingPackages();
  const tooOld = await findTooOld(missing);
  if (tooOld.length > 0) throw new SetupError(tellWhatIsTooOld(tooOld));
  if (missing.length > 0) {
    if (!mayInstallPackages()) return false;
    await installPackages("Installing what the build of mediasoup's worker needs", missing).catch((error) => {
      throw new SetupError(
        `Debian packages for the build of mediasoup's worker could not be installed. Try by hand:\n  ${installCommand(missing)}\n\n${error.message}`,
      );
    });
    const stillMissing = missingPackages();
    if (stillMissing.length > 0) return false;
  }
  assertDiskSpace();
  await withProgress("Building mediasoup's worker (once per machine, some minutes)", (report) => build(file, report));
  return true;
}

export function tellWhatTheBuildNeeds(version) {
  const missing = missingPackages();
  const isAllowed = acceptedArchive() !== 'none';
  return [
    `Loge needs mediasoup's worker ${version}, and neither way to get it works here:`,
    isAllowed
      ? "- the download of mediasoup's prebuilt one failed (see above);"
      : "- mediasoup's prebuilt one may not be downloaded here;",
    '- its build from sources needs packages that are missing, and installing them takes root on a Debian system.',
    'Do one of these and start again (the packages are named as in Debian 13):',
    `  ${installCommand(missing)}`,
    ...(isAllowed ? [] : [`  ${howToAllowTheDownload}`]),
    '  MEDIASOUP_WORKER_BIN=/path/to/mediasoup-worker npm start',
  ].join('\n');
}

// Names the version of our part of the build, so that a change of it makes a new worker.
export function bridgeHash() {
  const hash = createHash('sha256');
  for (const path of filesIn(bridgeFolder)) hash.update(`${path}\0`).update(readFileSync(join(bridgeFolder, path)));
  return hash.digest('hex').slice(0, 12);
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
    .sort();
}

// Asked before anything is installed: the version at hand or, of a missing package, the one that apt would install.
async function findTooOld(missing) {
  const tooOld = [];
  for (const [name, { debianPackage, oldest }] of Object.entries({ ...neededPrograms, ...neededLibraries })) {
    if (oldest === undefined) continue;
    const version = missing.includes(debianPackage)
      ? mayInstallPackages() && (await candidateVersion(debianPackage))
      : await installedVersion(name);
    if (version && isOlder(version, oldest)) tooOld.push(`${debianPackage} ${version} (${oldest} or newer is needed)`);
  }
  return tooOld;
}

async function installedVersion(name) {
  const command = name in neededPrograms ? [name, ['--version']] : ['pkg-config', ['--modversion', name]];
  return (await runCaptured(...command)).output.trim();
}

export function isOlder(version, oldest) {
  const [parts, wanted] = [version, oldest].map((text) => text.split('.').map((part) => Number.parseInt(part, 10)));
  const index = wanted.findIndex((part, at) => (parts[at] ?? 0) !== part);
  return index !== -1 && (parts[index] ?? 0) < wanted[index];
}

export function tellWhatIsTooOld(tooOld) {
  const isAllowed = acceptedArchive() !== 'none';
  const reason = isAllowed ? 'cannot be had here (see above)' : 'may not be downloaded here';
  return [
    `mediasoup's prebuilt worker ${reason}, and this system is too old to build one. Too old are:`,
    ...tooOld.map((line) => `  ${line}`),
    'Nothing was installed. Do one of these and start again:',
    isAllowed
      ? '- let this machine reach the releases of mediasoup on GitHub over HTTPS, for the prebuilt worker;'
      : `- ${howToAllowTheDownload};`,
    '- use Debian 13 or newer, or the image that the Dockerfile makes;',
    '- build or copy the worker elsewhere, and name it: MEDIASOUP_WORKER_BIN=/path/to/mediasoup-worker npm start',
  ].join('\n');
}

function missingPackages() {
  const packages = new Set();
  for (const [program, { debianPackage }] of Object.entries(neededPrograms)) {
    if (findProgram(program) === undefined) packages.add(debianPackage);
  }
  for (const [library, { debianPackage }] of Object.entries(neededLibraries)) {
    if (!succeeds('pkg-config', ['--exists', library])) packages.add(debianPackage);
  }
  return [...packages];
}

function assertDiskSpace() {
  mkdirSync(cacheFolder, { recursive: true });
  for (const folder of [tmpdir(), cacheFolder]) {
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize >= neededDiskBytes) continue;
    throw new SetupError(
      `${folder} has less than ${neededDiskBytes / 1e6} MB left, which the build of mediasoup's worker needs.\nMake room and start again.`,
    );
  }
}

async function build(file, report) {
  const workFolder = mkdtempSync(join(tmpdir(), 'loge-worker-build-'));
  const sources = join(workFolder, 'worker');
  const output = join(workFolder, 'out');
  const clean = () => rmSync(workFolder, { recursive: true, force: true });
  process.on('exit', clean);
  try {
    copySources(sources);
    report('configuring');
    await runLogged(
      'meson',
      [
        'setup',
        ...['--buildtype', 'release', '-Db_ndebug=true'],
        // One kind of code for all sources, so that all can use the precompiled header. Nothing here is a shared
        // library.
        '-Db_staticpic=false',
        ...['--wrap-mode', 'nodownload'],
        ...[output, sources],
      ],
      { logName: 'worker-configure' },
    );
    // Sources of libwebrtc include headers that are generated, and their build file does not say so: they are made
    // first.
    await runLogged('meson', ['compile', '-C', output, 'flatbuffers-generator'], { logName: 'worker-generate' });
    await precompile(sources, output);
    await runLogged('ninja', ['-C', output, 'mediasoup-worker'], {
      logName: 'worker-compile',
      onLine: (line) => {
        const step = /^\[(\d+\/\d+)\]/.exec(line)?.[1];
        if (step !== undefined) report(step);
      },
    });
    await runLogged('strip', ['-o', file, join(output, 'mediasoup-worker')], { logName: 'worker-strip' });
  } catch (error) {
    throw new SetupError(
      `The build of mediasoup's worker failed; an up-to-date Debian 13 is where it is known to work.\n${error.message}`,
    );
  } finally {
    process.off('exit', clean);
    clean();
  }
  note("mediasoup's worker is built and kept for later starts.");
}

// The worker's sources with our subprojects in place of the ones that download, and our precompiled header in front.
function copySources(sources) {
  cpSync(inProject('node_modules', 'mediasoup', 'worker'), sources, {
    recursive: true,
    filter: (path) => !path.includes(join('worker', 'subprojects')),
  });
  cpSync(bridgeFolder, sources, { recursive: true });
  const mesonFile = join(sources, 'meson.build');
  const header = join(sources, precompiledHeader);
  const text = readFileSync(mesonFile, 'utf8').replace(
    'common_sources = [',
    `add_project_arguments('-include', '${header}', language: 'cpp')\n\ncommon_sources = [`,
  );
  writeFileSync(mesonFile, text);
}

// Compiled with the flags of the sources, or the compiler would not take it. Where it cannot be made, the header is
// included as text, which is the same but slower.
async function precompile(sources, output) {
  const commands = JSON.parse(readFileSync(join(output, 'compile_commands.json'), 'utf8'));
  const command = commands.find((entry) => entry.file.endsWith('src/main.cpp'))?.command;
  if (command === undefined) return;
  const header = join(sources, precompiledHeader);
  // libwebrtc's sources lack that macro, and a header that was made with it would be refused for them.
  const flags = command
    .replace(/ -MD .*$/, '')
    .replace(`-include ${header}`, '')
    .replace('-DMS_EXECUTABLE', '');
  await runLogged('sh', ['-c', `${flags} -x c++-header '${header}' -o '${header}.gch'`], {
    logName: 'worker-precompile',
    cwd: output,
  }).catch(() => {});
}
