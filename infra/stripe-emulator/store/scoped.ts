/**
 * The store as one connected account sees it: some collections are its own, `payouts@acct_1` instead of `payouts`, and
 * the rest are the platform's. Ids are unique across accounts, but an account cannot read another's payouts by id.
 */
import type { Reader, Transaction, Where } from './reader.ts';
import type { Collection, Records } from './records.ts';

const OF_ACCOUNTS: ReadonlySet<Collection> = new Set<Collection>([
  'balance_transactions',
  'balances',
  'charges',
  'events',
  'payouts',
  'refunds',
]);

/** The name of an account's own collection; null is the platform. */
export function partitionName<C extends Collection>(collection: C, account: string | null): C {
  return (account === null || !OF_ACCOUNTS.has(collection) ? collection : `${collection}@${account}`) as C;
}

class ScopedReader implements Reader {
  readonly reader: Reader;
  readonly account: string | null;

  constructor(reader: Reader, account: string | null) {
    this.reader = reader;
    this.account = account;
  }

  get<C extends Collection>(collection: C, id: string): Readonly<Records[C]> | undefined {
    return this.reader.get(partitionName(collection, this.account), id);
  }

  newestFirst<C extends Collection>(collection: C, where?: Where): Iterable<Readonly<Records[C]>> {
    return this.reader.newestFirst(partitionName(collection, this.account), where);
  }
}

export class ScopedTransaction extends ScopedReader implements Transaction {
  readonly #transaction: Transaction;

  constructor(transaction: Transaction, account: string | null) {
    super(transaction, account);
    this.#transaction = transaction;
  }

  put<C extends Collection>(collection: C, id: string, record: Records[C]): void {
    this.#transaction.put(partitionName(collection, this.account), id, record);
  }

  remove(collection: Collection, id: string): void {
    this.#transaction.remove(partitionName(collection, this.account), id);
  }

  /** The same transaction on behalf of another account. */
  of(account: string | null): ScopedTransaction {
    return new ScopedTransaction(this.#transaction, account);
  }
}
