/**
 * The database behind every store: PGlite in a folder, or Postgres by URL, with the same Drizzle dialect and the same
 * migrations. It owns connections, migrations and transactions; it knows no table.
 */
import { mkdir } from 'node:fs/promises';
import type { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { AppError } from '../../protocol/errors.ts';
import { ProcessLock } from '../jobs/process-lock.ts';
import { loadPglite, loadPgliteOrm, loadPostgres } from './drizzle.ts';
import { DETECT_DEAD_PEER, preparePgliteSchema, prepareSchema } from './schema-version.ts';
import { type SQL, type SQLWrapper, sql } from './sql.ts';
import type { PgDatabase, PgQueryResultHKT, PgTable } from './tables.ts';

/** What stores work with: the database itself or an open transaction, which is opened by {@link Database} alone. */
export type Orm = Omit<PgDatabase<PgQueryResultHKT, Record<string, never>>, 'transaction'>;

/**
 * Runs a statement on many rows at once; arrays are single values (`unnest($1::text[])`). It is planned with its values
 * each time: a cached plan from when a table was small would go on scanning it once it is large.
 */
export type Run = <Row>(text: string, values: unknown[]) => Promise<Row[]>;

/** A lock that lasts as long as the connection that holds it. */
export interface HeldLock {
  readonly isHeld: boolean;
  /** Asks the database; false when the lock was lost. */
  check(): Promise<boolean>;
  release(): Promise<void>;
}

interface Driver {
  orm: Orm;
  run: Run;
  transaction<T>(work: (tx: Orm) => Promise<T>): Promise<T>;
  bulkTransaction<T>(work: (run: Run) => Promise<T>): Promise<T>;
  tryLock(key: number): Promise<HeldLock | undefined>;
  end(): Promise<void>;
}

export interface DatabaseOptions {
  /** A Postgres URL; absent means PGlite. */
  url?: string | undefined;
  /** Folder for PGlite's files; absent means in memory (tests). */
  dataDir?: string | undefined;
  poolSize?: number;
}

/** Past this a statement fails and its connection is closed, which may have broken silently. */
const STATEMENT_LIMIT_MS = 120_000;
/** SQLSTATEs of a transaction that lost a race and can be retried. */
const RETRYABLE_STATES = new Set(['40001', '40P01']);
const TRANSACTION_ATTEMPTS = 5;

export class Database {
  readonly orm: Orm;
  readonly #driver: Driver;
  #closed = false;

  private constructor(driver: Driver) {
    this.orm = driver.orm;
    this.#driver = driver;
  }

  static async create(options: DatabaseOptions): Promise<Database> {
    return options.url
      ? Database.#createPostgres(options.url, options.poolSize ?? 10)
      : Database.#createPglite(options.dataDir);
  }

  static async #createPostgres(url: string, max: number): Promise<Database> {
    await prepareSchema(url);
    const pool = new pg.Pool({
      connectionString: url,
      max,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      query_timeout: STATEMENT_LIMIT_MS,
      // Not as a startup option, which a URL with `options` of its own would replace, and which poolers refuse.
      onConnect: (client) => client.query(DETECT_DEAD_PEER),
    });
    // An idle connection that breaks is replaced by the pool at the next query; without a listener it would end the
    // process.
    pool.on('error', () => {});
    // The pool listens to a client only while it is idle: an error under a query is reported to the caller, and once
    // more here.
    pool.on('connect', (client) => client.on('error', () => {}));
    const { drizzle } = loadPostgres();
    return new Database({
      orm: drizzle(pool) as unknown as Orm,
      run: runOn(pool),
      // Not Drizzle's: it keeps a connection whose `begin` fails, and gives back one whose `rollback` fails.
      transaction: (work) => transactionOnPool(pool, (client) => work(drizzle(client) as unknown as Orm)),
      bulkTransaction: (work) => transactionOnPool(pool, (client) => work(runOn(client))),
      tryLock: (key) => lockOnPool(pool, key),
      end: () => pool.end(),
    });
  }

  static async #createPglite(dataDir: string | undefined): Promise<Database> {
    if (dataDir) await mkdir(dataDir, { recursive: true });
    const lock = dataDir ? await ProcessLock.create(dataDir, 'give a command the PORT of that server') : undefined;
    const { PGlite } = loadPglite();
    const client = await PGlite.create(dataDir ? { dataDir } : {}).catch(async (error) => {
      await lock?.close();
      throw error;
    });
    const end = () => client.close().finally(() => lock?.close());
    const orm = loadPgliteOrm().drizzle(client);
    try {
      await preparePgliteSchema(orm, `the folder ${dataDir}`);
    } catch (error) {
      await end();
      throw error;
    }
    return new Database({
      orm: orm as unknown as Orm,
      run: runOnPglite(client),
      transaction: (work) => orm.transaction((tx) => work(tx as unknown as Orm)),
      bulkTransaction: (work) => client.transaction((tx) => work(runOnPglite(tx))),
      // No other process can open this database.
      tryLock: async () => ({ isHeld: true, check: async () => true, release: async () => {} }),
      end,
    });
  }

  /**
   * Runs `work` in one transaction: committed when this resolves, rolled back when it rejects. `work` is retried after
   * a lost race, so it must use `tx` and have no other effect. Never use `orm` inside: PGlite has one connection, and
   * it would deadlock.
   */
  transaction<T>(work: (tx: Orm) => Promise<T>): Promise<T> {
    return this.#retrying(() => this.#driver.transaction(work));
  }

  /** A transaction of bulk statements; values and rows are in the driver's form. */
  bulkTransaction<T>(work: (run: Run) => Promise<T>): Promise<T> {
    return this.#retrying(() => this.#driver.bulkTransaction(work));
  }

  /** One bulk statement in its own transaction. */
  bulk<Row>(text: string, values: unknown[]): Promise<Row[]> {
    return this.#driver.run<Row>(text, values);
  }

  /** Takes an advisory lock on a connection of its own; undefined when another process holds it. */
  tryLock(key: number): Promise<HeldLock | undefined> {
    return this.#driver.tryLock(key);
  }

  async #retrying<T>(attemptOnce: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await attemptOnce();
      } catch (error) {
        if (attempt >= TRANSACTION_ATTEMPTS || !isLostRace(error)) throw error;
      }
    }
  }

  async ping(): Promise<void> {
    await this.orm.execute(sql`select 1`);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#driver.end();
  }
}

function runOn(client: pg.Pool | pg.PoolClient): Run {
  return async <Row>(text: string, values: unknown[]) =>
    (await client.query(text, values.map(withArrayLiteral))).rows as Row[];
}

/**
 * Encodes an array of texts or numbers for Postgres. JSON differs from it only in the brackets and in escapes, and
 * takes a third of the driver's time; everything else is left to the driver.
 */
function withArrayLiteral(value: unknown): unknown {
  if (!Array.isArray(value) || !value.every(isPlain)) return value;
  const json = JSON.stringify(value);
  return json.includes('\\') ? value : `{${json.slice(1, -1)}}`;
}

const isPlain = (item: unknown) => typeof item === 'string' || item === null || Number.isSafeInteger(item);

/** Bulk statements in an open transaction of {@link Database.transaction}. */
export function runIn(tx: Orm): Run {
  return async <Row>(text: string, values: unknown[]) => {
    const chunks = text
      .split(/\$(\d+)/)
      .map((part, index) => (index % 2 === 0 ? sql.raw(part) : sql`${sql.param(values[Number(part) - 1])}`));
    return ((await tx.execute(sql.join(chunks))) as { rows: Row[] }).rows;
  };
}

/** Runs a statement that Drizzle writes among bulk statements; values and rows are in the driver's form. */
export function runQuery<Row>(
  run: Run,
  query: PromiseLike<Row[]> & { toSQL(): { sql: string; params: unknown[] } },
): Promise<Row[]> {
  const { sql: text, params } = query.toSQL();
  return run<Row>(text, params);
}

function runOnPglite(client: Pick<PGlite, 'query'>): Run {
  return async <Row>(text: string, values: unknown[]) => (await client.query<Row>(text, values)).rows;
}

async function transactionOnPool<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    // A connection that cannot roll back is closed; the server then rolls back by itself.
    await client.query('rollback').catch((fault: Error) => {
      broken = fault;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

const LOCK_CHECK_MS = 3_000;

function rejectAfter(ms: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new AppError('unavailable', 'The database did not confirm the lock.')), ms).unref();
  });
}

async function lockOnPool(pool: pg.Pool, key: number): Promise<HeldLock | undefined> {
  const client = await pool.connect();
  let isHeld = false;
  let fault: Error | undefined;
  const handleError = (error: Error) => {
    isHeld = false;
    fault = error;
  };
  client.on('error', handleError);
  const release = () => {
    client.off('error', handleError);
    client.release(fault);
  };
  try {
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [key]);
    isHeld = rows[0]?.taken ?? false;
  } catch (error) {
    client.off('error', handleError);
    client.release(error instanceof Error ? error : true);
    throw error;
  }
  if (!isHeld) {
    release();
    return undefined;
  }
  let isReleased = false;
  const end = async () => {
    if (isReleased) return;
    isReleased = true;
    if (isHeld) await client.query('select pg_advisory_unlock($1)', [key]).catch(handleError);
    isHeld = false;
    release();
  };
  return {
    get isHeld() {
      return isHeld;
    },
    async check() {
      // A server that vanished does not answer: a timeout counts as a lost lock.
      if (isHeld) await Promise.race([client.query('select 1'), rejectAfter(LOCK_CHECK_MS)]).catch(handleError);
      if (!isHeld) await end();
      return isHeld;
    },
    release: end,
  };
}

/** Whether the same transaction can be retried. */
export function isLostRace(error: unknown): boolean {
  return RETRYABLE_STATES.has(sqlState(error));
}

/** The SQLSTATE of a database error, also within Drizzle's wrapper; empty for any other error. */
export function sqlState(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
  }
  return '';
}

const UNIQUE_VIOLATION = '23505';

/** Whether the database rejected a row because its key exists: a concurrent request was faster. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  if (sqlState(error) !== UNIQUE_VIOLATION) return false;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('constraint' in cause && cause.constraint === constraint) return true;
  }
  return false;
}

/**
 * True for the first of these rows that no other transaction has locked, and locks them. They keep their `ctid` until
 * the end of the statement. The subquery is an array because it must run exactly once: as the right side of IN it is
 * joined, and a nested loop runs it again for each row, which takes more rows than the limit.
 */
export function isFirstFree(table: PgTable, rows: { where: SQL | undefined; orderBy: SQLWrapper; limit: number }): SQL {
  return sql`ctid = any(array(select ctid from ${table} where ${rows.where} order by ${rows.orderBy}
    limit ${rows.limit} for update skip locked))`;
}
