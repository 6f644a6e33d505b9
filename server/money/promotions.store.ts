import { and, asc, eq, isNull, lte, ne, sql } from 'drizzle-orm';
import type { Database, Orm } from '../platform/db.ts';
import type { Promotion } from '../protocol/pricing.ts';
import { promotions } from './promotions.schema.ts';

export type PromotionRow = typeof promotions.$inferSelect;
export const ONE_PROMOTION_A_KEY = 'promotions_idempotency_key_unique';

export class PromotionsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insert(tx: Orm, row: typeof promotions.$inferInsert): Promise<PromotionRow> {
    const [inserted] = await tx.insert(promotions).values(row).returning();
    return inserted as PromotionRow;
  }

  async find(id: string): Promise<PromotionRow | undefined> {
    const [row] = await this.#orm.select().from(promotions).where(eq(promotions.id, id));
    return row;
  }

  async findByKey(idempotencyKey: string): Promise<PromotionRow | undefined> {
    const [row] = await this.#orm.select().from(promotions).where(eq(promotions.idempotencyKey, idempotencyKey));
    return row;
  }

  /** Grants whose time has run out, the oldest first. */
  async listDue(nowIso: string, limit: number): Promise<PromotionRow[]> {
    return this.#orm
      .select()
      .from(promotions)
      .where(and(isNull(promotions.expiredAt), lte(promotions.expiresAt, nowIso)))
      .orderBy(asc(promotions.expiresAt))
      .limit(limit);
  }

  /** What a fan's other grants amount to that have not run out. */
  async sumOthers(tx: Orm, { id, identity }: PromotionRow): Promise<number> {
    const [row] = await tx
      .select({ sum: sql<string>`coalesce(sum(${promotions.amountMinor}), 0)` })
      .from(promotions)
      .where(and(eq(promotions.identity, identity), ne(promotions.id, id), isNull(promotions.expiredAt)));
    return Number(row?.sum ?? 0);
  }

  /** False when another process has done it. */
  async markExpired(tx: Orm, id: string, expired: { at: string; amountMinor: number }): Promise<boolean> {
    const rows = await tx
      .update(promotions)
      .set({ expiredAt: expired.at, expiredMinor: expired.amountMinor })
      .where(and(eq(promotions.id, id), isNull(promotions.expiredAt)))
      .returning({ id: promotions.id });
    return rows.length > 0;
  }
}

const iso = (time: string | null) => (time === null ? null : new Date(time).toISOString());

export function toPromotion(row: PromotionRow): Promotion {
  const { id, identity, amountMinor, currency, reason } = row;
  return {
    id,
    identity,
    amountMinor,
    currency,
    reason,
    expiresAt: iso(row.expiresAt),
    expiredAt: iso(row.expiredAt),
    createdAt: iso(row.createdAt) ?? '',
  };
}
