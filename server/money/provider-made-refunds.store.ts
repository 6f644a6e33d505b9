import { and, eq, isNull } from 'drizzle-orm';
import type { Database, Orm } from '../platform/db.ts';
import { providerMadeRefunds } from './payouts.schema.ts';

export class ProviderMadeRefundsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** True when it was not known before. */
  async insert(tx: Orm, row: typeof providerMadeRefunds.$inferInsert): Promise<boolean> {
    const rows = await tx
      .insert(providerMadeRefunds)
      .values(row)
      .onConflictDoNothing()
      .returning({ id: providerMadeRefunds.providerRefund });
    return rows.length > 0;
  }

  async setLoss(tx: Orm, providerRefund: string, lossMinor: number): Promise<void> {
    await tx
      .update(providerMadeRefunds)
      .set({ lossMinor })
      .where(eq(providerMadeRefunds.providerRefund, providerRefund));
  }

  /** True when this call marked it: the bank sent the money back. */
  async markReturned(tx: Orm, providerRefund: string, at: string): Promise<boolean> {
    const rows = await tx
      .update(providerMadeRefunds)
      .set({ returnedAt: at })
      .where(and(eq(providerMadeRefunds.providerRefund, providerRefund), isNull(providerMadeRefunds.returnedAt)))
      .returning({ id: providerMadeRefunds.providerRefund });
    return rows.length > 0;
  }

  async find(providerRefund: string): Promise<typeof providerMadeRefunds.$inferSelect | undefined> {
    const [row] = await this.#orm
      .select()
      .from(providerMadeRefunds)
      .where(eq(providerMadeRefunds.providerRefund, providerRefund));
    return row;
  }
}
