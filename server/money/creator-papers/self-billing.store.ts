import { inChunks } from '../../platform/db/chunks.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { and, asc, desc, eq, gt, isNull, sql } from '../../platform/db/sql.ts';
import { execute, lockTransactions } from '../ledger/ledger.store.ts';
import { NO_EARNINGS } from '../payouts/statements.store.ts';
import { selfBilled, selfBillingAgreements, selfBills } from './creator-papers.schema.ts';

export type SelfBillRow = typeof selfBills.$inferSelect;
type AgreementRow = typeof selfBillingAgreements.$inferSelect;

/** A sale, or what reverses one, that no bill is about yet. */
interface Unbilled {
  transaction: string;
  amountMinor: number;
  isReversal: boolean;
}

interface Period {
  currency: string;
  /** Booked before: the begin of the current month. */
  beforeIso: string;
  timeZone: string;
}

/**
 * Entries of creators' shares: of sales of the time of an agreement, and of what reverses such a sale, also later. What
 * a creator has billed, they correct.
 */
export const SELF_BILLED_SHARES = sql`ledger_accounts a join ledger_entries e on e.account = a.id
  join ledger_transactions x on x.id = e.transaction
  join ledger_transactions root on root.id = coalesce(x.reverses_id, x.id)
  join self_billing_agreements g on g.creator = a.owner
    and root.created_at >= g.agreed_at and root.created_at < coalesce(g.withdrawn_at, 'infinity')`;
const UNBILLED = sql`${SELF_BILLED_SHARES}
  where a.kind in ('creator_pending', 'creator_available') and x.kind not in ${NO_EARNINGS}
    and not exists (select 1 from self_billed b where b.transaction = x.id)`;

export class SelfBillingStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async findAgreement(creator: string, tx: Orm = this.#orm): Promise<AgreementRow | undefined> {
    const isStanding = and(eq(selfBillingAgreements.creator, creator), isNull(selfBillingAgreements.withdrawnAt));
    const [row] = await tx.select().from(selfBillingAgreements).where(isStanding);
    return row;
  }

  async agree(tx: Orm, row: Omit<AgreementRow, 'withdrawnAt'>): Promise<void> {
    await tx.insert(selfBillingAgreements).values(row).onConflictDoNothing();
  }

  async withdraw(tx: Orm, creator: string, withdrawnAt: string): Promise<void> {
    const isStanding = and(eq(selfBillingAgreements.creator, creator), isNull(selfBillingAgreements.withdrawnAt));
    await tx.update(selfBillingAgreements).set({ withdrawnAt }).where(isStanding);
  }

  /** Keeps other work on a creator's series and agreement out until the transaction ends. */
  async lock(tx: Orm, creator: string): Promise<void> {
    await lockTransactions(tx, sql`(select ${`self-bills ${creator}`}::text as id) as named`);
  }

  /** Creators who have ever agreed, in pages by id. */
  async listCreators({ after, limit }: { after: string; limit: number }): Promise<string[]> {
    const { creator } = selfBillingAgreements;
    const isNext = gt(creator, after);
    const rows = await this.#orm
      .selectDistinct({ creator })
      .from(selfBillingAgreements)
      .where(isNext)
      .orderBy(asc(creator))
      .limit(limit);
    return rows.map((row) => row.creator);
  }

  /** Of some creators: months that are over and not billed yet, the oldest first. */
  async listOpen(
    creators: string[],
    { currency, beforeIso, timeZone }: Period,
  ): Promise<{ creator: string; month: string }[]> {
    if (creators.length === 0) return [];
    const { rows } = await execute<{ creator: string; month: string }>(
      this.#orm,
      sql`select a.owner as creator, to_char(x.created_at at time zone ${timeZone}, 'YYYY-MM') as month
        from ${UNBILLED} and a.owner in ${creators} and a.currency = ${currency}
          and x.created_at < ${beforeIso}::timestamptz
        group by 1, 2 order by 1, 2`,
    );
    return rows;
  }

  async listUnbilled(tx: Orm, of: { creator: string; currency: string; fromIso: string; untilIso: string }) {
    const { rows } = await execute<{ transaction: string; amount: string; is_reversal: boolean }>(
      tx,
      sql`select x.id as transaction, sum(e.amount_minor) as amount, bool_or(x.reverses_id is not null) as is_reversal
        from ${UNBILLED} and a.owner = ${of.creator} and a.currency = ${of.currency}
          and x.created_at >= ${of.fromIso}::timestamptz and x.created_at < ${of.untilIso}::timestamptz
        group by x.id order by x.id`,
    );
    return rows.map(
      ({ transaction, amount, is_reversal: isReversal }): Unbilled => ({
        ...{ transaction, isReversal, amountMinor: Number(amount) },
      }),
    );
  }

  async lastNumber(tx: Orm, creator: string, year: number): Promise<number> {
    const [row] = await tx
      .select({ last: sql<number | null>`max(${selfBills.number})` })
      .from(selfBills)
      .where(and(eq(selfBills.creator, creator), eq(selfBills.year, year)));
    return row?.last ?? 0;
  }

  async insert(tx: Orm, bill: SelfBillRow, transactions: string[]): Promise<void> {
    await tx.insert(selfBills).values(bill);
    for (const some of inChunks(transactions))
      await tx.insert(selfBilled).values(some.map((transaction) => ({ transaction, bill: bill.id })));
  }

  async find(id: string): Promise<SelfBillRow | undefined> {
    const [row] = await this.#orm.select().from(selfBills).where(eq(selfBills.id, id));
    return row;
  }

  /** Newest first. */
  listOf(creator: string, limit: number): Promise<SelfBillRow[]> {
    const order = [desc(selfBills.year), desc(selfBills.number)];
    return this.#orm
      .select()
      .from(selfBills)
      .where(eq(selfBills.creator, creator))
      .orderBy(...order)
      .limit(limit);
  }

  /** Of all creators, in pages by id. */
  listOfMonth(month: string, { afterId, limit }: { afterId: string; limit: number }): Promise<SelfBillRow[]> {
    const isNext = and(eq(selfBills.month, month), gt(selfBills.id, afterId));
    return this.#orm.select().from(selfBills).where(isNext).orderBy(asc(selfBills.id)).limit(limit);
  }
}
