import { iso, isoOrNull } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { type SQL, sql } from '../../platform/db/sql.ts';
import type { EarningsRelease } from '../../protocol/money/payouts.ts';
import { execute, lockTransactions } from '../ledger/ledger.store.ts';
import { releasedEarnings } from './payouts.schema.ts';

/** How long a sale is held before it can be paid out; of a ticket, from the end of its room. */
export interface HoldRules {
  holdDays: number;
  /** For sales of new creators. */
  newCreatorHoldDays: number;
  /** How long after their first sale a creator counts as new. */
  newCreatorDays: number;
}

/** A sale on the creator's pending account. */
export interface HeldSale {
  /** The sale's transaction in the ledger. */
  sale: string;
  kind: string;
  sourceId: string;
  room: string | null;
  amountMinor: number;
  soldAt: string;
  isNewCreator: boolean;
  isFrozen: boolean;
  /** Null: its room is not over. */
  dueAt: string | null;
}

/** A creator's pending account that is due, and up to which entry everything is released. */
export interface DueAccount {
  account: string;
  creator: string;
  /** As the database prints it, in microseconds. */
  dueAt: string;
  releasedSeq: number;
}

/** The sale `x` is neither released nor held by a dispute. */
const IS_WAITING = sql`(not exists (select 1 from released_earnings r where r.sale = x.id)
  and not exists (select 1 from dispute_freezes f where f.transaction = x.id and f.lifted_at is null))`;

/** From when on the sale `x` is held: a ticket is at risk until its room has ended. */
const HELD_FROM = sql`(case when x.kind <> 'ticket' then x.created_at else (
  select greatest(x.created_at, r.ended_at) from tickets t join rooms r on r.id = t.room
  where t.id = x.source_id and r.ended_at is not null) end)`;

/** Of the sale `x` on account `e.account`: what refunds have left. */
const REMAINDER = sql`e.amount_minor + coalesce((
  select sum(re.amount_minor) from ledger_transactions r
  join ledger_entries re on re.transaction = r.id and re.account = e.account
  where r.reverses_id = x.id), 0)`;

/**
 * Makes the release job read the accounts of these sales again, also one that has read them and not planned yet: its
 * plan is refused because the due time changes, always to an earlier one, since clocks differ.
 */
export async function rereadReleases(tx: Orm, sales: SQL, at: string): Promise<void> {
  await execute(
    tx,
    sql`update ledger_accounts a set released_seq = least(a.released_seq, f.seq - 1),
        release_due_at = least(a.release_due_at, ${at}::timestamptz) - interval '1 microsecond'
      from (select e.account, min(e.seq) as seq from ledger_entries e
        where e.transaction in (${sales}) and e.account like 'creator_pending:%' group by e.account) f
      where a.id = f.account`,
  );
}

interface HeldRow {
  sale: string;
  kind: string;
  source_id: string;
  room: string | null;
  amount: string;
  created_at: string;
  is_new: boolean;
  due_at: string | null;
  frozen: boolean;
}

export class EarningsHoldsStore {
  readonly #orm: Orm;
  readonly #rules: HoldRules;

  constructor(db: Database, rules: HoldRules) {
    this.#orm = db.orm;
    this.#rules = rules;
  }

  /** Creators' accounts that are due, by an index on that time. */
  async listDueAccounts(nowIso: string, currency: string, limit: number): Promise<DueAccount[]> {
    const { rows } = await execute<{ id: string; creator: string; due_at: string; released_seq: string }>(
      this.#orm,
      sql`select id, owner as creator, release_due_at::text as due_at, released_seq from ledger_accounts
        where kind = 'creator_pending' and release_due_at <= ${nowIso}::timestamptz and currency = ${currency}
        order by release_due_at limit ${limit}`,
    );
    return rows.map((row) => ({
      account: row.id,
      creator: row.creator,
      dueAt: row.due_at,
      releasedSeq: Number(row.released_seq),
    }));
  }

  /** Sales of an account whose hold has expired, oldest first, without those frozen by a dispute. */
  async listDue({ account, releasedSeq }: DueAccount, nowIso: string, limit: number): Promise<string[]> {
    const { rows } = await execute<{ sale: string }>(
      this.#orm,
      sql`select e.transaction as sale
        from ledger_entries e join ledger_transactions x on x.id = e.transaction and x.reverses_id is null
        where e.account = ${account} and e.seq > ${releasedSeq} and e.amount_minor > 0
          and ${this.#dueAt()} <= ${nowIso}::timestamptz and ${IS_WAITING}
        order by e.seq limit ${limit}`,
    );
    return rows.map(({ sale }) => sale);
  }

  /**
   * When the next sale of an account is due, and the last entry up to which nothing is left to release. That is an
   * entry that was read: a young sale with a lower number may not be committed yet. What waits without a time does not
   * hold it back: lifting a dispute and the end of a room make their account due again.
   */
  async findNext(
    { account, releasedSeq }: DueAccount,
    youngIso: string,
  ): Promise<{ nextDueMs: number | undefined; doneSeq: number }> {
    const { rows } = await execute<{ next_due: string | null; done_seq: string | null }>(
      this.#orm,
      sql`select min(due_at) filter (where is_waiting) as next_due,
          max(seq) filter (where open_seq is null or seq < open_seq) as done_seq
        from (select seq, due_at, is_waiting,
            min(seq) filter (where (is_waiting and due_at is not null) or sold_at > ${youngIso}::timestamptz) over () as open_seq
          from (select e.seq, x.created_at as sold_at, ${this.#dueAt()} as due_at, ${IS_WAITING} as is_waiting
            from ledger_entries e join ledger_transactions x on x.id = e.transaction and x.reverses_id is null
            where e.account = ${account} and e.seq > ${releasedSeq} and e.amount_minor > 0) sales) s`,
    );
    const [found] = rows;
    return {
      nextDueMs: found?.next_due ? Date.parse(found.next_due) : undefined,
      doneSeq: Number(found?.done_seq ?? releasedSeq),
    };
  }

  /** Plans the next run for an account, unless a lifted dispute has changed its due time meanwhile. */
  async planRelease(
    { account, dueAt, releasedSeq }: DueAccount,
    next: { dueAt: string; doneSeq: number },
  ): Promise<void> {
    await execute(
      this.#orm,
      sql`update ledger_accounts set release_due_at = ${next.dueAt}::timestamptz, released_seq = ${next.doneSeq}
        where id = ${account} and release_due_at = ${dueAt}::timestamptz and released_seq = ${releasedSeq}`,
    );
  }

  /** When the hold of the sale `x` on account `e.account` expires. Null: it is of a ticket whose room is not over. */
  #dueAt(): SQL {
    const { holdDays, newCreatorHoldDays } = this.#rules;
    return sql`(${HELD_FROM} + interval '1 day' * greatest(${holdDays}::int,
      case when ${this.#isNewCreator()} then ${newCreatorHoldDays}::int else 0 end))`;
  }

  /** Whether the sale `x` on account `e.account` was made soon after the first one there. */
  #isNewCreator(): SQL {
    return sql`(x.created_at < (
      select first.created_at + interval '1 day' * ${this.#rules.newCreatorDays}::int
      from ledger_entries fe join ledger_transactions first on first.id = fe.transaction
      where fe.account = e.account order by fe.seq limit 1))`;
  }

  /** Locks the sales in the common order, which keeps refunds and disputes out. */
  async lockSales(tx: Orm, sales: string[]): Promise<void> {
    await lockTransactions(tx, sql`ledger_transactions where id in ${sales}`);
  }

  /**
   * Marks held sales as released, with the remainder of each, and returns the sum. Frozen or released sales are
   * skipped.
   */
  async release(
    tx: Orm,
    release: { id: string; creator: string; account: string; sales: string[]; at: string },
  ): Promise<number> {
    const { id, creator, account, sales, at } = release;
    const { rows } = await execute<{ sale: string; amount: string }>(
      tx,
      sql`select coalesce(x.reverses_id, x.id) as sale, sum(e.amount_minor) as amount
        from ledger_transactions x join ledger_entries e on e.transaction = x.id and e.account = ${account}
        where (x.id in ${sales} or x.reverses_id in ${sales})
          and not exists (select 1 from dispute_freezes f
            where f.transaction = coalesce(x.reverses_id, x.id) and f.lifted_at is null)
        group by 1`,
    );
    if (rows.length === 0) return 0;
    const inserted = await tx
      .insert(releasedEarnings)
      .values(
        rows.map(({ sale, amount }) => ({ sale, creator, amountMinor: Number(amount), release: id, releasedAt: at })),
      )
      .onConflictDoNothing()
      .returning({ amountMinor: releasedEarnings.amountMinor });
    return inserted.reduce((sum, row) => sum + row.amountMinor, 0);
  }

  async sumAccounts(creator: string, currency: string): Promise<{ pendingMinor: number; availableMinor: number }> {
    const { rows } = await execute<{ kind: string; sum: string }>(
      this.#orm,
      sql`select a.kind, sum(e.amount_minor) as sum from ledger_accounts a join ledger_entries e on e.account = a.id
        where a.owner = ${creator} and a.currency = ${currency} and a.kind in ('creator_pending', 'creator_available')
        group by a.kind`,
    );
    const sums = new Map(rows.map((row) => [row.kind, Number(row.sum)]));
    return { pendingMinor: sums.get('creator_pending') ?? 0, availableMinor: sums.get('creator_available') ?? 0 };
  }

  async sumPayouts(creator: string): Promise<{ inPayoutMinor: number; paidOutMinor: number }> {
    const { rows } = await execute<{ status: string; sum: string }>(
      this.#orm,
      sql`select status, sum(amount_minor - reversed_minor) as sum from payouts where creator = ${creator} group by status`,
    );
    const sums = new Map(rows.map((row) => [row.status, Number(row.sum)]));
    return { inPayoutMinor: sums.get('pending') ?? 0, paidOutMinor: sums.get('paid') ?? 0 };
  }

  /** What becomes available, by day of UTC, the next day first. */
  async listReleases(account: string, limit: number): Promise<Omit<EarningsRelease, 'payoutMinor'>[]> {
    const { rows } = await execute<{ at: string; amount: string; sales: string }>(
      this.#orm,
      sql`select max(due_at) as at, sum(amount) as amount, count(*) as sales
        from (select ${this.#dueAt()} as due_at, ${REMAINDER} as amount
          from ledger_entries e join ledger_transactions x on x.id = e.transaction and x.reverses_id is null
          where e.account = ${account} and e.amount_minor > 0 and ${IS_WAITING}
            and e.seq > coalesce((select released_seq from ledger_accounts where id = ${account}), 0)) sales
        where amount <> 0 and due_at is not null group by date_trunc('day', due_at at time zone 'UTC') order by 1 limit ${limit}`,
    );
    return rows.map(({ at, amount, sales }) => ({
      at: iso(at),
      amountMinor: Number(amount),
      saleCount: Number(sales),
    }));
  }

  /** Held sales, oldest first. */
  async listHeld(account: string, page: { after?: string | undefined; limit: number }): Promise<HeldSale[]> {
    const { after, limit } = page;
    const { rows } = await execute<HeldRow>(
      this.#orm,
      sql`select x.id as sale, x.kind, x.source_id, p.room, x.created_at,
          ${REMAINDER} as amount,
          ${this.#isNewCreator()} as is_new, ${this.#dueAt()} as due_at,
          exists (select 1 from dispute_freezes f where f.transaction = x.id and f.lifted_at is null) as frozen
        from ledger_entries e
        join ledger_transactions x on x.id = e.transaction and x.reverses_id is null
        left join payments p on p.id = x.source_id
        where e.account = ${account} and e.amount_minor > 0
          and not exists (select 1 from released_earnings r where r.sale = x.id)
          ${after ? sql`and e.seq > (select seq from ledger_entries where transaction = ${after} and account = ${account})` : sql``}
        order by e.seq limit ${limit}`,
    );
    return rows.map((row) => ({
      sale: row.sale,
      kind: row.kind,
      sourceId: row.source_id,
      room: row.room,
      amountMinor: Number(row.amount),
      soldAt: iso(row.created_at),
      isNewCreator: row.is_new,
      isFrozen: row.frozen,
      dueAt: isoOrNull(row.due_at),
    }));
  }
}
