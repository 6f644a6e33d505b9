// The programs that only tests and benchmarks need. Where set-up may, it installs them; where it may not, the tests
// that need one are left out, and that is said.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findProgram, isExecutable } from './commands.mjs';
import { installCommand, installPackages, mayInstallPackages } from './debian-packages.mjs';
import { note } from './progress.mjs';

const librariesFolder = '/usr/lib';
const postgresVersionsFolder = join(librariesFolder, 'postgresql');
const goLibraries = '/usr/share/gocode';

const programs = [
  {
    variable: 'LOGE_TEST_CHROMIUM',
    // Chromium without its windows: the same engine, for a fifth less of the processor's time.
    debianPackage: 'chromium-headless-shell',
    tests: 'in the browser',
    find: () =>
      firstProgram([
        'chromium-headless-shell',
        'chromium',
        'chromium-browser',
        'google-chrome-stable',
        'google-chrome',
      ]),
  },
  {
    variable: 'LOGE_TEST_REDIS_SERVER',
    debianPackage: 'redis-server',
    tests: 'over Redis',
    find: () => firstProgram(['redis-server', 'valkey-server']),
  },
  {
    variable: 'LOGE_TEST_TURNSERVER',
    debianPackage: 'coturn',
    tests: 'over TURN',
    find: () => firstProgram(['turnserver']),
  },
  {
    variable: 'LOGE_TEST_PROMTOOL',
    debianPackage: 'promtool',
    tests: 'of the alert rules',
    find: () => firstProgram(['promtool']),
  },
  {
    // The folder of Postgres' programs: a test cluster takes initdb and pg_ctl besides the server.
    variable: 'LOGE_TEST_POSTGRES_BIN',
    debianPackage: 'postgresql',
    tests: 'on Postgres',
    find: findPostgresFolder,
  },
  {
    variable: 'LOGE_TEST_GO',
    debianPackage: 'golang-go',
    tests: 'of the public log by programs of others',
    find: () => firstProgram(['go']),
  },
  {
    // The GOPATH of Debian's packages.
    variable: 'LOGE_TEST_GO_LIBRARIES',
    debianPackage: 'golang-golang-x-mod-dev',
    tests: 'of the public log by programs of others',
    find: () => (existsSync(join(goLibraries, 'src/golang.org/x/mod/sumdb/tlog')) ? goLibraries : undefined),
  },
  {
    // The folder of Sigsum's programs: besides the witness, a test takes the one that makes keys.
    variable: 'LOGE_TEST_SIGSUM_BIN',
    debianPackage: 'sigsum-go',
    tests: 'with a witness of others',
    find: () => folderOf('sigsum-witness'),
  },
];

const longPrograms = [
  {
    variable: 'LOGE_TEST_FIREFOX',
    debianPackage: 'firefox-esr',
    tests: 'in Firefox',
    find: () => firstProgram(['firefox-esr', 'firefox']),
  },
];

const shiftedPrograms = [
  {
    // The library that shifts a process's clock.
    variable: 'LOGE_TEST_FAKETIME',
    debianPackage: 'faketime',
    tests: 'at other dates',
    find: findFaketime,
  },
];

const benchPrograms = [
  {
    variable: 'LOGE_TEST_SOCAT',
    debianPackage: 'socat',
    tests: 'over a slow link',
    find: () => firstProgram(['socat']),
  },
];

// Answers with the variables that tell the tests where the programs are, and with those that are missing.
export function ensureTestPrograms({ isLong, isShifted }) {
  return ensure([...programs, ...(isLong ? longPrograms : []), ...(isShifted ? shiftedPrograms : [])]);
}

export function ensureBenchPrograms() {
  return ensure([...programs, ...benchPrograms]);
}

async function ensure(programs) {
  const packages = programs.filter((program) => locate(program) === undefined).map((program) => program.debianPackage);
  if (packages.length > 0 && mayInstallPackages()) {
    await installPackages(`Installing what only tests need: ${packages.join(', ')}`, packages).catch((error) =>
      note(error.message),
    );
  }
  const env = {};
  const missing = [];
  for (const program of programs) {
    const path = locate(program);
    if (path !== undefined) {
      env[program.variable] = path;
      continue;
    }
    const message = `The tests ${program.tests} are left out. To run them: ${installCommand([program.debianPackage])}`;
    missing.push({ variable: program.variable, message });
  }
  return { env, missing };
}

function locate({ variable, find }) {
  const given = process.env[variable];
  return given !== undefined && given !== '' && existsSync(given) ? given : find();
}

function firstProgram(names) {
  for (const name of names) {
    const path = findProgram(name);
    if (path !== undefined) return path;
  }
  return undefined;
}

function folderOf(name) {
  const path = findProgram(name);
  return path === undefined ? undefined : dirname(path);
}

// Debian has it in a folder named after the architecture.
function findFaketime() {
  const folders = existsSync(librariesFolder) ? readdirSync(librariesFolder) : [];
  return folders
    .map((folder) => join(librariesFolder, folder, 'faketime', 'libfaketimeMT.so.1'))
    .find((path) => existsSync(path));
}

// Debian keeps the programs of each version apart and out of PATH; elsewhere they are in PATH together.
function findPostgresFolder() {
  const versions = existsSync(postgresVersionsFolder) ? readdirSync(postgresVersionsFolder) : [];
  const folders = versions
    .sort((left, right) => Number(right) - Number(left))
    .map((version) => join(postgresVersionsFolder, version, 'bin'));
  const inPath = folderOf('postgres');
  if (inPath !== undefined) folders.push(inPath);
  return folders.find((folder) => ['postgres', 'initdb', 'pg_ctl'].every((name) => isExecutable(join(folder, name))));
}
