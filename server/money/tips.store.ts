import { and, eq } from 'drizzle-orm';
import type { Database, Orm } from '../platform/db.ts';
import type { RoomId, TipId } from '../protocol/ids.ts';
import type { Tip } from '../protocol/money.ts';
import { tips } from './money.schema.ts';

export type TipRow = typeof tips.$inferSelect;

/** Name of the unique index that makes one tip of one key. */
export const ONE_TIP_A_KEY = 'tips_idempotency';

export class TipsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insert(tx: Orm, row: TipRow): Promise<void> {
    await tx.insert(tips).values(row);
  }

  async find(id: string, tx: Orm = this.#orm): Promise<TipRow | undefined> {
    const [row] = await tx.select().from(tips).where(eq(tips.id, id));
    return row;
  }

  async findByKey(key: { room: string; identity: string; idempotencyKey: string }): Promise<TipRow | undefined> {
    const [row] = await this.#orm
      .select()
      .from(tips)
      .where(
        and(eq(tips.room, key.room), eq(tips.identity, key.identity), eq(tips.idempotencyKey, key.idempotencyKey)),
      );
    return row;
  }

  /** Undefined when it was refunded before. */
  async markRefunded(tx: Orm, id: string): Promise<TipRow | undefined> {
    const [row] = await tx
      .update(tips)
      .set({ status: 'refunded' })
      .where(and(eq(tips.id, id), eq(tips.status, 'settled')))
      .returning();
    return row;
  }
}

export function toTip(row: TipRow): Tip {
  return {
    id: row.id as TipId,
    room: row.room as RoomId,
    from: { identity: row.identity, name: row.name, role: row.role },
    amountMinor: row.amountMinor,
    currency: row.currency,
    message: row.message,
    sentAt: new Date(row.sentAt).toISOString(),
  };
}
