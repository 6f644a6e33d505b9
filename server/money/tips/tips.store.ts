import { and, eq } from 'drizzle-orm';
import type { Database, Orm } from '../../platform/db.ts';
import type { RoomId, TipId } from '../../protocol/ids.ts';
import type { Tip } from '../../protocol/money.ts';
import { tips } from './tips.schema.ts';

export type TipRow = Omit<typeof tips.$inferSelect, 'terms'> & { terms?: string | null };

export class TipsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async find(id: string, tx: Orm = this.#orm): Promise<TipRow | undefined> {
    const [row] = await tx.select().from(tips).where(eq(tips.id, id));
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
