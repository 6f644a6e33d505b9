/** The interfaces to read and write the store. */
import type { Collection, Records } from './records.ts';

/** Fields by which records are found by index; an undefined one does not filter. */
export type Where = Readonly<Record<string, string | undefined>>;

/** Reads, inside a transaction or outside. */
export interface Reader {
  get<C extends Collection>(collection: C, id: string): Readonly<Records[C]> | undefined;
  /** Newest first; with `where`, those whose fields hold the given ids. The first field must be in `INDEXES`. */
  newestFirst<C extends Collection>(collection: C, where?: Where): Iterable<Readonly<Records[C]>>;
}

export interface Transaction extends Reader {
  put<C extends Collection>(collection: C, id: string, record: Records[C]): void;
  remove(collection: Collection, id: string): void;
}
