/** This gateway's sign of life in the database, by the database's own clock: others give up what a silent gateway held. */
import { sql } from 'drizzle-orm';
import type { Database } from './db.ts';
import { gateways } from './gateways.schema.ts';
import type { Log } from './log.ts';
import { PeriodicJob } from './periodic-job.ts';

const BEAT_MS = 5_000;
/** Rows of gateways that were silent for so long are deleted. */
const FORGOTTEN = sql`now() - interval '1 day'`;

export class GatewayLease {
  readonly #db: Database;
  readonly #id: string;
  readonly #job: PeriodicJob;

  private constructor(options: { db: Database; id: string; log: Log }) {
    this.#db = options.db;
    this.#id = options.id;
    this.#job = new PeriodicJob({
      name: 'gateway lease',
      everyMs: BEAT_MS,
      log: options.log,
      run: async () => {
        await this.#beat();
        return false;
      },
    });
  }

  static async create(options: { db: Database; id: string; log: Log }): Promise<GatewayLease> {
    const lease = new GatewayLease(options);
    await lease.#beat();
    await options.db.orm.delete(gateways).where(sql`${gateways.seenAt} < ${FORGOTTEN}`);
    lease.#job.start();
    return lease;
  }

  async #beat(): Promise<void> {
    await this.#db.orm
      .insert(gateways)
      .values({ id: this.#id })
      .onConflictDoUpdate({ target: gateways.id, set: { seenAt: sql`now()` } });
  }

  async close(): Promise<void> {
    await this.#job.close();
    await this.#db.orm.delete(gateways).where(sql`${gateways.id} = ${this.#id}`);
  }
}
