import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

// Set-up is plain JavaScript without types, so its parts are imported by address here.
const load = async (name: string) => await import(new URL(name, import.meta.url).href);
const run = promisify(execFile);

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loge-setup-'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

describe('the choice of Node', () => {
  test.each([
    ['20.19.2', false],
    ['22.23.5', false],
    ['23.11.1', false],
    ['24.1.0', false],
    ['24.2.0', true],
    ['26.10.0', true],
  ])('%s is new enough: %s', async (version, expected) => {
    const { isNewEnough } = await load('./node-runtime.mjs');
    expect(isNewEnough(version)).toBe(expected);
  });
});

describe('the runs of the tests', () => {
  const planned = async (...words: string[]) => {
    const { planTests } = await load('./tasks/test.mjs');
    return planTests(words).runs.map(({ command }: { command: string }) => command);
  };

  test('a long one of everything ends with unit and dated tests at ten moments, which one can repeat', async () => {
    expect((await planned('--long')).length).toBe(1 + 2 * 10);
    expect(await planned('unit', '--long')).toEqual(['npm test -- unit']);
    const [unit, dated, ...more] = await planned('calendar', '--at', '2026-12-31T23:50');
    expect([unit, more]).toEqual(['npm test -- unit --at 2026-12-31T23:50', []]);
    expect(await planned(...dated.split(' ').slice(3))).toEqual([dated]);
  });

  test.each(['2026-12-31', '2026-13-01T00:00', 'tomorrow'])('are not at %s, which is no moment', async (text) => {
    await expect(planned('--at', text)).rejects.toThrow('such as 2026-12-31T23:50');
  });
});

describe('the lock', () => {
  /** A process that takes the lock, prints that, and holds it until it gets a message or is killed. */
  async function startHolder(lockFile: string): Promise<ChildProcess> {
    const lockModule = new URL('./setup-lock.mjs', import.meta.url).href;
    const script = `import { withLock } from ${JSON.stringify(lockModule)};
      await withLock(process.argv[1], async () => {
        process.stdout.write('held');
        await new Promise((resolve) => process.stdin.on('end', resolve).resume());
      });`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script, lockFile]);
    await once(child.stdout, 'data');
    return child;
  }

  test('is awaited while its holder lives', async () => {
    const { withLock } = await load('./setup-lock.mjs');
    const lockFile = join(folder, 'lock');
    const holder = await startHolder(lockFile);
    let holderWasTold = false;
    const taken = withLock(lockFile, async () => holderWasTold);
    // Without a lock the work would have begun by now.
    await new Promise((resolve) => setImmediate(resolve));
    holderWasTold = true;
    holder.stdin?.end();
    expect(await taken).toBe(true);
    await expect(readFile(lockFile)).rejects.toThrow('ENOENT');
  });

  test('is taken over from a process that was killed', async () => {
    const { withLock } = await load('./setup-lock.mjs');
    const lockFile = join(folder, 'lock');
    const holder = await startHolder(lockFile);
    const closed = once(holder, 'close');
    holder.kill('SIGKILL');
    await closed;
    expect(await readFile(lockFile, 'utf8')).toContain(String(holder.pid));
    expect(await withLock(lockFile, async () => 'taken over')).toBe('taken over');
  });

  test('admits one process at a time', async () => {
    const { withLock } = await load('./setup-lock.mjs');
    const lockFile = join(folder, 'lock');
    let inside = 0;
    let most = 0;
    const enter = () =>
      withLock(lockFile, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
      });
    await Promise.all([enter(), enter(), enter()]);
    expect(most).toBe(1);
  });
});

describe("the download of mediasoup's prebuilt worker", () => {
  let server: Server;
  let archive: Buffer | undefined;
  let requested: string | undefined;

  beforeEach(async () => {
    requested = undefined;
    server = createServer((request, response) => {
      requested = request.url;
      response.writeHead(archive ? 200 : 404).end(archive);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    vi.stubEnv('MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD', '');
    vi.stubEnv(
      'MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL',
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    );
  });

  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  test('takes the worker out of the archive', async () => {
    const { downloadWorker } = await load('./worker-download.mjs');
    await writeFile(join(folder, 'mediasoup-worker'), '#!/bin/sh\nexit 41\n');
    await chmod(join(folder, 'mediasoup-worker'), 0o755);
    await writeFile(join(folder, 'LICENSE'), 'x'.repeat(700));
    await run('tar', ['-czf', 'worker.tgz', 'LICENSE', './mediasoup-worker'], { cwd: folder });
    archive = await readFile(join(folder, 'worker.tgz'));
    const file = join(folder, 'taken');
    expect(await downloadWorker('3.27.1', file)).toBe(true);
    expect(requested).toMatch(/^\/3\.27\.1\/mediasoup-worker-3\.27\.1-\w+-\w+(-kernel\d+)?\.tgz$/);
    expect(await readFile(file, 'utf8')).toBe('#!/bin/sh\nexit 41\n');
  });

  test('takes only the archive that LOGE_WORKER_SHA256 names, and none in production without it', async () => {
    const { downloadWorker } = await load('./worker-download.mjs');
    await writeFile(join(folder, 'mediasoup-worker'), 'the worker');
    await run('tar', ['-czf', 'worker.tgz', 'mediasoup-worker'], { cwd: folder });
    archive = await readFile(join(folder, 'worker.tgz'));
    const file = join(folder, 'found');
    vi.stubEnv('NODE_ENV', 'production');
    expect(await downloadWorker('3.27.1', file)).toBe(false);
    vi.stubEnv('LOGE_WORKER_SHA256', '0'.repeat(64));
    expect(await downloadWorker('3.27.1', file)).toBe(false);
    expect(existsSync(file)).toBe(false);
    vi.stubEnv('LOGE_WORKER_SHA256', createHash('sha256').update(archive).digest('hex'));
    expect(await downloadWorker('3.27.1', file)).toBe(true);
    vi.stubEnv('LOGE_WORKER_SHA256', 'abc');
    await expect(downloadWorker('3.27.1', file)).rejects.toThrow('LOGE_WORKER_SHA256');
  });

  test('names what would allow the download, where nothing may be downloaded', async () => {
    const { tellWhatIsTooOld, tellWhatTheBuildNeeds } = await load('./worker-build.mjs');
    const texts = () => [tellWhatTheBuildNeeds('3.27.1'), tellWhatIsTooOld(['meson 1.0.1'])];
    for (const text of texts()) expect(text).not.toContain('LOGE_WORKER_SHA256');
    vi.stubEnv('NODE_ENV', 'production');
    for (const text of texts()) {
      expect(text).toContain('LOGE_WORKER_SHA256');
      expect(text).not.toContain('see above');
    }
  });

  test('fails if there is no download, or it is not an archive', async () => {
    const { downloadWorker } = await load('./worker-download.mjs');
    archive = undefined;
    expect(await downloadWorker('3.27.1', join(folder, 'none'))).toBe(false);
    archive = Buffer.from('<html>Please sign in to this network</html>');
    expect(await downloadWorker('3.27.1', join(folder, 'none'))).toBe(false);
    await expect(readFile(join(folder, 'none'))).rejects.toThrow('ENOENT');
  });
});

describe("the build of mediasoup's worker", () => {
  test.each([
    ['1.0.1', '1.1.0', true],
    ['1.44.2', '1.48.0', true],
    ['1.48', '1.48.0', false],
    ['1.7.0', '1.1.0', false],
    ['23.5.26', '23.5.0', false],
    ['2.10.0', '2.7.0', false],
  ])('takes %s for older than %s: %s', async (version, oldest, expected) => {
    const { isOlder } = await load('./worker-build.mjs');
    expect(isOlder(version, oldest)).toBe(expected);
  });
});

describe('the launcher', () => {
  const launcher = fileURLToPath(new URL('./run.mjs', import.meta.url));

  test('lists its tasks with an explanation', async () => {
    const { stdout } = await run(process.execPath, [launcher, '--help']);
    expect(stdout).toContain('npm start');
    const { stdout: help } = await run(process.execPath, [launcher, 'bench', '--help']);
    expect(help).toContain('npm run bench -- NAME');
  });

  test('refuses an unknown task', async () => {
    await expect(run(process.execPath, [launcher, 'dance'])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no task "dance"'),
    });
  });

  test('says what is wrong with a worker that does not run', async () => {
    const env = { ...process.env, MEDIASOUP_WORKER_BIN: '/bin/true' };
    await expect(run(process.execPath, [launcher, 'setup'], { env })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('MEDIASOUP_WORKER_BIN names /bin/true'),
    });
  });
});
