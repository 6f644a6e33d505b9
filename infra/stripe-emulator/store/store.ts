/**
 * The emulator's state in memory, changed only by transactions: all changes of one are journaled and then visible
 * together, or none is. Transactions are synchronous, so that no two interleave.
 */
import { Draft } from './draft.ts';
import { freeze } from './freeze.ts';
import { type Change, Journal } from './journal.ts';
import type { Reader, Transaction, Where } from './reader.ts';
import { type Collection, INDEXES, type Records } from './records.ts';
import { Table } from './table.ts';

/** The limit of records: it is meant for tests of one deployment, not for years of traffic. */
const RECORDS_MAX = 4_000_000;

export class Store implements Reader {
  readonly #tables = new Map<string, Table>();
  readonly #journal: Journal | undefined;
  #isInTransaction = false;
  #size = 0;

  private constructor(dataFile: string | undefined) {
    if (dataFile !== undefined) {
      this.#journal = Journal.create(dataFile, (changes) => {
        for (const change of changes) this.#apply(change);
        return this.#everything();
      });
    }
  }

  static create(dataFile: string | undefined): Store {
    return new Store(dataFile);
  }

  get<C extends Collection>(collection: C, id: string): Readonly<Records[C]> | undefined {
    return this.#tables.get(collection)?.records.get(id) as Records[C] | undefined;
  }

  newestFirst<C extends Collection>(collection: C, where: Where = {}): Iterable<Readonly<Records[C]>> {
    const table = this.#tables.get(collection);
    return (table === undefined ? [] : table.newestFirst(where)) as Iterable<Readonly<Records[C]>>;
  }

  /** With their ids, in the order of creation. */
  oldestFirst<C extends Collection>(collection: C): Iterable<[string, Readonly<Records[C]>]> {
    return (this.#tables.get(collection)?.oldestFirst() ?? []) as Iterable<[string, Readonly<Records[C]>]>;
  }

  /** The collection's name on each account: `events`, `events@acct_1`, and so on. */
  partitionsOf<C extends Collection>(collection: C): C[] {
    return [...this.#tables.keys()].filter((name) => name.split('@')[0] === collection) as C[];
  }

  transact<T>(work: (transaction: Transaction) => T): T {
    if (this.#isInTransaction) throw new Error('Transactions do not nest');
    this.#isInTransaction = true;
    try {
      const draft = new Draft(this);
      const result = work(draft);
      const changes = draft.changes();
      if (this.#size + changes.length > RECORDS_MAX) throw new Error(`The emulator is full: ${RECORDS_MAX} records`);
      if (changes.length > 0) this.#journal?.append(changes);
      for (const change of changes) this.#apply(change);
      if (this.#journal?.isOverdue) this.#journal.compact(this.#everything());
      return result;
    } finally {
      this.#isInTransaction = false;
    }
  }

  close(): void {
    this.#journal?.close();
  }

  #apply([collection, id, record]: Change): void {
    const table = this.#tableOf(collection);
    this.#size -= table.records.size;
    if (record === null) table.remove(id);
    else table.put(id, freeze(record));
    this.#size += table.records.size;
  }

  *#everything(): Iterable<Change> {
    for (const [collection, table] of this.#tables) {
      for (const [id, record] of table.oldestFirst()) yield [collection, id, record];
    }
  }

  #tableOf(collection: string): Table {
    const known = this.#tables.get(collection);
    if (known !== undefined) return known;
    const table = new Table(INDEXES[(collection.split('@')[0] ?? '') as Collection] ?? []);
    this.#tables.set(collection, table);
    return table;
  }
}
