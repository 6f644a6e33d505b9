/** The databases that every store is tested on: PGlite always, real Postgres where its programs are. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../server/platform/db.ts';
import { copyPgliteTemplate } from './pglite-template.ts';
import { createTestDatabase } from './postgres.ts';

export interface DatabaseKind {
  name: string;
  open(): Promise<Database & AsyncDisposable>;
}

const disposable = (db: Database, end: () => Promise<void>): Database & AsyncDisposable =>
  Object.assign(db, { [Symbol.asyncDispose]: end });

/** A PGlite of one's own, gone when it is disposed of. */
export async function openPglite(): Promise<Database & AsyncDisposable> {
  const dir = await mkdtemp(join(tmpdir(), 'loge-pglite-test-'));
  const dataDir = join(dir, 'data');
  await copyPgliteTemplate(dataDir);
  const db = await Database.create({ dataDir });
  return disposable(db, async () => {
    await db.close();
    await rm(dir, { recursive: true, force: true });
  });
}

export const DATABASES: DatabaseKind[] = [{ name: 'PGlite', open: openPglite }];

if (process.env.LOGE_TEST_POSTGRES_BIN) {
  DATABASES.push({
    name: 'Postgres',
    async open() {
      const postgres = await createTestDatabase();
      const db = await Database.create({ url: postgres.url });
      return disposable(db, async () => {
        await db.close();
        await postgres.close();
      });
    },
  });
}
