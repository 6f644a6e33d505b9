import { type Database, isClaimed, type Orm } from '../../platform/db/db.ts';
import { asc, eq, isNotNull, lte, sql } from '../../platform/db/sql.ts';
import { eventListings, providerEvents } from './provider-events.schema.ts';

export type EventRow = typeof providerEvents.$inferSelect;
export type NewEventRow = typeof providerEvents.$inferInsert;

/** Lease of an event that is being processed; longer than the provider's client retries. */
const PROCESSING_LEASE_SECONDS = 40;
const LISTING = 'events';

export class ProviderEventsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Stores unknown events. Returns how many were new. */
  async insert(rows: NewEventRow[]): Promise<number> {
    if (rows.length === 0) return 0;
    const inserted = await this.#orm
      .insert(providerEvents)
      .values(rows)
      .onConflictDoNothing()
      .returning({ id: providerEvents.id });
    return inserted.length;
  }

  async claimDue(nowIso: string, limit: number): Promise<EventRow[]> {
    const due = this.#orm
      .select({ id: providerEvents.id })
      .from(providerEvents)
      .where(lte(providerEvents.nextAttemptAt, nowIso))
      .orderBy(asc(providerEvents.nextAttemptAt))
      .limit(limit)
      .for('update', { skipLocked: true });
    return this.#orm
      .update(providerEvents)
      .set({
        attempts: sql`${providerEvents.attempts} + 1`,
        nextAttemptAt: sql`${nowIso}::timestamptz + interval '1 second' * ${PROCESSING_LEASE_SECONDS}`,
      })
      .where(isClaimed(providerEvents.id, due))
      .returning();
  }

  async markProcessed(id: string, at: string): Promise<void> {
    await this.#orm
      .update(providerEvents)
      .set({ processedAt: at, nextAttemptAt: null, error: null })
      .where(eq(providerEvents.id, id));
  }

  async markFault(id: string, error: string, nextAttemptAt: string): Promise<void> {
    await this.#orm.update(providerEvents).set({ error, nextAttemptAt }).where(eq(providerEvents.id, id));
  }

  async makeUnprocessedDue(nowIso: string): Promise<void> {
    await this.#orm
      .update(providerEvents)
      .set({ nextAttemptAt: nowIso })
      .where(isNotNull(providerEvents.nextAttemptAt));
  }

  /** Up to when the provider's events have been listed; undefined in a new house. */
  async findListedUntilMs(): Promise<number | undefined> {
    const [row] = await this.#orm.select().from(eventListings).where(eq(eventListings.id, LISTING));
    return row && Date.parse(row.listedUntil);
  }

  /** Never moves backwards, because two processes may list concurrently. */
  async noteListed(untilIso: string): Promise<void> {
    await this.#orm
      .insert(eventListings)
      .values({ id: LISTING, listedUntil: untilIso })
      .onConflictDoUpdate({
        target: eventListings.id,
        set: { listedUntil: sql`greatest(${eventListings.listedUntil}, ${untilIso}::timestamptz)` },
      });
  }
}
