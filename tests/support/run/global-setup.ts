/**
 * Starts the test run's shared Postgres, in which tests copy a migrated template, and removes the previous run's
 * failure artifacts.
 */
import { Database } from '../../../server/platform/db/db.ts';
import { databaseUrl, runOnServer, startPostgres, TEMPLATE_DATABASE } from '../databases/postgres.ts';
import { removeHouseLogs } from './house-log.ts';

/** The data never outlives the run, so nothing needs to reach the disk. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '400',
  // To compile a query takes longer than to run it on small tables.
  jit: 'off',
};

export async function setup(): Promise<(() => Promise<void>) | undefined> {
  removeHouseLogs();
  if (!process.env.LOGE_TEST_POSTGRES_BIN) return undefined;
  const server = await startPostgres(undefined, SETTINGS);
  await runOnServer(server.url, `create database ${TEMPLATE_DATABASE}`);
  const template = await Database.create({ url: databaseUrl(server.url, TEMPLATE_DATABASE) });
  await template.close();
  // Vitest's workers inherit this environment.
  process.env.LOGE_TEST_POSTGRES_URL = server.url;
  return server.close;
}
