/** The uncommitted changes of one transaction. */
import { freeze } from './freeze.ts';
import type { Change } from './journal.ts';
import type { Reader, Transaction, Where } from './reader.ts';
import type { Collection, Records } from './records.ts';
import { matches } from './table.ts';

export class Draft implements Transaction {
  readonly #store: Reader;
  readonly #changes = new Map<string, Change>();

  constructor(store: Reader) {
    this.#store = store;
  }

  get<C extends Collection>(collection: C, id: string): Readonly<Records[C]> | undefined {
    const change = this.#changes.get(`${collection} ${id}`);
    if (change !== undefined) return (change[2] as Records[C] | null) ?? undefined;
    return this.#store.get(collection, id);
  }

  *newestFirst<C extends Collection>(collection: C, where: Where = {}): Iterable<Readonly<Records[C]>> {
    const wanted = Object.entries(where);
    const own = [...this.#changes.values()].filter(([name]) => name === collection);
    const changed = new Map(own.map(([, id, record]) => [id, record]));
    const isListed = (id: string): boolean => {
      const before = this.#store.get(collection, id);
      return before !== undefined && matches(before, wanted);
    };
    for (const [, id, record] of own.reverse()) {
      if (record !== null && !isListed(id) && matches(record, wanted)) yield record as Records[C];
    }
    for (const record of this.#store.newestFirst(collection, where)) {
      // By `object`: a direct comparison with all of Stripe's types takes the compiler seconds.
      const id = (record as object as { id?: string }).id ?? '';
      if (!changed.has(id)) yield record;
      else {
        const current = changed.get(id) ?? null;
        if (current !== null && matches(current, wanted)) yield current as Records[C];
      }
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
