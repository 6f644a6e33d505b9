/**
 * Starts the test run's shared Postgres, in which tests copy a migrated template, sets the time zone of the unit tests,
 * and removes the previous run's failure artifacts.
 */
import { Database } from '../../../server/platform/db/db.ts';
import { databaseUrl, runOnServer, startPostgres, TEMPLATE_DATABASE } from '../databases/postgres.ts';
import { removeHouseLogs } from './house-log.ts';
import { DRAWN_TIME_ZONE } from './time-zone.ts';

/** The data never outlives the run, so nothing needs to reach the disk. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '400',
  // To compile a query takes longer than to run it on small tables.
  jit: 'off',
};

/** Of `--at`, until the tests begin. */
const STARTED_WITHIN_MS = 120_000;

export async function setup(): Promise<(() => Promise<void>) | undefined> {
  removeHouseLogs();
  assertShifted('Node', Date.now());
  const close = await startDatabase();
  // Not earlier: initdb would keep it in the cluster. Worker threads share it with this process, and cannot set it.
  process.env.TZ = DRAWN_TIME_ZONE;
  return close;
}

async function startDatabase(): Promise<(() => Promise<void>) | undefined> {
  if (!process.env.LOGE_TEST_POSTGRES_BIN) return undefined;
  const server = await startPostgres(undefined, SETTINGS);
  await runOnServer(server.url, `create database ${TEMPLATE_DATABASE}`);
  const template = await Database.create({ url: databaseUrl(server.url, TEMPLATE_DATABASE) });
  const [{ now = '' } = {}] = await template.bulk<{ now: string }>('select now()::text', []);
  await template.close();
  assertShifted('Postgres', Date.parse(now));
  // Vitest's workers inherit this environment.
  process.env.LOGE_TEST_POSTGRES_URL = server.url;
  return server.close;
}

/** A run at another date proves nothing with a clock that was not shifted. */
function assertShifted(program: string, nowMs: number): void {
  const at = process.env.LOGE_TEST_AT;
  if (at && !(Math.abs(nowMs - Date.parse(`${at}Z`)) < STARTED_WITHIN_MS))
    throw new Error(`The clock of ${program} was not shifted to ${at}.`);
}
