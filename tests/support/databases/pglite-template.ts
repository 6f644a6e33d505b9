/**
 * A migrated PGlite folder, created once per state of the migrations and copied for each test: creating takes seconds,
 * copying a moment.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Database } from '../../../server/platform/db/db.ts';

const MIGRATIONS = fileURLToPath(new URL('../../../server/platform/db/migrations', import.meta.url));

export async function copyPgliteTemplate(dataDir: string): Promise<void> {
  await cp(await findOrMakeTemplate(), dataDir, { recursive: true });
}

async function findOrMakeTemplate(): Promise<string> {
  const template = join(tmpdir(), `loge-pglite-${hashOfMigrations()}`);
  if (existsSync(template)) return template;
  const draft = await mkdtemp(`${template}-`);
  const db = await Database.create({ dataDir: join(draft, 'data') });
  await db.close();
  try {
    // The first process to finish publishes it; rename is atomic, so that a copy is always complete.
    await rename(join(draft, 'data'), template);
  } catch (error) {
    if (!existsSync(template)) throw error;
  }
  await rm(draft, { recursive: true, force: true });
  return template;
}

function hashOfMigrations(): string {
  const hash = createHash('sha256');
  const version = readFileSync(new URL('../../../node_modules/@electric-sql/pglite/package.json', import.meta.url));
  hash.update(version);
  for (const name of readdirSync(MIGRATIONS).sort()) {
    if (name.endsWith('.sql')) hash.update(name).update(readFileSync(join(MIGRATIONS, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
