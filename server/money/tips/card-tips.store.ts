import { and, eq, ne } from 'drizzle-orm';
import type { Database, Orm } from '../../platform/db.ts';
import { cardTips, tips } from './tips.schema.ts';
import type { TipRow } from './tips.store.ts';

export type CardTipRow = typeof cardTips.$inferSelect;
export const ONE_CARD_TIP_A_KEY = 'card_tips_idempotency';

export class CardTipsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insert(tx: Orm, row: Omit<CardTipRow, 'status'>): Promise<void> {
    await tx.insert(cardTips).values({ ...row, status: 'pending' });
  }

  async find(id: string): Promise<CardTipRow | undefined> {
    const [row] = await this.#orm.select().from(cardTips).where(eq(cardTips.id, id));
    return row;
  }

  async findByKey(key: Pick<CardTipRow, 'room' | 'identity' | 'idempotencyKey'>): Promise<CardTipRow | undefined> {
    const [row] = await this.#orm
      .select()
      .from(cardTips)
      .where(
        and(
          eq(cardTips.room, key.room),
          eq(cardTips.identity, key.identity),
          eq(cardTips.idempotencyKey, key.idempotencyKey),
        ),
      );
    return row;
  }

  /** The booked tip with this key, from the wallet or by card. */
  async findSent(key: Pick<CardTipRow, 'room' | 'identity' | 'idempotencyKey'>): Promise<{ id: string } | undefined> {
    const [row] = await this.#orm
      .select({ id: tips.id })
      .from(tips)
      .where(
        and(eq(tips.room, key.room), eq(tips.identity, key.identity), eq(tips.idempotencyKey, key.idempotencyKey)),
      );
    return row;
  }

  /** Also accepts an expired one, whose payment arrived late. The tip gets the same id. */
  async settle(tx: Orm, tip: TipRow): Promise<void> {
    await tx.update(cardTips).set({ status: 'settled' }).where(eq(cardTips.id, tip.id));
    await tx.insert(tips).values(tip);
  }

  async markExpired(tx: Orm, id: string): Promise<void> {
    await tx
      .update(cardTips)
      .set({ status: 'expired' })
      .where(and(eq(cardTips.id, id), ne(cardTips.status, 'settled')));
  }
}
