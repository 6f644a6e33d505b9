/**
 * Migrates a database to this version's schema, or checks that it has it. A role that may create tables migrates at
 * start; another role only checks, and the owner runs `npm run migrate`. It knows no table.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { PgliteDatabase } from 'drizzle-orm/pglite';
import pg from 'pg';
import { ConfigError } from '../../config.ts';
import { loadPgliteMigrator, loadPostgres, loadPostgresMigrator, migrator } from './drizzle.ts';

const MIGRATIONS_FOLDER = fileURLToPath(new URL('./migrations', import.meta.url));
/** Key of the advisory lock that serialises migrations of processes that start together. The value is arbitrary. */
const MIGRATION_LOCK = 7_064_301;
/** The bit of `pg_trigger.tgtype` for triggers on UPDATE. */
const ON_UPDATE = 16;

/** SQLSTATEs of a server that is starting or recovering, and of one with too many connections. */
const RETRYABLE_STATES = ['57P03', '53300'];
const STARTING_MAX_MS = 60_000;
const STARTING_RETRY_MS = 250;

type Read = <Row>(statement: string) => Promise<Row[]>;

export async function preparePgliteSchema(orm: PgliteDatabase, place: string): Promise<void> {
  await assertUpgradable(async <Row>(statement: string) => (await orm.execute(statement)).rows as Row[], place);
  await loadPgliteMigrator().migrate(orm, { migrationsFolder: MIGRATIONS_FOLDER });
}

/** Migrates if the role of this URL may create tables; otherwise requires the current schema. */
export async function prepareSchema(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const read = readOn(client);
    const [may] = await read<{ create: boolean }>("select has_schema_privilege('public', 'create') as create");
    if (may?.create) return migrate(client);
    if ((await findApplied(read)).join() === knownHashes().join()) return;
    throw new ConfigError([
      'DATABASE_URL: the database does not have the schema of this version, and this role may not create it. Run: npm run migrate',
    ]);
  });
}

/**
 * Migrates as the owner, and grants the role of `runtimeUrl` what gateways need: all rows, but no update or delete in
 * append-only tables. Creates the role with the URL's password if it is missing.
 */
export async function migrateAsOwner(ownerUrl: string, runtimeUrl: string): Promise<void> {
  const { username, password } = new URL(runtimeUrl);
  const role = decodeURIComponent(username);
  await withClient(ownerUrl, async (client) => {
    await migrate(client);
    const name = client.escapeIdentifier(role);
    const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
    if (rowCount === 0) {
      const secret = password ? ` password ${client.escapeLiteral(decodeURIComponent(password))}` : '';
      await client.query(`create role ${name} login${secret}`);
    }
    const appendOnly = await readOn(client)<{ table: string }>(
      `select distinct tgrelid::regclass::text as table from pg_trigger where tgname like '%\\_append\\_only' and tgtype & ${ON_UPDATE} <> 0`,
    );
    const tables = appendOnly.map(({ table }) => table).join(', ');
    await client.query(`
      grant usage on schema public, drizzle to ${name};
      grant select on drizzle.__drizzle_migrations to ${name};
      grant usage on all sequences in schema public to ${name};
      grant select, insert, update, delete on all tables in schema public to ${name};
      revoke update, delete on ${tables} from ${name};`);
  });
}

/** Without a time limit: it waits for other migrations and may change many rows. The lock ends with the connection. */
async function migrate(client: pg.Client): Promise<void> {
  await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
  await assertUpgradable(readOn(client), 'the database that DATABASE_URL names');
  await loadPostgresMigrator().migrate(loadPostgres().drizzle(client), { migrationsFolder: MIGRATIONS_FOLDER });
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(url);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Waits for a server that starts, as when a machine starts both, or recovers from a crash. */
async function connect(url: string): Promise<pg.Client> {
  const until = Date.now() + STARTING_MAX_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, keepAlive: true });
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      const isRetryable = error instanceof pg.DatabaseError && RETRYABLE_STATES.includes(error.code ?? '');
      if (!isRetryable || Date.now() >= until) throw error;
      await delay(STARTING_RETRY_MS);
    }
  }
}

const readOn =
  (client: pg.Client): Read =>
  async <Row>(statement: string) =>
    (await client.query(statement)).rows as Row[];

function knownHashes(): string[] {
  return migrator.readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER }).map((migration) => migration.hash);
}

/** Hashes of the applied migrations, in order. */
async function findApplied(read: Read): Promise<string[]> {
  const [table] = await read<{ found: boolean }>(
    "select to_regclass('drizzle.__drizzle_migrations') is not null as found",
  );
  if (!table?.found) return [];
  const applied = await read<{ hash: string }>('select hash from drizzle.__drizzle_migrations order by created_at');
  return applied.map(({ hash }) => hash);
}

/** Until the first release there are no upgrades: a database of another development version is refused. */
async function assertUpgradable(read: Read, place: string): Promise<void> {
  const known = new Set(knownHashes());
  if ((await findApplied(read)).every((hash) => known.has(hash))) return;
  throw new ConfigError([
    `${place} was made by another development version of Loge. There are no upgrades before the first release: ` +
      'keep a copy if you need the data, then start with an empty one',
  ]);
}
