/**
 * Elects one process per database, by an advisory lock of Postgres. The lock belongs to a connection, so it is released
 * the moment its holder dies. With PGlite there is one process, which leads.
 */
import type { Database, HeldLock } from '../db/db.ts';
import type { Log } from '../log.ts';

const RETRY_MS = 2_000;

export class Leader {
  readonly #db: Database;
  readonly #key: number;
  readonly #log: Log;
  #lock: HeldLock | undefined;
  #timer: NodeJS.Timeout | undefined;
  #trying: Promise<void> | undefined;
  #closed = false;

  private constructor(options: { db: Database; key: number; log: Log }) {
    this.#db = options.db;
    this.#key = options.key;
    this.#log = options.log;
  }

  static async create(options: { db: Database; key: number; log: Log }): Promise<Leader> {
    const leader = new Leader(options);
    await leader.#look();
    leader.#timer = setInterval(() => {
      leader.#trying ??= leader.#look().finally(() => {
        leader.#trying = undefined;
      });
    }, RETRY_MS).unref();
    return leader;
  }

  get isLeader(): boolean {
    return this.#lock?.isHeld ?? false;
  }

  async #look(): Promise<void> {
    try {
      if (this.#lock && (await this.#lock.check())) return;
      this.#lock = this.#closed ? undefined : await this.#db.tryLock(this.#key);
    } catch (error) {
      this.#lock = undefined;
      this.#log.warn({ err: error }, 'leader lock not checked, will retry');
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#trying;
    await this.#lock?.release();
    this.#lock = undefined;
  }
}
