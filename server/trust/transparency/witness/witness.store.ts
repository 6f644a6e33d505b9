/**
 * What a witness knows: the latest checkpoint of each log that it cosigned, a row a log, in one SQLite file. With its
 * rollback journal the file alone is the whole state.
 */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** How long a second process waits for the first. */
const LOCK_WAIT_MS = 2_000;

export interface KnownTree {
  readonly size: number;
  readonly root: Buffer;
}

export class WitnessStore {
  readonly #db: DatabaseSync;

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  static exists(file: string): boolean {
    return existsSync(file);
  }

  static open(file: string): WitnessStore {
    const db = new DatabaseSync(file, { timeout: LOCK_WAIT_MS });
    // EXTRA also syncs the folder after the journal is deleted: a commit survives a power failure.
    db.exec('pragma journal_mode = delete; pragma synchronous = extra');
    db.exec(
      'create table if not exists logs (origin text primary key, size integer not null, root blob not null) strict',
    );
    return new WitnessStore(db);
  }

  /** Takes the write lock before `run` reads, also against other processes. It is durable when this returns. */
  transaction<T>(run: () => T): T {
    this.#db.exec('begin immediate');
    try {
      const result = run();
      this.#db.exec('commit');
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('rollback');
      throw error;
    }
  }

  find(origin: string): KnownTree | undefined {
    const row = this.#db.prepare('select size, root from logs where origin = ?').get(origin);
    return row && { size: Number(row.size), root: Buffer.from(row.root as Uint8Array) };
  }

  save(origin: string, { size, root }: KnownTree): void {
    this.#db
      .prepare('insert into logs values (?, ?, ?) on conflict do update set size = excluded.size, root = excluded.root')
      .run(origin, size, root);
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }
}
