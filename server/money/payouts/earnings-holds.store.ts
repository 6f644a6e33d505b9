import { iso, isoOrNull } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { desc, eq, type SQL, sql } from '../../platform/db/sql.ts';
import type { EarningsRelease } from '../../protocol/money/payouts.ts';
import { execute, lockTransactions } from '../ledger/ledger.store.ts';
import { creatorReserves, releasedEarnings } from './payouts.schema.ts';

/** How long a sale is held before it can be paid out; of a ticket, from the end of its room. */
export interface HoldRules {
  holdDays: number;
  /** For sales of new creators. */
  newCreatorHoldDays: number;
  /** How long after their first sale a creator counts as new. */
  newCreatorDays: number;
  /** The house's own reserve; operators set others for single creators. */
  reserve: Reserve;
}

/** Of each sale a share is held back for longer. */
export interface Reserve {
  shareBps: number;
  /** From the same moment on as the hold. */
  days: number;
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
  /** Whether the rest was released, and this is what is held back of it. */
  isReserve: boolean;
  /** What will be held back of it, and until when; 0 where that is no longer than the hold. */
  reserveMinor: number;
  reserveDueAt: string | null;
}

/** A creator's pending account that is due, and up to which entry everything is released. */
export interface DueAccount {
  account: string;
  creator: string;
  /** As the database prints it, in microseconds. */
  dueAt: string;
  releasedSeq: number;
}

/** Something of the sale `x` was not released yet. */
const IS_HELD = sql`not exists (select 1 from released_earnings r where r.sale = x.id and r.reserve_due_at is null)`;

/** The sale `x` is neither wholly released nor held by a dispute. */
const IS_WAITING = sql`(${IS_HELD}
  and not exists (select 1 from dispute_freezes f where f.transaction = x.id and f.lifted_at is null))`;

/** From when on the sale `x` is held: a ticket is at risk until its room has ended. */
const HELD_FROM = sql`(case when x.kind <> 'ticket' then x.created_at else (
  select greatest(x.created_at, r.ended_at) from tickets t join rooms r on r.id = t.room
  where t.id = x.source_id and r.ended_at is not null) end)`;

/** Of the sale `x` on account `e.account`: what refunds and its first release have left. */
const REMAINDER = sql`e.amount_minor - coalesce((
  select sum(r.amount_minor) from released_earnings r where r.sale = x.id), 0) + coalesce((
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
  is_reserve: boolean;
  reserve: string;
  reserve_due_at: string | null;
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

  /**
   * When the hold of the sale `x` on account `e.account` expires, or that of its reserve once the rest was released.
   * Null: it is of a ticket whose room is not over.
   */
  #dueAt(): SQL {
    const { holdDays, newCreatorHoldDays } = this.#rules;
    return sql`coalesce((select r.reserve_due_at from released_earnings r where r.sale = x.id and r.part = 0),
      ${HELD_FROM} + interval '1 day' * greatest(${holdDays}::int,
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

  /** What holds for the sales of a creator that are released from now on. */
  async findReserve(creator: string, tx: Orm = this.#orm): Promise<Reserve & { reason: string | null }> {
    const { shareBps, days, reason } = creatorReserves;
    const [own] = await tx
      .select({ shareBps, days, reason })
      .from(creatorReserves)
      .where(eq(creatorReserves.creator, creator));
    return own ?? { ...this.#rules.reserve, reason: null };
  }

  /** Null: the house's own reserve holds again. */
  async saveReserve(tx: Orm, creator: string, set: Omit<typeof creatorReserves.$inferInsert, 'creator'> | null) {
    if (set === null) await tx.delete(creatorReserves).where(eq(creatorReserves.creator, creator));
    else {
      const insert = tx.insert(creatorReserves).values({ creator, ...set });
      await insert.onConflictDoUpdate({ target: creatorReserves.creator, set });
    }
  }

  /** Those of single creators, newest first. */
  async listReserves(limit: number): Promise<(typeof creatorReserves.$inferSelect)[]> {
    return this.#orm.select().from(creatorReserves).orderBy(desc(creatorReserves.setAt)).limit(limit);
  }

  /**
   * Marks held sales as released, with the remainder of each less its reserve, and returns the sum. Frozen or released
   * sales are skipped, and reserves that another process has just made.
   */
  async release(
    tx: Orm,
    release: { id: string; creator: string; account: string; sales: string[]; at: string },
  ): Promise<number> {
    const { id, creator, account, sales, at } = release;
    const reserve = await this.findReserve(creator, tx);
    const { rows } = await execute<{
      sale: string;
      is_reserve: boolean;
      amount: string;
      reserve: string;
      until: string;
    }>(
      tx,
      sql`select s.sale, s.is_reserve, s.amount, s.until,
          case when not s.is_reserve and s.until > ${at}::timestamptz then ${shareOf(reserve)} else 0 end as reserve
        from (select x.id as sale, r.sale is not null as is_reserve, ${REMAINDER} as amount,
            ${HELD_FROM} + interval '1 day' * ${reserve.days}::int as until
          from ledger_transactions x join ledger_entries e on e.transaction = x.id and e.account = ${account}
          left join released_earnings r on r.sale = x.id and r.part = 0
          where x.id in ${sales} and ${IS_WAITING} and (r.reserve_due_at is null or r.reserve_due_at <= ${at}::timestamptz)) s`,
    );
    if (rows.length === 0) return 0;
    const inserted = await tx
      .insert(releasedEarnings)
      .values(
        rows.map((row) => ({
          ...{ sale: row.sale, part: row.is_reserve ? 1 : 0, creator, release: id, releasedAt: at },
          amountMinor: Number(row.amount) - Number(row.reserve),
          reserveDueAt: Number(row.reserve) > 0 ? row.until : null,
        })),
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
  async listReleases(
    account: string,
    reserve: Reserve,
    limit: number,
  ): Promise<Omit<EarningsRelease, 'payoutMinor'>[]> {
    const { rows } = await execute<{ at: string; amount: string; sales: string }>(
      this.#orm,
      sql`select max(part.due_at) as at, sum(part.amount) as amount, count(*) as sales
        from (select ${this.#selectHeld(reserve)}
          from ledger_entries e join ledger_transactions x on x.id = e.transaction and x.reverses_id is null
          where e.account = ${account} and e.amount_minor > 0 and ${IS_WAITING}
            and e.seq > coalesce((select released_seq from ledger_accounts where id = ${account}), 0)) s
        cross join lateral (select ${reservedOf(reserve)} as reserve) h
        cross join lateral (values (s.due_at, s.amount - h.reserve), (s.reserve_due_at, h.reserve)) as part (due_at, amount)
        where part.amount <> 0 and part.due_at is not null
        group by date_trunc('day', part.due_at at time zone 'UTC') order by 1 limit ${limit}`,
    );
    return rows.map(({ at, amount, sales }) => ({
      at: iso(at),
      amountMinor: Number(amount),
      saleCount: Number(sales),
    }));
  }

  /** Of the sale `x` on account `e.account`, for `reservedOf`. */
  #selectHeld({ days }: Reserve): SQL {
    return sql`${this.#dueAt()} as due_at, ${REMAINDER} as amount,
      exists (select 1 from released_earnings r where r.sale = x.id) as is_reserve,
      ${HELD_FROM} + interval '1 day' * ${days}::int as reserve_due_at`;
  }

  /** Held sales, oldest first. */
  async listHeld(
    account: string,
    page: { reserve: Reserve; after?: string | undefined; limit: number },
  ): Promise<HeldSale[]> {
    const { reserve, after, limit } = page;
    const { rows } = await execute<HeldRow>(
      this.#orm,
      sql`select s.*, ${reservedOf(reserve)} as reserve
        from (select e.seq, x.id as sale, x.kind, x.source_id, p.room, x.created_at, ${this.#selectHeld(reserve)},
            ${this.#isNewCreator()} as is_new,
            exists (select 1 from dispute_freezes f where f.transaction = x.id and f.lifted_at is null) as frozen
          from ledger_entries e
          join ledger_transactions x on x.id = e.transaction and x.reverses_id is null
          left join payments p on p.id = x.source_id
          where e.account = ${account} and e.amount_minor > 0 and ${IS_HELD}
            ${after ? sql`and e.seq > (select seq from ledger_entries where transaction = ${after} and account = ${account})` : sql``}
          order by e.seq limit ${limit}) s order by s.seq`,
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
      isReserve: row.is_reserve,
      reserveMinor: Number(row.reserve),
      reserveDueAt: isoOrNull(row.reserve_due_at),
    }));
  }
}

/** The reserve of the amount `s.amount`, rounded down. */
function shareOf({ shareBps }: Reserve): SQL {
  return sql`floor(s.amount::numeric * ${shareBps}::int / 10000)`;
}

/** What will be held back of the held sale `s` (`#selectHeld`). A ticket's room may not be over yet. */
function reservedOf(reserve: Reserve): SQL {
  return sql`(case when s.is_reserve or s.reserve_due_at <= s.due_at then 0 else ${shareOf(reserve)} end)`;
}
