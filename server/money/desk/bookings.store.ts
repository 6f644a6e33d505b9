import type { Database, Orm } from '../../platform/db/db.ts';
import { and, asc, desc, eq, gt, isNull, ne, sql } from '../../platform/db/sql.ts';
import type { BookingList } from '../../protocol/money/bookings.ts';
import { execute, lockTransactions } from '../ledger/ledger.store.ts';
import { deskBookings } from './bookings.schema.ts';

export type BookingRow = typeof deskBookings.$inferSelect;

export class BookingsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Keeps other bookings out until the transaction ends: each sees the sums that the earlier ones have left. */
  async lockAll(tx: Orm): Promise<void> {
    await lockTransactions(tx, sql`(select 'desk_bookings' as id) as named`);
  }

  async insert(tx: Orm, row: typeof deskBookings.$inferInsert): Promise<BookingRow> {
    const [inserted] = await tx.insert(deskBookings).values(row).returning();
    return inserted as BookingRow;
  }

  async find(id: string, tx: Orm = this.#orm): Promise<BookingRow | undefined> {
    const [row] = await tx.select().from(deskBookings).where(eq(deskBookings.id, id));
    return row;
  }

  async findByKey(tx: Orm, { by, idempotencyKey }: Pick<BookingRow, 'by' | 'idempotencyKey'>) {
    const isKey = and(eq(deskBookings.by, by), eq(deskBookings.idempotencyKey, idempotencyKey));
    const [row] = await tx.select().from(deskBookings).where(isKey);
    return row;
  }

  async decide(
    tx: Orm,
    id: string,
    set: Pick<BookingRow, 'status' | 'decidedBy' | 'decidedAt'>,
  ): Promise<BookingRow | undefined> {
    const isWaiting = and(eq(deskBookings.id, id), eq(deskBookings.status, 'waiting'));
    const [row] = await tx.update(deskBookings).set(set).where(isWaiting).returning();
    return row;
  }

  /** What an operator has booked since without a second one. */
  async sumUnconfirmed(tx: Orm, by: string, sinceIso: string): Promise<number> {
    const [row] = await tx
      .select({ sum: sql<string>`coalesce(sum(abs(${deskBookings.amountMinor})), 0)` })
      .from(deskBookings)
      .where(
        and(
          eq(deskBookings.by, by),
          eq(deskBookings.status, 'booked'),
          isNull(deskBookings.decidedBy),
          gt(deskBookings.createdAt, sinceIso),
        ),
      );
    return Number(row?.sum ?? 0);
  }

  /** All that wait, oldest first, then the newest of the others. */
  async list(limit: number): Promise<BookingRow[]> {
    const isWaiting = eq(deskBookings.status, 'waiting');
    const waiting = await this.#orm.select().from(deskBookings).where(isWaiting).orderBy(asc(deskBookings.createdAt));
    const others = await this.#orm
      .select()
      .from(deskBookings)
      .where(ne(deskBookings.status, 'waiting'))
      .orderBy(desc(deskBookings.createdAt))
      .limit(limit);
    return [...waiting, ...others];
  }

  async countWaiting(): Promise<number> {
    const { rows } = await execute<{ n: string }>(
      this.#orm,
      sql`select count(*) as n from desk_bookings where status = 'waiting'`,
    );
    return Number(rows[0]?.n ?? 0);
  }

  async sumOf(tx: Orm, account: string): Promise<number> {
    const { rows } = await execute<{ sum: string }>(
      tx,
      sql`select coalesce(sum(amount_minor), 0) as sum from ledger_entries where account = ${account}`,
    );
    return Number(rows[0]?.sum ?? 0);
  }

  /** What a creator has earned and not been paid for good, in one statement: a payout may end meanwhile. */
  async sumEarnings(tx: Orm, { creator, accounts }: { creator: string; accounts: string[] }): Promise<number> {
    const { rows } = await execute<{ sum: string }>(
      tx,
      sql`select coalesce((select sum(amount_minor) from ledger_entries where account in ${accounts}), 0)
        + coalesce((select sum(amount_minor) from payouts where creator = ${creator} and status = 'pending'), 0) as sum`,
    );
    return Number(rows[0]?.sum ?? 0);
  }

  async listOwed(currency: string, limit: number): Promise<Pick<BookingList['owed'], 'associations' | 'refunds'>> {
    const { rows: associations } = await execute<{ association: string; name: string; amount: string }>(
      this.#orm,
      sql`select a.owner as association, n.name, sum(e.amount_minor) as amount from ledger_accounts a
        join associations n on n.id = a.owner join ledger_entries e on e.account = a.id
        where a.kind = 'charity' and a.currency = ${currency}
        group by a.owner, n.name having sum(e.amount_minor) > 0 order by n.name limit ${limit}`,
    );
    const { rows: refunds } = await execute<{ refund: `refund_${string}`; identity: string; amount: string }>(
      this.#orm,
      sql`select id as refund, identity, amount_minor - settled_minor as amount from refunds
        where status = 'failed' order by created_at limit ${limit}`,
    );
    return {
      associations: associations.map(({ amount, ...row }) => ({ ...row, amountMinor: Number(amount) })),
      refunds: refunds.map(({ amount, ...row }) => ({ ...row, amountMinor: Number(amount) })),
    };
  }

  /** Whether a person of the house has closed their account. */
  async isClosed(tx: Orm, identity: string): Promise<boolean> {
    const { rows } = await execute<{ id: string }>(
      tx,
      sql`select id from persons where id = ${identity} and closed_at is not null`,
    );
    return rows.length > 0;
  }
}
