/** `npm run keys` as an operator runs it: beside a running server with PGlite, and without a server. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Database } from '../../../server/platform/db/db.ts';
import { copyPgliteTemplate } from '../../support/databases/pglite-template.ts';
import { findFreePort } from '../../support/houses/app.ts';
import { startHttp } from '../../support/houses/http.ts';
import { basicOf } from '../../support/people/basic.ts';
import { drawVariants } from '../../support/run/effort.ts';

const PROGRAM = fileURLToPath(new URL('../../../server/keys.ts', import.meta.url));

function keys(env: Record<string, string>, ...args: string[]): Promise<{ code: number; output: string }> {
  const all = { ...process.env, NODE_ENV: 'test', DATABASE_URL: '', ...env };
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], { env: all }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}

test('with a running server: a key is valid once it is printed, and invalid once it is revoked', async () => {
  await using http = await startHttp();
  const { port } = new URL(http.url);
  const run = (...args: string[]) => keys({ PORT: port, LOGE_DATA_DIR: '/nowhere' }, ...args);
  const made = JSON.parse((await run('create', '--name', 'Shop', '--scopes', 'rooms,tokens', '--json')).output);
  const read = async () =>
    (await http.call('GET', '/v1/rooms', { headers: { authorization: basicOf(made.id, made.secret) } })).status;
  expect([made.name, made.scopes, await read()]).toEqual(['Shop', ['rooms', 'tokens'], 200]);
  const { output } = await run('list');
  expect(output).toContain(made.id);
  expect(output).not.toContain(made.secret);
  expect((await run('revoke', made.id)).code).toBe(0);
  expect(await read()).toBe(401);
  const refused = await run('revoke', 'key_00000000000000');
  expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('There is no such API key.')]);
});

test('without a server: the key is in the database', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'loge-keys-'));
  try {
    await copyPgliteTemplate(join(folder, 'pglite'));
    const env = { LOGE_DATA_DIR: folder, PORT: String(await findFreePort()) };
    const made = await keys(env, 'create', '--name', 'Prometheus', '--scopes', 'metrics', '--expires', '90d');
    expect(made.output).toMatch(/^key_\w+ {2}Prometheus\n[\s\S]*expires 20[\s\S]*secret {6}loge_sk_[\w-]{43}\n/);
    expect((await keys(env, 'list')).output).toContain(/^key_\w+/.exec(made.output)?.[0]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('beside a server on another port: its folder is left alone until it has stopped', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'loge-keys-'));
  try {
    const dataDir = join(folder, 'pglite');
    await copyPgliteTemplate(dataDir);
    const server = await Database.create({ dataDir });
    const env = { LOGE_DATA_DIR: folder, PORT: String(await findFreePort()) };
    const refused = await keys(env, 'list');
    await server.close();
    expect([refused.code, refused.output]).toEqual([1, expect.stringContaining(`another process uses ${dataDir}`)]);
    expect((await keys(env, 'list')).code).toBe(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test.each(
  drawVariants<[string, string[], RegExp]>([
    ['an unknown scope', ['create', '--name', 'x', '--scopes', 'root'], /Invalid option[\s\S]*write it like/],
    ['no name', ['create', '--scopes', 'rooms'], /name/],
    ['an invalid expiry', ['create', '--name', 'x', '--scopes', 'rooms', '--expires', 'soon'], /"soon" is no date/],
    ['no command', [], /write it like: create/],
  ]),
)('%s is reported, and nothing changes', async (_what, args, said) => {
  const { code, output } = await keys({ LOGE_DATA_DIR: '/nowhere' }, ...args);
  expect([code, output]).toEqual([1, expect.stringMatching(said)]);
});
