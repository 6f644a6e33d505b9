import { iso, isoOrNull } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { and, asc, desc, eq, lt, sql } from '../../platform/db/sql.ts';
import { NOT_DUE } from '../../platform/jobs/due-rows.ts';
import { PERSON_ID_LIKE } from '../../protocol/accounts/people.ts';
import type { Id } from '../../protocol/ids.ts';
import type { Payout } from '../../protocol/money/payouts.ts';
import { isTaken } from '../../rooms/restrictions/restrictions.store.ts';
import { execute } from '../ledger/ledger.store.ts';
import { payoutBatches, payouts } from './payouts.schema.ts';

export type PayoutRow = typeof payouts.$inferSelect;
export type NewPayout = typeof payouts.$inferInsert;

/** Unique index: a creator has one pending payout. */
export const ONE_PENDING_PAYOUT = 'payouts_pending';

export type PayoutEnd = Pick<PayoutRow, 'providerTransfer' | 'failure'> & {
  status: 'paid' | 'failed';
  settledAt: string;
};

export interface PayableCreator {
  creator: string;
  providerAccount: string;
  availableMinor: number;
}

export class PayoutsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Payable creators with enough available and no pending payout, whom the house has neither frozen nor suspended. */
  async findPayable(filter: {
    currency: string;
    minMinor: number;
    creators?: string[] | undefined;
    ofEmbedders?: boolean | undefined;
    /** Leaves out creators whose payout has failed since. */
    notFailedSince?: string | undefined;
    nowIso: string;
    limit: number;
  }): Promise<PayableCreator[]> {
    const { currency, minMinor, creators, ofEmbedders, notFailedSince, nowIso, limit } = filter;
    const withoutFailed = notFailedSince
      ? sql`and not exists (select 1 from payouts p where p.creator = c.creator and p.status = 'failed'
          and p.settled_at > ${notFailedSince}::timestamptz)`
      : sql``;
    const { rows } = await execute<{ creator: string; provider_account: string; available: string }>(
      this.#orm,
      sql`select c.creator, c.provider_account, sum(e.amount_minor) as available
        from creator_accounts c
        join ledger_accounts a on a.owner = c.creator and a.kind = 'creator_available' and a.currency = ${currency}
        join ledger_entries e on e.account = a.id
        where c.is_transfers_enabled and c.is_payouts_enabled
          ${creators ? sql`and c.creator in ${creators}` : sql``}
          ${ofEmbedders ? sql`and c.creator not like ${PERSON_ID_LIKE}` : sql``}
          ${withoutFailed}
          and not exists (select 1 from payouts p where p.creator = c.creator and p.status = 'pending')
          and not ${isTaken('be_paid', { identity: sql`c.creator` }, nowIso)}
        group by c.creator, c.provider_account
        having sum(e.amount_minor) >= ${minMinor}
        order by c.creator limit ${limit}`,
    );
    return rows.map((row) => ({
      creator: row.creator,
      providerAccount: row.provider_account,
      availableMinor: Number(row.available),
    }));
  }

  /** The available amount. Locks the account until the transaction ends, so the amount can be debited. */
  async lockAvailable(tx: Orm, account: string): Promise<number> {
    await execute(tx, sql`select id from ledger_accounts where id = ${account} for update`);
    const { rows } = await execute<{ sum: string }>(
      tx,
      sql`select coalesce(sum(amount_minor), 0) as sum from ledger_entries where account = ${account}`,
    );
    return Number(rows[0]?.sum ?? 0);
  }

  /** True if a payout to the creator is not decided: it becomes due. */
  async makeDueOf(creator: string, nowIso: string): Promise<boolean> {
    const isOpen = and(eq(payouts.creator, creator), eq(payouts.status, 'pending'));
    const rows = await this.#orm.update(payouts).set({ dueAt: nowIso }).where(isOpen).returning({ id: payouts.id });
    return rows.length > 0;
  }

  async find(id: string): Promise<PayoutRow | undefined> {
    const [row] = await this.#orm.select().from(payouts).where(eq(payouts.id, id));
    return row;
  }

  /** The creator's payout before this one. */
  async findBefore({ creator, createdAt }: PayoutRow): Promise<PayoutRow | undefined> {
    const [row] = await this.#orm
      .select()
      .from(payouts)
      .where(and(eq(payouts.creator, creator), lt(payouts.createdAt, createdAt)))
      .orderBy(desc(payouts.createdAt))
      .limit(1);
    return row;
  }

  async findByTransfer(transfer: string): Promise<PayoutRow | undefined> {
    const [row] = await this.#orm.select().from(payouts).where(eq(payouts.providerTransfer, transfer));
    return row;
  }

  async addReversed(tx: Orm, id: string, amountMinor: number): Promise<PayoutRow> {
    const [row] = await tx
      .update(payouts)
      .set({ reversedMinor: sql`${payouts.reversedMinor} + ${amountMinor}` })
      .where(eq(payouts.id, id))
      .returning();
    return row as PayoutRow;
  }

  async insertBatch(row: typeof payoutBatches.$inferInsert): Promise<void> {
    await this.#orm.insert(payoutBatches).values(row);
  }

  async findBatch(id: string): Promise<typeof payoutBatches.$inferSelect | undefined> {
    const [row] = await this.#orm.select().from(payoutBatches).where(eq(payoutBatches.id, id));
    return row;
  }

  async listOfBatch(batch: string): Promise<PayoutRow[]> {
    return this.#orm.select().from(payouts).where(eq(payouts.batch, batch)).orderBy(asc(payouts.creator));
  }

  /** The newest payouts of all creators. */
  async listLatest(limit: number): Promise<PayoutRow[]> {
    return this.#orm.select().from(payouts).orderBy(desc(payouts.createdAt)).limit(limit);
  }

  async listOfCreator(creator: string, limit: number): Promise<PayoutRow[]> {
    return this.#orm
      .select()
      .from(payouts)
      .where(eq(payouts.creator, creator))
      .orderBy(desc(payouts.createdAt))
      .limit(limit);
  }

  async insert(tx: Orm, row: NewPayout): Promise<PayoutRow> {
    const [inserted] = await tx.insert(payouts).values(row).returning();
    return inserted as PayoutRow;
  }

  /** Undefined when another call has booked this transfer. */
  async insertPaid(tx: Orm, row: NewPayout & { providerTransfer: string }): Promise<PayoutRow | undefined> {
    const [inserted] = await tx.insert(payouts).values(row).onConflictDoNothing().returning();
    return inserted;
  }

  /** The provider would repeat its answer under this key: the next order gets another key. */
  async renewOrder(id: string, round: number): Promise<void> {
    await this.#orm
      .update(payouts)
      .set({ round: round + 1 })
      .where(and(eq(payouts.id, id), eq(payouts.round, round), eq(payouts.status, 'pending')));
  }

  /** True when this call ended the payout: the caller books the end in the same transaction. */
  async finish(tx: Orm, id: string, end: PayoutEnd): Promise<PayoutRow | undefined> {
    const [row] = await tx
      .update(payouts)
      .set({ ...end, ...NOT_DUE })
      .where(and(eq(payouts.id, id), eq(payouts.status, 'pending')))
      .returning();
    return row;
  }
}

export function toPayout(row: PayoutRow): Payout {
  return {
    id: row.id as Id<'payout'>,
    batch: row.batch as Id<'payoutBatch'>,
    creator: row.creator,
    amountMinor: row.amountMinor,
    currency: row.currency,
    status: row.status,
    failure: row.failure ?? row.fault,
    createdAt: iso(row.createdAt),
    reversedMinor: row.reversedMinor,
    settledAt: isoOrNull(row.settledAt),
  };
}
