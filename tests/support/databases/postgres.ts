/**
 * Real Postgres for tests, from the programs in `LOGE_TEST_POSTGRES_BIN`. `createTestDatabase` creates a database on
 * the test run's shared server; `startPostgres` starts a server in a temporary folder, with a socket there and fsync on
 * as in production.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, rename, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { eventually } from '../run/eventually.ts';

export interface TestPostgres {
  url: string;
  close(): Promise<void>;
}

const run = promisify(execFile);
const CONNECTIONS_MAX = 60;

/** The migrated template database of the shared server. */
export const TEMPLATE_DATABASE = 'loge_template';

/** The URL of another database on the same server. */
export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/**
 * Copies the migrated template on the server of `global-setup.ts`, or starts a separate server without one; `close`
 * removes it.
 */
export async function createTestDatabase(): Promise<TestPostgres> {
  const serverUrl = process.env.LOGE_TEST_POSTGRES_URL;
  // Benchmarks run without Vitest's global set-up.
  if (!serverUrl) return await startPostgres(undefined, { max_connections: '120' });
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  // Copying files takes a quarter of the time of writing everything to the log.
  await runOnServer(serverUrl, `create database ${name} template ${TEMPLATE_DATABASE} strategy file_copy`);
  return {
    url: databaseUrl(serverUrl, name),
    // Not awaited: the server's shutdown removes what is left.
    async close() {
      runOnServer(serverUrl, `drop database if exists ${name} with (force)`).catch(() => {});
    },
  };
}

/** Runs one statement over a separate connection, which does not block copies of the template. */
export async function runOnServer(serverUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/**
 * `overrides` are server settings such as `shared_buffers`; the defaults are small, so that many servers can run at
 * once.
 */
export async function startPostgres(
  binDir = process.env.LOGE_TEST_POSTGRES_BIN,
  overrides: Record<string, string> = {},
): Promise<TestPostgres> {
  if (!binDir) throw new Error('LOGE_TEST_POSTGRES_BIN must name the folder with initdb and postgres.');
  const dir = await mkdtemp(join(tmpdir(), 'loge-postgres-'));
  const dataDir = join(dir, 'data');
  // Postgres refuses to run as root: then it runs as the user that its package created.
  const asUser =
    process.getuid?.() === 0
      ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', '--pdeathsig=INT']
      : [];
  if (asUser.length > 0) await chown(dir, ...(await ownerIds()));
  const command = (name: string, args: string[]): [string, string[]] => {
    const [program = '', ...rest] = [...asUser, join(binDir, name), ...args];
    return [program, rest];
  };
  await run('cp', ['-a', await findOrMakeCluster(command, asUser.length > 0), dataDir]);
  const settings = {
    listen_addresses: '',
    unix_socket_directories: dir,
    max_connections: String(CONNECTIONS_MAX),
    shared_buffers: '32MB',
    ...overrides,
  };
  const args = ['-D', dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const server = spawn(...command('postgres', args), { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] });
  let messages = '';
  server.stderr?.on('data', (chunk) => {
    messages = (messages + chunk).slice(-4_000);
  });
  const url = `postgres://loge@localhost/postgres?host=${encodeURIComponent(dir)}`;
  const close = async () => {
    process.off('beforeExit', close).off('exit', interrupt);
    await stop(server);
    await rm(dir, { recursive: true, force: true });
  };
  // A server that a script does not close neither keeps the script running nor outlives it.
  const interrupt = () => server.kill('SIGINT');
  server.unref();
  (server.stderr as Socket).unref();
  process.once('beforeExit', close).once('exit', interrupt);
  try {
    await connect(url, server);
  } catch (error) {
    await close();
    throw new Error(`Postgres did not start: ${messages}`, { cause: error });
  }
  return { url, close };
}

/**
 * An empty cluster, created once per Postgres version and copied for each server: initdb takes a second, a copy a
 * moment.
 */
async function findOrMakeCluster(
  command: (name: string, args: string[]) => [string, string[]],
  isRoot: boolean,
): Promise<string> {
  const { stdout } = await run(...command('postgres', ['--version']));
  const cluster = join(
    tmpdir(),
    `loge-postgres-cluster-${createHash('sha256').update(stdout).digest('hex').slice(0, 12)}`,
  );
  if (existsSync(cluster)) return cluster;
  const draft = await mkdtemp(`${cluster}-`);
  if (isRoot) await chown(draft, ...(await ownerIds()));
  const initArgs = ['-U', 'loge', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-instructions', '--no-sync'];
  await run(...command('initdb', ['-D', join(draft, 'data'), ...initArgs]), { cwd: draft });
  try {
    // The first process to finish publishes it; rename is atomic, so that a copy is always complete.
    await rename(join(draft, 'data'), cluster);
  } catch (error) {
    if (!existsSync(cluster)) throw error;
  }
  await rm(draft, { recursive: true, force: true });
  return cluster;
}

async function ownerIds(): Promise<[number, number]> {
  const [uid, gid] = await Promise.all([idOf('-u'), idOf('-g')]);
  return [uid, gid];
}

async function idOf(flag: '-u' | '-g'): Promise<number> {
  return Number((await run('id', [flag, 'postgres'])).stdout);
}

async function connect(url: string, server: ChildProcess): Promise<void> {
  await eventually(async () => {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return true;
    } catch (error) {
      if (server.exitCode !== null) throw error;
      return false;
    }
  }, 'Postgres answers');
}

/** SIGINT is Postgres's fast shutdown: open connections are ended. */
async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.ref();
  server.kill('SIGINT');
  await ended;
}
