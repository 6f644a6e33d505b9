/**
 * The database behind every store: PGlite in a folder, or Postgres by URL, with the same Drizzle dialect and the same migrations. It
 * owns connections, migrations and transactions; it knows no table.
 */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle as drizzlePg } from 'drizzle-orm/node-postgres';
import { migrate as migratePg } from 'drizzle-orm/node-postgres/migrator';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator';
import pg from 'pg';

/** What stores work with: the database itself or an open transaction. */
export type Orm = PgDatabase<PgQueryResultHKT, Record<string, never>>;

export interface DatabaseOptions {
  /** A Postgres URL; absent means PGlite. */
  url?: string | undefined;
  /** Folder for PGlite's files; absent means in memory (tests). */
  dataDir?: string | undefined;
  poolSize?: number;
}

const MIGRATIONS_FOLDER = fileURLToPath(new URL('./migrations', import.meta.url));
/** Two processes that start together migrate one after the other; any number will do as long as it is the same. */
const MIGRATION_LOCK = 7_064_301;
/** Postgres says with these that a transaction lost a race and may simply run again. */
const RETRYABLE_STATES = new Set(['40001', '40P01']);
const TRANSACTION_ATTEMPTS = 5;

export class Database {
  readonly orm: Orm;
  readonly #end: () => Promise<void>;
  #closed = false;

  private constructor(orm: Orm, end: () => Promise<void>) {
    this.orm = orm;
    this.#end = end;
  }

  static async create(options: DatabaseOptions): Promise<Database> {
    return options.url
      ? Database.#createPostgres(options.url, options.poolSize ?? 10)
      : Database.#createPglite(options.dataDir);
  }

  static async #createPostgres(url: string, max: number): Promise<Database> {
    const pool = new pg.Pool({ connectionString: url, max, connectionTimeoutMillis: 10_000 });
    // An idle connection that breaks is replaced by the pool at the next query; without a listener it would end the process.
    pool.on('error', () => {});
    const orm = drizzlePg(pool);
    try {
      const client = await pool.connect();
      try {
        await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
        await migratePg(drizzlePg(client), { migrationsFolder: MIGRATIONS_FOLDER });
        await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
      } finally {
        client.release();
      }
    } catch (error) {
      await pool.end();
      throw error;
    }
    return new Database(orm as unknown as Orm, () => pool.end());
  }

  static async #createPglite(dataDir: string | undefined): Promise<Database> {
    if (dataDir) await mkdir(dataDir, { recursive: true });
    const client = await PGlite.create(dataDir ? { dataDir } : {});
    const orm = drizzlePglite(client);
    await migratePglite(orm, { migrationsFolder: MIGRATIONS_FOLDER });
    return new Database(orm as unknown as Orm, () => client.close());
  }

  /**
   * Runs `work` in one transaction; all of it is committed when this resolves, nothing when it rejects. `work` may run again after a
   * lost race, so it must do nothing but use `tx`. Never use `orm` inside: PGlite has one connection and would wait for itself.
   */
  async transaction<T>(work: (tx: Orm) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.orm.transaction((tx) => work(tx as unknown as Orm));
      } catch (error) {
        if (attempt >= TRANSACTION_ATTEMPTS || !RETRYABLE_STATES.has(sqlState(error))) throw error;
      }
    }
  }

  async ping(): Promise<void> {
    await this.orm.execute(sql`select 1`);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#end();
  }
}

/** The SQLSTATE of a database error, looked for through Drizzle's wrapping; empty for anything else. */
export function sqlState(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
  }
  return '';
}
