import type { Database, Orm } from '../../platform/db/db.ts';
import { eq, sql } from '../../platform/db/sql.ts';
import { NOT_DUE } from '../../platform/jobs/due-rows.ts';
import { eventListings, providerEvents } from './provider-events.schema.ts';

export type EventRow = typeof providerEvents.$inferSelect;
export type NewEventRow = typeof providerEvents.$inferInsert;

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

  async markProcessed(id: string, at: string): Promise<void> {
    await this.#orm
      .update(providerEvents)
      .set({ processedAt: at, ...NOT_DUE })
      .where(eq(providerEvents.id, id));
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
