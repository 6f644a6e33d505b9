/** The databases that every store is tested on: PGlite always, real Postgres where its programs are. */
import { Database } from '../../server/platform/db.ts';
import { startPostgres } from './postgres.ts';

export interface DatabaseKind {
  name: string;
  open(): Promise<Database & AsyncDisposable>;
}

const disposable = (db: Database, end: () => Promise<void>): Database & AsyncDisposable =>
  Object.assign(db, { [Symbol.asyncDispose]: end });

export const DATABASES: DatabaseKind[] = [
  {
    name: 'PGlite',
    async open() {
      const db = await Database.create({});
      return disposable(db, () => db.close());
    },
  },
];

if (process.env.LOGE_TEST_POSTGRES_BIN) {
  DATABASES.push({
    name: 'Postgres',
    async open() {
      const postgres = await startPostgres();
      const db = await Database.create({ url: postgres.url });
      return disposable(db, async () => {
        await db.close();
        await postgres.close();
      });
    },
  });
}
