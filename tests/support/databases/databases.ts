/** Databases for tests: each call opens an empty, migrated one, dropped on disposal. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../../server/platform/db/db.ts';
import { isLong } from '../run/effort.ts';
import { EmptiablePostgres } from './emptiable-postgres.ts';
import { copyPgliteTemplate } from './pglite-template.ts';
import { refuseQueriesBesideTransactions } from './transaction-guard.ts';

export interface DatabaseKind {
  name: 'PGlite' | 'Postgres';
  open(): Promise<Database & AsyncDisposable>;
}

const disposable = (db: Database, end: () => Promise<void>): Database & AsyncDisposable =>
  Object.assign(db, { [Symbol.asyncDispose]: end });

const PGLITE: DatabaseKind = {
  name: 'PGlite',
  async open() {
    const dir = await mkdtemp(join(tmpdir(), 'loge-pglite-test-'));
    const dataDir = join(dir, 'data');
    await copyPgliteTemplate(dataDir);
    const db = await Database.create({ dataDir });
    return disposable(db, async () => {
      await db.close();
      await rm(dir, { recursive: true, force: true });
    });
  },
};

/** Emptied databases for reuse: emptying takes milliseconds, creating a hundred times as long. */
const idle: EmptiablePostgres[] = [];

/** An empty, migrated database of the run's Postgres; to be given back once nothing writes to it any more. */
export async function borrowPostgres(): Promise<{ url: string; giveBack(): Promise<void> }> {
  refuseQueriesBesideTransactions();
  const postgres = idle.pop() ?? (await EmptiablePostgres.create());
  return {
    url: postgres.url,
    async giveBack() {
      if (await postgres.empty()) idle.push(postgres);
    },
  };
}

/** By URL, for reuse: each new connection of Postgres loads the schema again. */
const connected = new Map<string, Database>();

const POSTGRES: DatabaseKind = {
  name: 'Postgres',
  async open() {
    const { url, giveBack } = await borrowPostgres();
    const db = connected.get(url) ?? (await Database.create({ url }));
    connected.delete(url);
    return disposable(db, async () => {
      if (await isReusable(db)) connected.set(url, db);
      else await db.close();
      await giveBack();
    });
  },
};

/** Restores methods that a test has replaced. False if it has closed the database or left a lock of a connection. */
async function isReusable(db: Database): Promise<boolean> {
  for (const method of Object.getOwnPropertyNames(Database.prototype)) Reflect.deleteProperty(db, method);
  const locks = `select from pg_locks join pg_database on pg_database.oid = database
    where locktype = 'advisory' and datname = current_database()`;
  return db.bulk(locks, []).then(
    (held) => held.length === 0,
    () => false,
  );
}

export const hasPostgres = Boolean(process.env.LOGE_TEST_POSTGRES_BIN);

/** For suites where the two may differ: transactions, retries, value encoding. */
export const BOTH_DATABASES: DatabaseKind[] = hasPostgres ? [PGLITE, POSTGRES] : [PGLITE];

/**
 * For every other suite: Postgres, which has production's locks and plans and opens faster than PGlite; with `--long`
 * both, and PGlite alone without Postgres.
 */
export const DATABASES: DatabaseKind[] = isLong || !hasPostgres ? BOTH_DATABASES : [POSTGRES];

/** For tests that need any database. */
export const openDatabase = hasPostgres ? POSTGRES.open : PGLITE.open;
