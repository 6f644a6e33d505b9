/**
 * Everything the emulator knows, in memory, changed only by transactions: all of one's changes are journaled and then
 * seen together, or none is. Transactions are synchronous, so that no two ever interleave.
 */
import { type Change, Journal } from './journal.ts';
import { COLLECTIONS, type Collection, type Records } from './records.ts';

/** Past this the emulator refuses to grow: it is meant for one deployment's tests, not for years of traffic. */
const RECORDS_MAX = 2_000_000;

interface Table {
  readonly records: Map<string, object>;
  /** Ids in the order of creation, for lists; may name records that are gone until it is swept. */
  order: string[];
}

/** Reading, inside a transaction or outside. */
export interface Reader {
  get<C extends Collection>(collection: C, id: string): Readonly<Records[C]> | undefined;
  /** Newest first. */
  newestFirst<C extends Collection>(collection: C): Iterable<Readonly<Records[C]>>;
}

export interface Transaction extends Reader {
  put<C extends Collection>(collection: C, id: string, record: Records[C]): void;
  remove(collection: Collection, id: string): void;
}

export class Store implements Reader {
  readonly #tables = new Map<Collection, Table>(COLLECTIONS.map((name) => [name, { records: new Map(), order: [] }]));
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
    return this.#table(collection).records.get(id) as Records[C] | undefined;
  }

  *newestFirst<C extends Collection>(collection: C): Iterable<Readonly<Records[C]>> {
    const { records, order } = this.#table(collection);
    for (let index = order.length - 1; index >= 0; index -= 1) {
      const record = records.get(order[index] ?? '');
      if (record !== undefined) yield record as Records[C];
    }
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
    const table = this.#table(collection as Collection);
    if (record === null) {
      if (table.records.delete(id)) this.#size -= 1;
      this.#sweep(table);
      return;
    }
    if (!table.records.has(id)) {
      table.order.push(id);
      this.#size += 1;
    }
    table.records.set(id, freeze(record));
  }

  #sweep(table: Table): void {
    if (table.order.length < 2 * table.records.size + 64) return;
    table.order = table.order.filter((id) => table.records.has(id));
  }

  *#everything(): Iterable<Change> {
    for (const [collection, { records, order }] of this.#tables) {
      for (const id of order) {
        const record = records.get(id);
        if (record !== undefined) yield [collection, id, record];
      }
    }
  }

  #table(collection: Collection): Table {
    const table = this.#tables.get(collection);
    if (table === undefined) throw new Error(`No collection ${collection}`);
    return table;
  }
}

/** The changes of one transaction, seen by itself only. */
class Draft implements Transaction {
  readonly #store: Store;
  readonly #changes = new Map<string, Change>();

  constructor(store: Store) {
    this.#store = store;
  }

  get<C extends Collection>(collection: C, id: string): Readonly<Records[C]> | undefined {
    const change = this.#changes.get(`${collection} ${id}`);
    if (change !== undefined) return (change[2] as Records[C] | null) ?? undefined;
    return this.#store.get(collection, id);
  }

  *newestFirst<C extends Collection>(collection: C): Iterable<Readonly<Records[C]>> {
    const own = [...this.#changes.values()].filter(([name]) => name === collection).reverse();
    for (const [, id, record] of own) {
      if (record !== null && this.#store.get(collection, id) === undefined) yield record as Records[C];
    }
    for (const record of this.#store.newestFirst(collection)) {
      const id = (record as { id?: string }).id;
      const change = id === undefined ? undefined : this.#changes.get(`${collection} ${id}`);
      if (change === undefined) yield record;
      else if (change[2] !== null) yield change[2] as Records[C];
    }
  }

  put<C extends Collection>(collection: C, id: string, record: Records[C]): void {
    this.#changes.set(`${collection} ${id}`, [collection, id, freeze(record)]);
  }

  remove(collection: Collection, id: string): void {
    this.#changes.set(`${collection} ${id}`, [collection, id, null]);
  }

  changes(): Change[] {
    return [...this.#changes.values()];
  }
}

/** A record that someone holds never changes under their hands. */
function freeze<T extends object>(record: T): T {
  if (Object.isFrozen(record)) return record;
  Object.freeze(record);
  for (const value of Object.values(record)) if (typeof value === 'object' && value !== null) freeze(value);
  return record;
}
