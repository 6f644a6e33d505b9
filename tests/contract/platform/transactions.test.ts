/** Transactions give their connection back to the pool in a usable state, however they fail. */
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Database, type Orm } from '../../../server/platform/db/db.ts';
import { sql } from '../../../server/platform/db/sql.ts';
import { borrowPostgres, hasPostgres } from '../../support/databases/databases.ts';

describe.skipIf(!hasPostgres)('transactions on Postgres', () => {
  let db: Database;
  let giveBack: () => Promise<void>;

  beforeEach(async () => {
    const borrowed = await borrowPostgres();
    giveBack = borrowed.giveBack;
    db = await Database.create({ url: borrowed.url, poolSize: 1 });
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await db.close();
    await giveBack();
  });

  const backendOf = (tx: Orm) => tx.select({ pid: sql<number>`pid` }).from(sql`pg_backend_pid() as pid`);

  /** Fails the first such statement without sending it, as a connection does that a failover has cut. */
  function failOnce(statement: string): void {
    const send: (...given: unknown[]) => unknown = pg.Client.prototype.query;
    let hasFailed = false;
    const query = function (this: pg.Client, ...given: unknown[]): unknown {
      const [asked] = given as [string | { text: string } | undefined];
      const isMeant = (typeof asked === 'string' ? asked : asked?.text) === statement;
      if (hasFailed || !isMeant) return send.apply(this, given);
      hasFailed = true;
      return Promise.reject(new Error('Connection terminated unexpectedly'));
    };
    vi.spyOn(pg.Client.prototype, 'query').mockImplementation(query as never);
  }

  test('a failed begin leaves the connection in the pool', async () => {
    failOnce('begin');
    await expect(db.transaction(async () => 1)).rejects.toThrow();
    expect(await db.transaction(async () => 2)).toBe(2);
  });

  test('a connection whose rollback failed is replaced', async () => {
    failOnce('rollback');
    let before: unknown;
    const failed = db.transaction(async (tx) => {
      before = await backendOf(tx);
      throw new Error('refused');
    });
    await expect(failed).rejects.toThrow('refused');
    expect(await db.transaction(backendOf)).not.toEqual(before);
  });
});
