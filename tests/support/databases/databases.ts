/** The databases that tests open: an empty, migrated one each, gone when it is disposed of. */
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

/** Emptied databases of this process. Emptying one takes milliseconds, making one a hundred times as long. */
const idle: EmptiablePostgres[] = [];

const POSTGRES: DatabaseKind = {
  name: 'Postgres',
  async open() {
    refuseQueriesBesideTransactions();
    const postgres = idle.pop() ?? (await EmptiablePostgres.create());
    const db = await Database.create({ url: postgres.url });
    return disposable(db, async () => {
      await db.close();
      if (await postgres.empty()) idle.push(postgres);
    });
  },
};

const hasPostgres = Boolean(process.env.LOGE_TEST_POSTGRES_BIN);

/** For suites of what may differ between the two: transactions, retries, values of statements. */
export const BOTH_DATABASES: DatabaseKind[] = hasPostgres ? [PGLITE, POSTGRES] : [PGLITE];

/**
 * For every other suite: Postgres, where locks and plans are those of production and a database opens in a fraction of
 * PGlite's time; both with
 * `--long`, and PGlite alone on a machine without Postgres.
 */
export const DATABASES: DatabaseKind[] = isLong || !hasPostgres ? BOTH_DATABASES : [POSTGRES];

/** For a test that needs a database and no kind in particular. */
export const openDatabase = hasPostgres ? POSTGRES.open : PGLITE.open;
