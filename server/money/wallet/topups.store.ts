import type { Database, Orm } from '../../platform/db/db.ts';
import { and, eq, ne } from '../../platform/db/sql.ts';
import { topups } from './wallet.schema.ts';

/** Unique index: a key of a person belongs to one top-up. */
export const ONE_TOPUP_OF_KEY = 'topups_idempotency';

export type Topup = typeof topups.$inferSelect;

export class TopupsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insert(
    tx: Orm,
    row: Omit<Topup, 'status' | 'settledAt' | 'idempotencyKey'> & { idempotencyKey?: string },
  ): Promise<void> {
    await tx.insert(topups).values({ ...row, status: 'pending' });
  }

  async find(id: string): Promise<Topup | undefined> {
    const [row] = await this.#orm.select().from(topups).where(eq(topups.id, id));
    return row;
  }

  async findByKey(identity: string, idempotencyKey: string): Promise<Topup | undefined> {
    const [row] = await this.#orm
      .select()
      .from(topups)
      .where(and(eq(topups.identity, identity), eq(topups.idempotencyKey, idempotencyKey)));
    return row;
  }

  /** Also settles an expired top-up, whose payment arrived late. */
  async markSettled(tx: Orm, id: string, at: string): Promise<void> {
    await tx
      .update(topups)
      .set({ status: 'settled', settledAt: at })
      .where(and(eq(topups.id, id), ne(topups.status, 'settled')));
  }

  async markExpired(tx: Orm, id: string): Promise<void> {
    await tx
      .update(topups)
      .set({ status: 'expired' })
      .where(and(eq(topups.id, id), eq(topups.status, 'pending')));
  }
}
