import { iso, isoOrNull } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { and, asc, eq, isNull, lte, sql } from '../../platform/db/sql.ts';
import type { Promotion } from '../../protocol/money/pricing.ts';
import { ledgerAccounts, ledgerEntries, ledgerTransactions } from '../ledger/ledger.schema.ts';
import type { PromoEntry, PromoGrant } from './promo-grants.ts';
import { promotions } from './wallet.schema.ts';

export type PromotionRow = typeof promotions.$inferSelect;
export const ONE_PROMOTION_A_KEY = 'promotions_idempotency_key_unique';

export class PromotionsStore {
  readonly #orm: Orm;

  constructor(db: Pick<Database, 'orm'>) {
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

  /** Expired grants, oldest first. */
  async listDue(nowIso: string, limit: number): Promise<PromotionRow[]> {
    return this.#orm
      .select()
      .from(promotions)
      .where(and(isNull(promotions.expiredAt), lte(promotions.expiresAt, nowIso)))
      .orderBy(asc(promotions.expiresAt))
      .limit(limit);
  }

  async listGrants(tx: Orm, identity: string): Promise<(PromoGrant & { isExpired: boolean })[]> {
    const rows = await tx.select().from(promotions).where(eq(promotions.identity, identity));
    return rows.map(({ id, expiresAt, expiredAt }) => ({
      id,
      expiresAtMs: expiresAt === null ? null : Date.parse(expiresAt),
      isExpired: expiredAt !== null,
    }));
  }

  /** All entries of a fan's promotional account. */
  listEntries(tx: Orm, account: string): Promise<PromoEntry[]> {
    const isOfGrant = sql`${ledgerTransactions.kind} in ('promotion', 'promotion_expired')`;
    return tx
      .select({
        transaction: ledgerTransactions.id,
        amountMinor: ledgerEntries.amountMinor,
        grant: sql<string | null>`case when ${isOfGrant} then split_part(${ledgerTransactions.sourceId}, ':', 1) end`,
        reverses: ledgerTransactions.reversesId,
      })
      .from(ledgerEntries)
      .innerJoin(ledgerTransactions, eq(ledgerTransactions.id, ledgerEntries.transaction))
      .where(eq(ledgerEntries.account, account))
      .orderBy(asc(ledgerEntries.seq));
  }

  async findHeld(tx: Orm, account: string): Promise<number> {
    const [row] = await tx
      .select({ held: ledgerAccounts.held })
      .from(ledgerAccounts)
      .where(eq(ledgerAccounts.id, account));
    return row?.held ?? 0;
  }

  /** Returns in how many parts the grant has been taken back so far. */
  async markExpired(tx: Orm, id: string, expired: { at: string; amountMinor: number }): Promise<number> {
    const { expiredAt, expiredMinor, expiries } = promotions;
    const [row] = await tx
      .update(promotions)
      .set({
        expiredAt: sql`coalesce(${expiredAt}, ${expired.at})`,
        expiredMinor: sql`coalesce(${expiredMinor}, 0) + ${expired.amountMinor}`,
        expiries: sql`${expiries} + ${expired.amountMinor > 0 ? 1 : 0}`,
      })
      .where(eq(promotions.id, id))
      .returning({ expiries });
    return row?.expiries ?? 0;
  }
}

export function toPromotion(row: PromotionRow): Promotion {
  const { id, identity, amountMinor, currency, reason } = row;
  return {
    id,
    identity,
    amountMinor,
    currency,
    reason,
    expiresAt: isoOrNull(row.expiresAt),
    expiredAt: isoOrNull(row.expiredAt),
    createdAt: iso(row.createdAt),
  };
}
