import type { Orm } from '../../platform/db/db.ts';
import { and, eq, isNotNull, isNull, sql } from '../../platform/db/sql.ts';
import { createId, type RoomId } from '../../protocol/ids.ts';
import { type EntitlementSource, entitlements } from '../rooms.schema.ts';

/** What an entitlement comes from; there is one of each source. */
export interface EntitlementKey {
  source: EntitlementSource;
  sourceId: string;
}

export interface NewEntitlement extends EntitlementKey {
  room: RoomId;
  identity: string;
  validUntil?: string;
}

export class EntitlementsStore {
  /** Idempotent by source. */
  async insert(tx: Orm, entry: NewEntitlement): Promise<void> {
    await tx
      .insert(entitlements)
      .values({ id: createId('entitlement'), ...entry })
      .onConflictDoNothing({ target: [entitlements.source, entitlements.sourceId] });
  }

  /** Inserts an entitlement, or restores a revoked one as the latest one. True if it was not valid before. */
  async restore(tx: Orm, entry: NewEntitlement): Promise<boolean> {
    const rows = await tx
      .insert(entitlements)
      .values({ id: createId('entitlement'), ...entry })
      .onConflictDoUpdate({
        target: [entitlements.source, entitlements.sourceId],
        set: { revokedAt: null, revokedReason: null, createdAt: sql`now()` },
        setWhere: isNotNull(entitlements.revokedAt),
      })
      .returning({ id: entitlements.id });
    return rows.length > 0;
  }

  async isUsed(orm: Orm, { source, sourceId }: EntitlementKey): Promise<boolean> {
    const isOf = and(eq(entitlements.source, source), eq(entitlements.sourceId, sourceId));
    return (await orm.$count(entitlements, and(isOf, isNotNull(entitlements.usedAt)))) > 0;
  }

  async extend(tx: Orm, key: EntitlementKey, validUntil: string): Promise<void> {
    await tx.update(entitlements).set({ validUntil }).where(isUnrevoked(key));
  }

  /** The holder, unless it was revoked before. */
  async revoke(tx: Orm, key: EntitlementKey, reason: string): Promise<{ room: string; identity: string } | undefined> {
    const [holder] = await tx
      .update(entitlements)
      .set({ revokedAt: sql`now()`, revokedReason: reason })
      .where(isUnrevoked(key))
      .returning({ room: entitlements.room, identity: entitlements.identity });
    return holder;
  }
}

function isUnrevoked({ source, sourceId }: EntitlementKey) {
  return and(eq(entitlements.source, source), eq(entitlements.sourceId, sourceId), isNull(entitlements.revokedAt));
}
