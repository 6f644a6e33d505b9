/** A database on the shared Postgres that can be reset to its state after migration. */
import pg from 'pg';
import { Database } from '../../../server/platform/db/db.ts';
import { createTestDatabase } from './postgres.ts';

export class EmptiablePostgres {
  readonly url: string;
  /** Kept open: a new connection would load the whole schema each time. */
  readonly #connection: pg.Pool;
  readonly #statements: string;
  readonly #schema: string;

  private constructor(url: string, { connection, statements, schema }: Reset) {
    this.url = url;
    this.#connection = connection;
    this.#statements = statements;
    this.#schema = schema;
  }

  static async create(): Promise<EmptiablePostgres> {
    const { url } = await createTestDatabase();
    // Benchmarks have no migrated template.
    await (await Database.create({ url })).close();
    const connection = new pg.Pool({ connectionString: url, max: 1, idleTimeoutMillis: 0, allowExitOnIdle: true });
    // It ends with the server, at the end of the run.
    connection.on('error', () => {});
    const namesOf = async (kind: 'r' | 'S') => {
      const { rows } = await connection.query<{ name: string }>(
        `select quote_ident(relname) as name from pg_class where relkind = $1 and relnamespace = 'public'::regnamespace`,
        [kind],
      );
      return rows.map(({ name }) => name);
    };
    // Triggers forbid deletes from the ledger; only the owner of the database can disable them.
    const statements = ['set session_replication_role = replica'];
    for (const table of await namesOf('r')) {
      statements.push(`delete from ${table}`);
      const { rows } = await connection.query<{ row: object }>(`select to_jsonb(t) as row from ${table} t`);
      for (const { row } of rows) {
        const json = pg.escapeLiteral(JSON.stringify(row));
        statements.push(`insert into ${table} select * from jsonb_populate_record(null::${table}, ${json}::jsonb)`);
      }
    }
    for (const sequence of await namesOf('S')) statements.push(`alter sequence ${sequence} restart`);
    const schema = await readSchema(connection);
    return new EmptiablePostgres(url, { connection, statements: statements.join(';'), schema });
  }

  /** Returns false, and changes nothing, if a test has altered the schema. No other connection may still write. */
  async empty(): Promise<boolean> {
    if ((await readSchema(this.#connection)) !== this.#schema) {
      await this.#connection.end();
      return false;
    }
    await this.#connection.query(this.#statements);
    return true;
  }
}

interface Reset {
  connection: pg.Pool;
  statements: string;
  schema: string;
}

async function readSchema(connection: pg.Pool): Promise<string> {
  const { rows } = await connection.query(`
    select (select count(*) from pg_class) as relations, (select count(*) from pg_attribute) as columns,
      (select count(*) from pg_trigger) as triggers, (select count(*) from pg_proc) as functions, (select count(*) from pg_constraint) as constraints`);
  return JSON.stringify(rows);
}
