/**
 * Fails a query that takes a second connection while its caller has a transaction open. On PGlite, which has one
 * connection, that query would deadlock; on Postgres it would silently read outside the transaction.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';
import { Database } from '../../../server/platform/db/db.ts';

/** The parameter differs between the two, and does not matter here. */
type Work = (tx: unknown) => Promise<unknown>;

const openTransaction = new AsyncLocalStorage<{ isOpen: boolean }>();
let isInstalled = false;

/** Applies to the whole process. */
export function refuseQueriesBesideTransactions(): void {
  if (isInstalled) return;
  isInstalled = true;
  watch('transaction');
  watch('bulkTransaction');
  const connect: (...given: unknown[]) => unknown = pg.Pool.prototype.connect;
  Object.assign(pg.Pool.prototype, {
    connect(...given: unknown[]) {
      if (openTransaction.getStore()?.isOpen)
        throw new Error('Query outside the open transaction: use the connection of the transaction.');
      return connect.apply(this, given);
    },
  });
}

function watch(name: 'transaction' | 'bulkTransaction'): void {
  const original = Database.prototype[name] as (work: Work) => Promise<unknown>;
  const watched = function (this: Database, work: Work) {
    return original.call(this, async (tx) => {
      const state = { isOpen: true };
      try {
        return await openTransaction.run(state, () => work(tx));
      } finally {
        // Code that outlives the transaction may query again.
        state.isOpen = false;
      }
    });
  };
  Object.assign(Database.prototype, { [name]: watched });
}
