import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runLogged } from '../commands.mjs';
import { buildFolder, inProject, projectFolder } from '../locations.mjs';
import { prepare } from '../prepare.mjs';

// Until the first release there is one migration, regenerated from the schemas; the handwritten 0001_guards.sql follows
// it.
const migrationFile = inProject('server', 'platform', 'db', 'migrations', '0000_schema.sql');

export async function runMigration() {
  const { nodeBinary, env } = await prepare();
  writeFileSync(migrationFile, await generateSchemaMigration(nodeBinary, env));
  return 0;
}

/** Fails when a schema was changed without running `npm run migration`. */
export async function checkSchemaMigration(nodeBinary, env) {
  const isCurrent = readFileSync(migrationFile, 'utf8') === (await generateSchemaMigration(nodeBinary, env));
  return { code: isCurrent ? 0 : 1, output: 'A *.schema.ts file has changed. Run: npm run migration' };
}

async function generateSchemaMigration(nodeBinary, env) {
  const folder = join(buildFolder, 'migration');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const drizzleKit = inProject('node_modules', 'drizzle-kit', 'bin.cjs');
  const schemas = './server/**/*.schema.ts';
  await runLogged(
    nodeBinary,
    [drizzleKit, 'generate', '--dialect=postgresql', `--schema=${schemas}`, `--out=${folder}`, '--name=schema'],
    { logName: 'migration', cwd: projectFolder, env },
  );
  return readFileSync(join(folder, '0000_schema.sql'), 'utf8');
}
