import type { Database, Orm } from '../platform/db/db.ts';
import { and, asc, count, eq, gt, isNull, sql } from '../platform/db/sql.ts';
import type { Lane } from '../platform/jobs/due-rows.ts';
import { webhookAttempts, webhookDeliveries, webhookEndpoints, webhookLanes } from './webhooks.schema.ts';

export type EndpointRow = typeof webhookEndpoints.$inferSelect;

/** Replaced secrets that sign beside the newest one. */
const PREVIOUS_SECRETS = 3;

export class WebhookEndpointsStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Undefined at the limit of endpoints. */
  async insert(row: typeof webhookEndpoints.$inferInsert, max: number): Promise<EndpointRow | undefined> {
    return this.#db.transaction(async (tx) => {
      await tx.execute(sql`lock table webhook_endpoints in share row exclusive mode`);
      const [known] = await tx.select({ n: count() }).from(webhookEndpoints);
      if ((known?.n ?? 0) >= max) return undefined;
      const [inserted] = await tx.insert(webhookEndpoints).values(row).returning();
      return inserted;
    });
  }

  async find(id: string): Promise<EndpointRow | undefined> {
    const [row] = await this.#db.orm.select().from(webhookEndpoints).where(eq(webhookEndpoints.id, id));
    return row;
  }

  list(): Promise<EndpointRow[]> {
    return this.#db.orm
      .select()
      .from(webhookEndpoints)
      .orderBy(asc(webhookEndpoints.createdAt), asc(webhookEndpoints.id));
  }

  listEnabled(tx: Orm = this.#db.orm): Promise<EndpointRow[]> {
    return tx.select().from(webhookEndpoints).where(isNull(webhookEndpoints.disabledAt));
  }

  /** The enabled ones, as lanes of the work on `webhook_lanes`. */
  async listServed(): Promise<Lane[]> {
    return (await this.listEnabled()).map(({ id }) => ({ name: id, where: eq(webhookLanes.endpoint, id) }));
  }

  /**
   * Also keeps the secrets that still sign: an embedder that rotates again, because the answer was lost, has none of
   * the newer ones.
   */
  async rotateSecret(
    id: string,
    { secret, nowIso, previousUntil }: { secret: string; nowIso: string; previousUntil: string },
  ): Promise<EndpointRow | undefined> {
    return this.#db.transaction(async (tx) => {
      const isEndpoint = eq(webhookEndpoints.id, id);
      const [row] = await tx.select().from(webhookEndpoints).where(isEndpoint).for('update');
      if (!row) return undefined;
      const isRotating = Date.parse(row.previousSecretUntil ?? '') > Date.parse(nowIso);
      const previousSecrets = [row.secret, ...(isRotating ? row.previousSecrets : [])];
      // The oldest one stays: an embedder whose answers were lost still uses it.
      if (previousSecrets.length > PREVIOUS_SECRETS) previousSecrets.splice(-2, 1);
      const set = { secret, previousSecrets, previousSecretUntil: previousUntil };
      const [rotated] = await tx.update(webhookEndpoints).set(set).where(isEndpoint).returning();
      return rotated;
    });
  }

  /** True if it was enabled until now. */
  async disable(id: string, reason: NonNullable<EndpointRow['disabledReason']>, at: string): Promise<boolean> {
    const rows = await this.#db.orm
      .update(webhookEndpoints)
      .set({ disabledAt: at, disabledReason: reason })
      .where(and(eq(webhookEndpoints.id, id), isNull(webhookEndpoints.disabledAt)))
      .returning({ id: webhookEndpoints.id });
    return rows.length > 0;
  }

  /** Makes queued deliveries due at once, except lanes due within a lease time: a running delivery may hold those. */
  async enable(id: string, { nowIso, latestLeaseEnd }: { nowIso: string; latestLeaseEnd: string }): Promise<void> {
    await this.#db.transaction(async (tx) => {
      await tx
        .update(webhookEndpoints)
        .set({ disabledAt: null, disabledReason: null, failingSince: null })
        .where(eq(webhookEndpoints.id, id));
      await tx
        .update(webhookLanes)
        .set({ dueAt: nowIso })
        .where(and(eq(webhookLanes.endpoint, id), gt(webhookLanes.dueAt, latestLeaseEnd)));
    });
  }

  async delete(id: string): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      const rows = await tx
        .delete(webhookEndpoints)
        .where(eq(webhookEndpoints.id, id))
        .returning({ id: webhookEndpoints.id });
      const ofEndpoint = tx
        .select({ id: webhookDeliveries.id })
        .from(webhookDeliveries)
        .where(eq(webhookDeliveries.endpoint, id));
      await tx.delete(webhookAttempts).where(sql`${webhookAttempts.delivery} in ${ofEndpoint}`);
      await tx.delete(webhookDeliveries).where(eq(webhookDeliveries.endpoint, id));
      await tx.delete(webhookLanes).where(eq(webhookLanes.endpoint, id));
      return rows.length > 0;
    });
  }

  /** Since when the endpoint has been failing, starting with this failure if it is the first. */
  async markFailing(tx: Orm, id: string, at: string): Promise<string> {
    const [row] = await tx
      .update(webhookEndpoints)
      .set({ failingSince: sql`coalesce(${webhookEndpoints.failingSince}, ${at}::timestamptz)` })
      .where(eq(webhookEndpoints.id, id))
      .returning({ failingSince: webhookEndpoints.failingSince });
    return row?.failingSince ?? at;
  }

  async markWorking(tx: Orm, id: string): Promise<void> {
    await tx
      .update(webhookEndpoints)
      .set({ failingSince: null })
      .where(and(eq(webhookEndpoints.id, id), sql`${webhookEndpoints.failingSince} is not null`));
  }
}
