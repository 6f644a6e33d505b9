import { iso } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { and, asc, desc, eq, gt, inArray, isNull, or, sql } from '../../platform/db/sql.ts';
import { NOT_DUE } from '../../platform/jobs/due-rows.ts';
import { ID_PREFIXES, type Id } from '../../protocol/ids.ts';
import type { Refund } from '../../protocol/money/money.ts';
import { providerRefunds, refunds } from './refunds.schema.ts';

export type RefundRow = typeof refunds.$inferSelect;
export type NewRefund = typeof refunds.$inferInsert;
type ProviderRefundRow = typeof providerRefunds.$inferSelect;

/** The reason of a top-up that its payer has given back. */
export const UNSPENT_CREDIT = 'unspent_credit';

/** Unique index: one refund per payment and part. */
export const ONE_REFUND = 'refunds_one';

/** Unique index: a person's key belongs to one refund. */
export const ONE_REFUND_OF_KEY = 'refunds_idempotency';

export class RefundsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insert(tx: Orm, row: NewRefund): Promise<RefundRow> {
    const [inserted] = await tx.insert(refunds).values(row).returning();
    return inserted as RefundRow;
  }

  async find(id: string, tx: Orm = this.#orm): Promise<RefundRow | undefined> {
    if (!id.startsWith(ID_PREFIXES.refund)) return undefined;
    const [row] = await tx.select().from(refunds).where(eq(refunds.id, id));
    return row;
  }

  async findByKey(by: string, idempotencyKey: string, tx: Orm = this.#orm): Promise<RefundRow | undefined> {
    const [row] = await tx
      .select()
      .from(refunds)
      .where(and(eq(refunds.by, by), eq(refunds.idempotencyKey, idempotencyKey)));
    return row;
  }

  /** How many top-ups of a person, or of the card of this one in any account, were given back since. */
  async countWithdrawnTopups(
    tx: Orm,
    { identity, topup }: { identity: string; topup: string },
    sinceIso: string,
  ): Promise<number> {
    const isOfCard = sql`${refunds.payment} in (select other.source_id from checkouts own
      join checkouts other on other.card_fingerprint = own.card_fingerprint where own.source_id = ${topup})`;
    const [row] = await tx
      .select({ count: sql<string>`count(distinct ${refunds.payment})` })
      .from(refunds)
      .where(
        and(
          or(eq(refunds.identity, identity), isOfCard),
          eq(refunds.reason, UNSPENT_CREDIT),
          gt(refunds.createdAt, sinceIso),
        ),
      );
    return Number(row?.count ?? 0);
  }

  /** Refunds of a payment, oldest first. */
  async listOf(payment: string, tx: Orm = this.#orm): Promise<RefundRow[]> {
    return tx.select().from(refunds).where(eq(refunds.payment, payment)).orderBy(asc(refunds.part));
  }

  /** Refunds to cards of any of these payments, newest first. */
  async listToCard(payments: string[]): Promise<RefundRow[]> {
    if (payments.length === 0) return [];
    return this.#orm
      .select()
      .from(refunds)
      .where(and(inArray(refunds.payment, payments), eq(refunds.to, 'card')))
      .orderBy(desc(refunds.createdAt));
  }

  async findOf(payment: string): Promise<RefundRow | undefined> {
    return (await this.listOf(payment))[0];
  }

  /** Starts a new round of a failed refund; empty when it is not failed any more. */
  async startRound(tx: Orm, id: string, dueAt: string): Promise<RefundRow[]> {
    return tx
      .update(refunds)
      .set({
        status: 'pending',
        round: sql`${refunds.round} + 1`,
        attempts: 1,
        providerRefund: null,
        failure: null,
        fault: null,
        failingSince: null,
        dueAt,
      })
      .where(and(eq(refunds.id, id), eq(refunds.status, 'failed')))
      .returning();
  }

  /** The provider failed and would repeat that answer under this key: the next order gets another key. */
  async renewOrder(id: string, round: number): Promise<void> {
    await this.#orm
      .update(refunds)
      .set({ round: round + 1 })
      .where(and(eq(refunds.id, id), eq(refunds.round, round), eq(refunds.status, 'pending')));
  }

  async notePending(id: string, providerRefund: string): Promise<void> {
    await this.#orm
      .update(refunds)
      .set({ providerRefund })
      .where(and(eq(refunds.id, id), eq(refunds.status, 'pending')));
  }

  /** Undefined when this round's order is not under way any more. */
  async markFailed(
    tx: Orm,
    { id, round }: Pick<RefundRow, 'id' | 'round'>,
    fault: { failure: string; providerRefund: string | null },
  ): Promise<RefundRow | undefined> {
    const [row] = await tx
      .update(refunds)
      .set({ status: 'failed', ...fault, ...NOT_DUE })
      .where(and(eq(refunds.id, id), eq(refunds.round, round), eq(refunds.status, 'pending')))
      .returning();
    return row;
  }
}

export function toRefund(row: RefundRow): Refund {
  return {
    id: row.id as Id<'refund'>,
    payment: row.payment,
    amountMinor: row.amountMinor,
    currency: row.currency,
    to: row.to,
    status: row.status,
    reason: row.reason,
    ...(row.isByTransfer && { byTransfer: true }),
    createdAt: iso(row.createdAt),
  };
}

/** Refunds as the provider has carried them out. */
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
