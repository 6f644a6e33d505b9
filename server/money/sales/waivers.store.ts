import { eq } from 'drizzle-orm';
import type { Database, Orm } from '../../platform/db.ts';
import type { Waiver, WaiverText } from '../../protocol/pricing.ts';
import { ticketWaivers } from './tickets.schema.ts';

export class WaiversStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Stores the exact words, not only their version. */
  async insert(tx: Orm, ticket: string, waiver: WaiverText, acceptedAt: string): Promise<void> {
    await tx.insert(ticketWaivers).values({ ticket, ...waiver, acceptedAt });
  }

  async find(ticket: string): Promise<Waiver | undefined> {
    const [row] = await this.#orm.select().from(ticketWaivers).where(eq(ticketWaivers.ticket, ticket));
    if (!row) return undefined;
    const { textVersion, language, text } = row;
    return { textVersion, language, text, acceptedAt: new Date(row.acceptedAt).toISOString() };
  }
}
