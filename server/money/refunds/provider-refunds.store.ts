import { and, eq, isNull } from 'drizzle-orm';
import type { Orm } from '../../platform/db/db.ts';
import { providerRefunds } from './refunds.schema.ts';

type ProviderRefundRow = typeof providerRefunds.$inferSelect;

export class ProviderRefundsStore {
  /** True when it was not known before. */
  async insert(tx: Orm, row: typeof providerRefunds.$inferInsert): Promise<boolean> {
    const rows = await tx
      .insert(providerRefunds)
      .values(row)
      .onConflictDoNothing()
      .returning({ id: providerRefunds.providerRefund });
    return rows.length > 0;
  }

  async isKnown(tx: Orm, providerRefund: string): Promise<boolean> {
    const rows = await tx
      .select({ id: providerRefunds.providerRefund })
      .from(providerRefunds)
      .where(eq(providerRefunds.providerRefund, providerRefund));
    return rows.length > 0;
  }

  async setParts(tx: Orm, providerRefund: string, parts: { settledMinor: number; lossMinor: number }): Promise<void> {
    await tx.update(providerRefunds).set(parts).where(eq(providerRefunds.providerRefund, providerRefund));
  }

  /** The bank returned the money. Returns the row from before; undefined if it was returned before. */
  async markReturned(tx: Orm, providerRefund: string, at: string): Promise<ProviderRefundRow | undefined> {
    const isOut = and(eq(providerRefunds.providerRefund, providerRefund), isNull(providerRefunds.returnedAt));
    const [before] = await tx.select().from(providerRefunds).where(isOut).for('update');
    if (before) await tx.update(providerRefunds).set({ returnedAt: at, settledMinor: 0, lossMinor: 0 }).where(isOut);
    return before;
  }
}
