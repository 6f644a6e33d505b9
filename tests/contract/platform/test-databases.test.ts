/** Test databases outside of Vitest: in benchmarks, and in scripts. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { hasPostgres } from '../../support/databases/databases.ts';

const POSTGRES = fileURLToPath(new URL('../../support/databases/postgres.ts', import.meta.url));
const SCRIPT = `
  const { createTestDatabase } = await import(${JSON.stringify(POSTGRES)});
  console.log(new URL((await createTestDatabase()).url).searchParams.get('host'));`;

test.skipIf(!hasPostgres)('a script that closes no database ends, and leaves no server', async () => {
  const { LOGE_TEST_POSTGRES_URL: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', SCRIPT], {
    env,
    timeout: 60_000,
  });
  const folder = stdout.trim();
  expect([folder, existsSync(folder)]).toEqual([expect.stringContaining('loge-postgres-'), false]);
});
