/** The records of one collection: by id, in order of creation, and by the indexed fields. */

type Fields = Readonly<Record<string, unknown>>;
type Where = Readonly<Record<string, string | undefined>>;

export class Table {
  readonly records = new Map<string, object>();
  /** Ids in order of creation; may contain removed records until it is swept. */
  #order: string[] = [];
  readonly #indexes: ReadonlyMap<string, Map<string, Set<string>>>;

  constructor(indexedFields: readonly string[]) {
    this.#indexes = new Map(indexedFields.map((field) => [field, new Map()]));
  }

  put(id: string, record: object): void {
    const before = this.records.get(id);
    if (before === undefined) this.#order.push(id);
    this.records.set(id, record);
    for (const [field, index] of this.#indexes) {
      const [old, value] = [before && referenceIn(before, field), referenceIn(record, field)];
      if (old === value) continue;
      if (old !== undefined) unlink(index, old, id);
      if (value === undefined) continue;
      const ids = index.get(value);
      if (ids === undefined) index.set(value, new Set([id]));
      else ids.add(id);
    }
  }

  remove(id: string): void {
    const record = this.records.get(id);
    if (record === undefined) return;
    this.records.delete(id);
    for (const [field, index] of this.#indexes) {
      const value = referenceIn(record, field);
      if (value !== undefined) unlink(index, value, id);
    }
    if (this.#order.length >= 2 * this.records.size + 64) {
      this.#order = this.#order.filter((known) => this.records.has(known));
    }
  }

  *newestFirst(where: Where): Iterable<object> {
    const wanted = Object.entries(where).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const [narrow] = wanted;
    const ids = narrow === undefined ? this.#order : [...(this.#indexOf(narrow[0]).get(narrow[1]) ?? [])];
    for (let index = ids.length - 1; index >= 0; index -= 1) {
      const record = this.records.get(ids[index] ?? '');
      if (record !== undefined && matches(record, wanted)) yield record;
    }
  }

  *oldestFirst(): Iterable<[string, object]> {
    for (const id of this.#order) {
      const record = this.records.get(id);
      if (record !== undefined) yield [id, record];
    }
  }

  #indexOf(field: string): Map<string, Set<string>> {
    const index = this.#indexes.get(field);
    if (index === undefined) throw new Error(`No index on ${field}: add it to store/records.ts`);
    return index;
  }
}

export function matches(record: object, wanted: readonly (readonly [string, string | undefined])[]): boolean {
  return wanted.every(([field, value]) => value === undefined || referenceIn(record, field) === value);
}

function unlink(index: Map<string, Set<string>>, value: string, id: string): void {
  const ids = index.get(value);
  ids?.delete(id);
  if (ids?.size === 0) index.delete(value);
}

/** The reference in a field: an id, or the id of an embedded object. */
function referenceIn(record: object, field: string): string | undefined {
  const value = (record as Fields)[field];
  if (typeof value === 'string') return value;
  const id = typeof value === 'object' && value !== null ? (value as { id?: unknown }).id : undefined;
  return typeof id === 'string' ? id : undefined;
}
