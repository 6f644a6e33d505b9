import type { Database, Orm } from '../platform/db/db.ts';
import { and, count, desc, eq, gt, isNull, or, sql } from '../platform/db/sql.ts';
import { apiKeys } from './accounts.schema.ts';

export type ApiKeyRow = typeof apiKeys.$inferSelect;

export class ApiKeysStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Undefined at the limit of live keys. */
  async insert(row: typeof apiKeys.$inferInsert, max: number): Promise<ApiKeyRow | undefined> {
    return this.#db.transaction(async (tx) => {
      await tx.execute(sql`lock table api_keys in share row exclusive mode`);
      const [live] = await tx.select({ n: count() }).from(apiKeys).where(isLive(row.createdAt));
      if ((live?.n ?? 0) >= max) return undefined;
      const [inserted] = await tx.insert(apiKeys).values(row).returning();
      return inserted;
    });
  }

  listLive(at: string): Promise<ApiKeyRow[]> {
    return this.#db.orm.select().from(apiKeys).where(isLive(at));
  }

  /** Live ones first, then the newest. */
  list(at: string, limit: number): Promise<ApiKeyRow[]> {
    return this.#db.orm
      .select()
      .from(apiKeys)
      .orderBy(desc(sql`${isLive(at)}`), desc(apiKeys.createdAt), desc(apiKeys.id))
      .limit(limit);
  }

  async revoke(id: string, at: string): Promise<ApiKeyRow | undefined> {
    const orm: Orm = this.#db.orm;
    await orm
      .update(apiKeys)
      .set({ revokedAt: at })
      .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)));
    const [row] = await orm.select().from(apiKeys).where(eq(apiKeys.id, id));
    return row;
  }

  async noteUses(uses: { id: string; at: string }[]): Promise<void> {
    await this.#db.bulk(
      `update api_keys set last_used_at = greatest(last_used_at, used.at)
        from unnest($1::text[], $2::timestamptz[]) as used (id, at) where api_keys.id = used.id`,
      [uses.map(({ id }) => id), uses.map(({ at }) => at)],
    );
  }
}

function isLive(at: string) {
  return and(isNull(apiKeys.revokedAt), or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, at)));
}
