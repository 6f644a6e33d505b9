/** A database on the shared Postgres that can be reset to its state after migration. */
import pg from 'pg';
import { Database } from '../../../server/platform/db/db.ts';
import { createTestDatabase } from './postgres.ts';

export class EmptiablePostgres {
  readonly url: string;
  /** Kept open: a new connection would load the whole schema each time. */
  readonly #connection: pg.Pool;
  readonly #state: MigratedState;
  readonly #schema: string;

  private constructor(url: string, connection: pg.Pool, state: MigratedState, schema: string) {
    this.url = url;
    this.#connection = connection;
    this.#state = state;
    this.#schema = schema;
  }

  static async create(): Promise<EmptiablePostgres> {
    const { url } = await createTestDatabase();
    // Benchmarks have no migrated template.
    await (await Database.create({ url })).close();
    const connection = new pg.Pool({ connectionString: url, max: 1, idleTimeoutMillis: 0, allowExitOnIdle: true });
    // It ends with the server, at the end of the run.
    connection.on('error', () => {});
    return new EmptiablePostgres(url, connection, await readState(connection), await readSchema(connection));
  }

  /** Returns false, and changes nothing, if a test has altered the schema. No other connection may still write. */
  async empty(): Promise<boolean> {
    if ((await readSchema(this.#connection)) !== this.#schema) {
      await this.#connection.end();
      return false;
    }
    const { tables, rows, sequences } = this.#state;
    // Most tables are empty, and to look is faster than to delete.
    const filled = tables.map((table) => `case when exists (select from ${table}) then '${table}' end`);
    const { rows: found } = await this.#connection.query<{ tables: string[] }>({
      name: 'filled',
      text: `select array_remove(array[${filled}], null) as tables`,
    });
    const deletes = (found[0]?.tables ?? []).map((table) => `delete from ${table}`);
    // Triggers forbid deletes from the ledger; only the owner of the database can disable them.
    await this.#connection.query(['set session_replication_role = replica', ...deletes, ...rows, sequences].join(';'));
    return true;
  }
}

/** What a migrated database contains. */
interface MigratedState {
  tables: string[];
  /** One statement for each row. */
  rows: string[];
  /** The statement that restarts the sequences. */
  sequences: string;
}

async function readState(connection: pg.Pool): Promise<MigratedState> {
  const { rows: relations } = await connection.query<{ name: string; kind: 'r' | 'S' }>(
    `select quote_ident(relname) as name, relkind as kind from pg_class
      where relkind in ('r', 'S') and relnamespace = 'public'::regnamespace`,
  );
  const namesOf = (wanted: 'r' | 'S') => relations.flatMap(({ name, kind }) => (kind === wanted ? [name] : []));
  const tables = namesOf('r');
  const rows: string[] = [];
  for (const table of tables) {
    const { rows: found } = await connection.query<{ row: object }>(`select to_jsonb(t) as row from ${table} t`);
    for (const { row } of found) {
      const json = pg.escapeLiteral(JSON.stringify(row));
      rows.push(`insert into ${table} select * from jsonb_populate_record(null::${table}, ${json}::jsonb)`);
    }
  }
  return { tables, rows, sequences: `select ${namesOf('S').map((name) => `setval('${name}', 1, false)`)}` };
}

async function readSchema(connection: pg.Pool): Promise<string> {
  const { rows } = await connection.query(`
    select (select count(*) from pg_class) as relations, (select count(*) from pg_attribute) as columns,
      (select count(*) from pg_trigger) as triggers, (select count(*) from pg_proc) as functions, (select count(*) from pg_constraint) as constraints`);
  return JSON.stringify(rows);
}
