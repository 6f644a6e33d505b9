import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test, vi } from 'vitest';
import { createLog } from '../log.ts';
import { LimitedProcess } from './limited-process.ts';

const MIB = 1024 ** 2;
const DAY_MS = 24 * 3_600_000;
const log = createLog({ level: 'silent', pretty: false });

/** Does what a hostile file might make a decoder do. */
const MODULE = `
import { answerRequests } from '${new URL('./answer-requests.ts', import.meta.url)}';
answerRequests(async ({ fill = 0, hang = false }) => {
  const filled = Buffer.alloc(fill, 1);
  while (hang);
  return { pid: process.pid, bytes: filled.length, secret: process.env.LOGE_TEST_SECRET };
});
`;

interface Seen {
  pid: number;
  bytes: number;
  secret: string | undefined;
}

function createProcess(options: { requestMs?: number; lifeMs?: number } = {}) {
  const file = join(mkdtempSync(join(tmpdir(), 'loge-limited-')), 'module.mjs');
  writeFileSync(file, MODULE);
  return new LimitedProcess<{ fill?: number; hang?: boolean }, Seen>({
    module: pathToFileURL(file),
    memoryBytes: 200 * MIB,
    requestMs: DAY_MS,
    lifeMs: DAY_MS,
    log,
    ...options,
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a request that takes too much memory fails alone: the next one is answered', async () => {
  const limited = createProcess();
  expect(await limited.run({ fill: 100 * MIB })).toMatchObject({ bytes: 100 * MIB });
  const answers = await Promise.allSettled([limited.run({ fill: 2_000 * MIB }), limited.run({ fill: MIB })]);
  expect(answers).toMatchObject([{ reason: { code: 'internal' } }, { value: { bytes: MIB } }]);
});

test('a request that takes too long ends its process, and the next one has a new process', async () => {
  const limited = createProcess({ requestMs: 1_000 });
  const before = await limited.run({});
  await expect(limited.run({ hang: true })).rejects.toMatchObject({ code: 'internal' });
  expect((await limited.run({})).pid).not.toBe(before.pid);
  await vi.waitFor(() => expect(isAlive(before.pid)).toBe(false));
});

test('a process ends a while after its start', async () => {
  const { pid } = await createProcess({ lifeMs: 1 }).run({});
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false));
});

test('a process has none of the environment of the house', async () => {
  vi.stubEnv('LOGE_TEST_SECRET', 'unmistakable');
  expect((await createProcess().run({})).secret).toBeUndefined();
  vi.unstubAllEnvs();
});
