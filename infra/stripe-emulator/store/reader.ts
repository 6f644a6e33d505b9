/** Reading and writing what the emulator keeps, as everyone but the store itself sees it. */
import type { Collection, Records } from './records.ts';

/** Fields by which records are found without looking at all of them; one that is undefined doesn't narrow. */
export type Where = Readonly<Record<string, string | undefined>>;

/** Reading, inside a transaction or outside. */
export interface Reader {
  get<C extends Collection>(collection: C, id: string): Readonly<Records[C]> | undefined;
  /** Newest first; with `where`, those whose fields hold the given ids. The first field must be in `INDEXES`. */
  newestFirst<C extends Collection>(collection: C, where?: Where): Iterable<Readonly<Records[C]>>;
}

export interface Transaction extends Reader {
  put<C extends Collection>(collection: C, id: string, record: Records[C]): void;
  remove(collection: Collection, id: string): void;
}
