import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

// A rule that matches nothing passes like a rule that is kept. So each kind is violated once, in a separate project.

const project = fileURLToPath(new URL('../..', import.meta.url));
const wrong: Record<string, { file: string; imports: string }> = {
  'money-asks-no-other-domain': { file: 'server/money/a.ts', imports: '../chat/free.ts' },
  'rooms-asks-no-other-domain': { file: 'server/rooms/a.ts', imports: '../money/free.ts' },
  'domains-know-no-gateway': { file: 'server/trust/a.ts', imports: '../gateway/free.ts' },
  'platform-knows-no-part': { file: 'server/platform/a.ts', imports: '../chat/free.ts' },
  'only-app-knows-every-part': { file: 'server/gateway/a.ts', imports: '../app.ts' },
  'server-sees-the-sfu-contract': { file: 'server/stage/a.ts', imports: '../../sfu/node.ts' },
  'sfu-knows-no-server': { file: 'sfu/a.ts', imports: '../server/protocol/free.ts' },
  'protocol-is-a-leaf': { file: 'server/protocol/a.ts', imports: 'express' },
  'client-sees-the-protocol': { file: 'client-sdk/client/a.ts', imports: '../../server/rooms/free.ts' },
  'sdk-knows-no-elements': { file: 'client-sdk/client/b.ts', imports: '../elements/free.ts' },
  'production-knows-no-tests': { file: 'server/chat/b.ts', imports: '../../tests/support/free.ts' },
  'no-circles': { file: 'server/stage/b.ts', imports: './c.ts' },
  'home-of-express': { file: 'server/chat/c.ts', imports: 'express' },
  'home-of-socket-io-redis-adapter': { file: 'server/platform/b.ts', imports: '@socket.io/redis-adapter' },
  'home-of-mediasoup': { file: 'server/stage/d.ts', imports: 'mediasoup' },
  'home-of-stripe': { file: 'server/money/b.ts', imports: 'stripe' },
  'home-of-drizzle-orm': { file: 'server/money/a.store.ts', imports: 'drizzle-orm' },
  'sql-in-stores': { file: 'server/money/c.ts', imports: '../platform/db/sql.ts' },
  'home-of-pg': { file: 'server/chat/d.ts', imports: 'pg' },
  'home-of-ioredis': { file: 'server/gateway/b.ts', imports: 'ioredis' },
};
const right: { file: string; imports: string }[] = [
  { file: 'server/money/provider/stripe-provider.ts', imports: 'stripe' },
  { file: 'server/money/money.store.ts', imports: '../platform/db/sql.ts' },
  { file: 'server/chat/e.ts', imports: '../rooms/free.ts' },
  { file: 'server/gateway/c.ts', imports: 'express' },
  { file: 'server/stage/e.ts', imports: '../../sfu/contract.ts' },
  { file: 'server/stage/c.ts', imports: './b.ts' },
  { file: 'client-sdk/elements/b.ts', imports: '../../server/protocol/free.ts' },
  { file: 'server/chat/f.test.ts', imports: '../../tests/support/free.ts' },
];
const free = [
  'server/chat',
  'server/money',
  'server/rooms',
  'server/gateway',
  'server/protocol',
  'tests/support',
  'client-sdk/elements',
]
  .map((folder) => `${folder}/free.ts`)
  .concat('server/app.ts', 'server/platform/db/sql.ts', 'sfu/node.ts', 'sfu/contract.ts');

let folder: string;
let faults: { rule: string; from: string }[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loge-arrows-'));
  await symlink(join(project, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'tsconfig.json'), '{ "compilerOptions": { "allowImportingTsExtensions": true } }');
  for (const file of free) await write(file, 'export const value = 1;\n');
  for (const { file, imports } of [...Object.values(wrong), ...right]) await write(file, `import '${imports}';\n`);
  faults = await cruise();
});

afterAll(async () => {
  if (folder) await rm(folder, { recursive: true, force: true });
});

test.each(Object.entries(wrong))('%s', (rule, { file }) => {
  expect(faults).toContainEqual({ rule, from: file });
});

test('accepts imports in the allowed direction', () => {
  const files = right.map(({ file }) => file).filter((file) => file !== 'server/stage/c.ts');
  expect(faults.filter(({ from }) => files.includes(from))).toEqual([]);
});

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), text);
}

async function cruise(): Promise<{ rule: string; from: string }[]> {
  const tool = join(project, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
  const config = join(project, '.dependency-cruiser.mjs');
  const options = ['--config', config, '--output-type', 'json', 'server', 'sfu', 'client-sdk', 'tests'];
  // With faults the tool ends with their number, and its report is on the error.
  const { stdout } = await promisify(execFile)(process.execPath, [tool, ...options], {
    cwd: folder,
    maxBuffer: 50_000_000,
  }).catch((error: { stdout: string }) => error);
  const report = JSON.parse(stdout) as { summary: { violations: { rule: { name: string }; from: string }[] } };
  return report.summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }));
}
