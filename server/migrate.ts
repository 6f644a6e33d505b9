/**
 * `npm run migrate`: migrates the database to this version's schema as its owner (DATABASE_MIGRATION_URL), and grants
 * the gateways' role (the user of DATABASE_URL) its rights. Idempotent; needed before the first start and at each
 * upgrade.
 */
import { z } from 'zod';
import { ConfigError } from './config.ts';
import { migrateAsOwner } from './platform/db/schema-version.ts';

const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ });
const environment = z.object({ DATABASE_MIGRATION_URL: postgresUrl, DATABASE_URL: postgresUrl });

async function main(): Promise<void> {
  const parsed = environment.safeParse(process.env);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
  }
  const { DATABASE_MIGRATION_URL: owner, DATABASE_URL: runtime } = parsed.data;
  if (new URL(owner).username === new URL(runtime).username) {
    throw new ConfigError(['DATABASE_URL: name another user than DATABASE_MIGRATION_URL, one that owns nothing']);
  }
  await migrateAsOwner(owner, runtime);
  process.stdout.write(`The database has the schema of this version; ${new URL(runtime).username} may use it.\n`);
}

main().catch((error) => {
  process.stderr.write(`\n${error instanceof ConfigError ? error.message : (error.stack ?? error)}\n`);
  process.exit(1);
});
