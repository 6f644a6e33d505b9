import type { Orm } from '../../platform/db/db.ts';
import { and, asc, eq, gt, inArray, isNull, sql } from '../../platform/db/sql.ts';
import { disputes } from '../disputes/disputes.schema.ts';
import { providerRefunds, refunds } from './refunds.schema.ts';
import type { RefundRow } from './refunds.store.ts';

/** A loss of the house for a payment, by a dispute or a refund made at the provider. */
interface Loss {
  kind: 'dispute' | 'provider_refund';
  id: string;
  lossMinor: number;
}

export class CardDebtsStore {
  /** Locks all refunds to the card of a payment, oldest first. */
  async lockRefunds(tx: Orm, payment: string): Promise<RefundRow[]> {
    return tx
      .select()
      .from(refunds)
      .where(and(eq(refunds.to, 'card'), eq(refunds.payment, payment)))
      .orderBy(asc(refunds.part))
      .for('update');
  }

  async update(tx: Orm, id: string, set: Partial<RefundRow>): Promise<RefundRow> {
    const [row] = await tx.update(refunds).set(set).where(eq(refunds.id, id)).returning();
    return row as RefundRow;
  }

  async listLosses(tx: Orm, payment: string): Promise<Loss[]> {
    const lost = await tx
      .select({ id: disputes.id, lossMinor: disputes.lossMinor })
      .from(disputes)
      .where(and(eq(disputes.sourceId, payment), gt(disputes.lossMinor, 0)))
      .for('update');
    const sent = await tx
      .select({ id: providerRefunds.providerRefund, lossMinor: providerRefunds.lossMinor })
      .from(providerRefunds)
      .where(
        and(
          eq(providerRefunds.sourceId, payment),
          gt(providerRefunds.lossMinor, 0),
          isNull(providerRefunds.returnedAt),
        ),
      )
      .for('update');
    return [
      ...lost.map(({ id, lossMinor }) => ({ kind: 'dispute' as const, id, lossMinor: lossMinor ?? 0 })),
      ...sent.map((row) => ({ kind: 'provider_refund' as const, ...row })),
    ];
  }

  /** Moves a part of a loss to what it has settled of the debt to the card. */
  async settleLoss(tx: Orm, { kind, id }: Loss, amountMinor: number): Promise<void> {
    if (kind === 'dispute') {
      await tx
        .update(disputes)
        .set({
          lossMinor: sql`${disputes.lossMinor} - ${amountMinor}`,
          settledMinor: sql`${disputes.settledMinor} + ${amountMinor}`,
        })
        .where(eq(disputes.id, id));
      return;
    }
    await tx
      .update(providerRefunds)
      .set({
        lossMinor: sql`${providerRefunds.lossMinor} - ${amountMinor}`,
        settledMinor: sql`${providerRefunds.settledMinor} + ${amountMinor}`,
      })
      .where(eq(providerRefunds.providerRefund, id));
  }

  async isDisputed(tx: Orm, payment: string, statuses: ('open' | 'under_review' | 'lost')[]): Promise<boolean> {
    const found = await tx
      .select({ id: disputes.id })
      .from(disputes)
      .where(and(eq(disputes.sourceId, payment), inArray(disputes.status, statuses)))
      .limit(1);
    return found.length > 0;
  }
}
