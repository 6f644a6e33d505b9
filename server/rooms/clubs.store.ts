import type { Database, Orm } from '../platform/db/db.ts';
import { and, asc, desc, eq, gte, isNull, sql } from '../platform/db/sql.ts';
import { clubEntitlements, clubTiers } from './clubs.schema.ts';
import { rooms } from './rooms.schema.ts';

export type TierRow = typeof clubTiers.$inferSelect;
export type ClubEntitlementRow = typeof clubEntitlements.$inferSelect;

export class ClubsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insertTier(row: typeof clubTiers.$inferInsert): Promise<TierRow> {
    const [inserted] = await this.#orm.insert(clubTiers).values(row).returning();
    return inserted as TierRow;
  }

  async findTier(id: string, tx: Orm = this.#orm): Promise<TierRow | undefined> {
    const [row] = await tx.select().from(clubTiers).where(eq(clubTiers.id, id));
    return row;
  }

  listActiveTiers(creator: string): Promise<TierRow[]> {
    return this.#orm
      .select()
      .from(clubTiers)
      .where(and(eq(clubTiers.creator, creator), eq(clubTiers.isActive, true)))
      .orderBy(asc(clubTiers.rank), asc(clubTiers.id));
  }

  async retireTier(id: string): Promise<TierRow | undefined> {
    const [row] = await this.#orm.update(clubTiers).set({ isActive: false }).where(eq(clubTiers.id, id)).returning();
    return row;
  }

  /** The cheapest tier that opens a room with this minimum rank. */
  async findCheapest(creator: string, minRank: number): Promise<TierRow | undefined> {
    const [row] = await this.#orm
      .select()
      .from(clubTiers)
      .where(and(eq(clubTiers.creator, creator), eq(clubTiers.isActive, true), gte(clubTiers.rank, minRank)))
      .orderBy(asc(clubTiers.priceMinor), asc(clubTiers.rank))
      .limit(1);
    return row;
  }

  /** A person's entitlements at a creator's club, from the newest purchase on; older ones cannot count any more. */
  listEntitlements(creator: string, identity: string): Promise<ClubEntitlementRow[]> {
    return this.#orm
      .select()
      .from(clubEntitlements)
      .where(and(eq(clubEntitlements.creator, creator), eq(clubEntitlements.identity, identity)))
      .orderBy(desc(clubEntitlements.createdAt))
      .limit(20);
  }

  async lockEntitlement(tx: Orm, membership: string): Promise<ClubEntitlementRow | undefined> {
    const [row] = await tx
      .select()
      .from(clubEntitlements)
      .where(eq(clubEntitlements.membership, membership))
      .for('update');
    return row;
  }

  /** One that was revoked is the newest again. */
  async saveEntitlement(tx: Orm, row: Omit<ClubEntitlementRow, 'revokedAt' | 'revokedReason'>): Promise<void> {
    const { rank, validUntil } = row;
    await tx
      .insert(clubEntitlements)
      .values(row)
      .onConflictDoUpdate({
        target: clubEntitlements.membership,
        set: {
          ...{ rank, validUntil, revokedAt: null, revokedReason: null },
          createdAt: sql`case when ${clubEntitlements.revokedAt} is null then ${clubEntitlements.createdAt} else excluded.created_at end`,
        },
      });
  }

  async revokeEntitlement(
    tx: Orm,
    membership: string,
    revocation: { reason: string; at: string },
  ): Promise<ClubEntitlementRow | undefined> {
    const [row] = await tx
      .update(clubEntitlements)
      .set({ revokedAt: revocation.at, revokedReason: revocation.reason })
      .where(and(eq(clubEntitlements.membership, membership), isNull(clubEntitlements.revokedAt)))
      .returning();
    return row;
  }

  async listOpenRooms(tx: Orm, creator: string): Promise<string[]> {
    const rows = await tx
      .select({ id: rooms.id })
      .from(rooms)
      .where(and(eq(rooms.creator, creator), eq(rooms.accessKind, 'members'), isNull(rooms.endedAt)));
    return rows.map((row) => row.id);
  }
}
