import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { Database } from '../../../server/platform/db/db.ts';
import { copyPgliteTemplate } from '../../support/databases/pglite-template.ts';

it('refuses a database of another development version and does not change it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'loge-old-schema-'));
  const dataDir = join(dir, 'data');
  try {
    await copyPgliteTemplate(dataDir);
    const db = await Database.create({ dataDir });
    await db.orm.execute(sql`update drizzle.__drizzle_migrations set hash = 'of an earlier commit' where id = 1`);
    await db.close();
    await expect(Database.create({ dataDir })).rejects.toThrow(/another development version.*start with an empty one/s);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
