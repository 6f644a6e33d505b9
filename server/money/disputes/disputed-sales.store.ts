import type { Orm } from '../../platform/db/db.ts';
import { and, eq, gt, isNull, sql } from '../../platform/db/sql.ts';
import { execute, IS_FROZEN, lockTransactions, takenBack } from '../ledger/ledger.store.ts';
import { rereadReleases } from '../payouts/earnings-holds.store.ts';
import { cancellations, tickets } from '../sales/tickets.schema.ts';
import { type CancellationRow, isLiveTooShort, type TicketRow } from '../sales/tickets.store.ts';
import { disputeFreezes } from './disputes.schema.ts';

/** A sale's transaction in the ledger, and what of its price is disputed. */
export interface DisputedSale {
  sale: string;
  amountMinor: number;
}

/** What became of the credit of a top-up. */
export interface SpentTopup {
  unspentMinor: number;
  /** What it bought, newest first, without what went back or is frozen already. */
  sales: DisputedSale[];
}

export class DisputedSalesStore {
  /**
   * Credit is spent in the order in which it came in, as `PaymentsStore.listUnspent` counts it: top-ups and sales, each
   * less what went back, lie side by side, and a sale was paid by the top-ups beside it. What the desk has paid out or
   * given up of a closed account lies there too, and cannot be taken back. The caller has locked the wallet.
   */
  async findSpent(tx: Orm, wallet: string, topup: string): Promise<SpentTopup> {
    const { rows } = await execute<{ sale: string | null; amount: string }>(
      tx,
      sql`with moves as (
          select coalesce(x.reverses_id, lost.id, x.id) as id, e.seq, e.amount_minor
          from ledger_entries e join ledger_transactions x on x.id = e.transaction
          left join disputes d on x.kind in ('dispute_loss', 'dispute_undone') and d.id = split_part(x.source_id, ':', 1)
          left join ledger_transactions lost on lost.kind = 'topup' and lost.source_type = 'topup' and lost.source_id = d.source_id
          where e.account = ${wallet}
        ), sums as (
          select m.id, x.kind = 'topup' as is_topup, min(m.seq) as seq, abs(sum(m.amount_minor)) as amount
          from moves m join ledger_transactions x on x.id = m.id group by m.id, x.kind
        ), placed as (
          select id, is_topup, seq, amount, sum(amount) over (partition by is_topup order by seq) as upto from sums
        ), own as (
          select upto - amount as since, upto from placed where id = ${topup} and is_topup
        ), bought as (
          select s.id as sale, s.seq, least(
              least(s.upto, own.upto) - greatest(s.upto - s.amount, own.since) - coalesce((
                select sum(f.amount_minor) from dispute_freezes f join disputes d on d.id = f.dispute
                join ledger_transactions t on t.source_id = d.source_id and t.kind = 'topup' and t.id = ${topup}
                where f.transaction = s.id and f.lifted_at is null), 0),
              -e.amount_minor - coalesce((
                select sum(${takenBack('r', 're')}) from ledger_transactions r
                join ledger_entries re on re.transaction = r.id and re.amount_minor > 0
                join ledger_accounts ra on ra.id = re.account and ra.kind <> 'fan_promo'
                where r.reverses_id = s.id), 0) - coalesce((
                select sum(f.amount_minor) from dispute_freezes f
                where f.transaction = s.id and f.lifted_at is null), 0)) as amount
          from own cross join placed s
          join ledger_entries e on e.transaction = s.id and e.account = ${wallet}
          join ledger_transactions x on x.id = s.id and x.source_type <> 'desk_booking'
          where not s.is_topup and s.upto > own.since and s.upto - s.amount < own.upto
        )
        select null as sale, null as seq, greatest(0, own.upto - greatest(own.since,
            coalesce((select max(upto) from placed where not is_topup), 0))) as amount from own
        union all select sale, seq, amount from bought where amount > 0
        order by seq desc nulls first`,
    );
    const all = rows.map(({ sale, amount }) => ({ sale, amountMinor: Number(amount) }));
    return {
      unspentMinor: all.find(({ sale }) => sale === null)?.amountMinor ?? 0,
      sales: all.flatMap(({ sale, amountMinor }) => (sale === null ? [] : { sale, amountMinor })),
    };
  }

  /** Keeps the release of their earnings out. What a dispute has frozen before grows. */
  async freeze(tx: Orm, dispute: string, sales: DisputedSale[], at: string): Promise<void> {
    if (sales.length === 0) return;
    await lockTransactions(tx, sql`ledger_transactions where id in ${sales.map(({ sale }) => sale)}`);
    await tx
      .insert(disputeFreezes)
      .values(sales.map(({ sale, amountMinor }) => ({ transaction: sale, dispute, amountMinor, frozenAt: at })))
      .onConflictDoUpdate({
        target: [disputeFreezes.transaction, disputeFreezes.dispute],
        set: {
          // One that was lifted begins anew.
          amountMinor: sql`excluded.amount_minor + case when ${disputeFreezes.liftedAt} is null then ${disputeFreezes.amountMinor} else 0 end`,
          frozenAt: at,
          liftedAt: null,
        },
      });
  }

  /** What of a lost dispute's sales was taken in the end. */
  async setTaken(tx: Orm, dispute: string, { sale, amountMinor }: DisputedSale): Promise<void> {
    const isOf = and(eq(disputeFreezes.transaction, sale), eq(disputeFreezes.dispute, dispute));
    await tx.update(disputeFreezes).set({ amountMinor }).where(isOf);
  }

  /** Newest first. */
  async listFrozen(tx: Orm, dispute: string): Promise<DisputedSale[]> {
    const { rows } = await execute<{ sale: string; amount: string }>(
      tx,
      sql`select f.transaction as sale, f.amount_minor as amount from dispute_freezes f
        where f.dispute = ${dispute} and f.lifted_at is null
        order by (select min(seq) from ledger_entries where transaction = f.transaction) desc`,
    );
    return rows.map(({ sale, amount }) => ({ sale, amountMinor: Number(amount) }));
  }

  /** What a lost dispute has taken, in the order in which sales are locked. */
  async listTaken(tx: Orm, dispute: string): Promise<DisputedSale[]> {
    const rows = await tx
      .select({ sale: disputeFreezes.transaction, amountMinor: disputeFreezes.amountMinor })
      .from(disputeFreezes)
      .where(and(eq(disputeFreezes.dispute, dispute), gt(disputeFreezes.amountMinor, 0)))
      .orderBy(disputeFreezes.transaction);
    return rows;
  }

  /** Its sales that were refunded in the end, with the payment of each. */
  async listEnded(tx: Orm, dispute: string): Promise<{ sale: string; payment: string }[]> {
    const { rows } = await execute<{ sale: string; payment: string }>(
      tx,
      sql`select x.id as sale, p.id as payment from dispute_freezes f join ledger_transactions x on x.id = f.transaction
        join payments p on p.id = x.source_id and p.refunded_at is not null where f.dispute = ${dispute} order by x.id`,
    );
    return rows;
  }

  async lift(tx: Orm, dispute: string, at: string): Promise<void> {
    await rereadReleases(tx, frozenBy(dispute), at);
    await tx.update(disputeFreezes).set({ liftedAt: at }).where(isHeldBy(dispute));
  }

  /** As if it had never frozen what it has not decided about. */
  async unfreeze(tx: Orm, dispute: string, at: string): Promise<void> {
    await rereadReleases(tx, frozenBy(dispute), at);
    await tx.delete(disputeFreezes).where(isHeldBy(dispute));
  }

  /** Rooms in which a dispute has frozen sales, in the order in which they are locked. */
  async listRooms(tx: Orm, dispute: string): Promise<string[]> {
    const { rows } = await execute<{ room: string }>(
      tx,
      sql`select distinct p.room from dispute_freezes f join ledger_transactions x on x.id = f.transaction
        join payments p on p.id = x.source_id where f.dispute = ${dispute} and p.room is not null order by p.room`,
    );
    return rows.map(({ room }) => room);
  }

  /** Tickets of frozen sales that are valid, as disputed. */
  async suspendTickets(tx: Orm, dispute: string): Promise<TicketRow[]> {
    return tx
      .update(tickets)
      .set({ status: 'disputed' })
      .where(and(eq(tickets.status, 'valid'), isOfDispute(dispute)))
      .returning();
  }

  listSuspended(tx: Orm, dispute: string): Promise<TicketRow[]> {
    return tx
      .select()
      .from(tickets)
      .where(and(eq(tickets.status, 'disputed'), isOfDispute(dispute)))
      .orderBy(tickets.id);
  }

  /** False when it was not suspended any more. */
  async restoreTicket(tx: Orm, id: string): Promise<boolean> {
    const restored = await tx
      .update(tickets)
      .set({ status: 'valid' })
      .where(and(eq(tickets.id, id), eq(tickets.status, 'disputed')))
      .returning({ id: tickets.id });
    return restored.length > 0;
  }

  /** Whether another dispute about a ticket's money is open, and whether one was lost. */
  async findDecisions(tx: Orm, ticket: string): Promise<{ isOpen: boolean; isLost: boolean }> {
    const { rows } = await execute<{ open: boolean | null; lost: boolean | null }>(
      tx,
      sql`select bool_or(${IS_FROZEN}) as open,
          bool_or(d.status = 'lost' and (d.source_id = ${ticket} or f.amount_minor > 0)) as lost
        from ledger_transactions x join dispute_freezes f on f.transaction = x.id join disputes d on d.id = f.dispute
        where x.kind = 'ticket' and x.source_type = 'ticket' and x.source_id = ${ticket}`,
    );
    return { isOpen: rows[0]?.open === true, isLost: rows[0]?.lost === true };
  }

  /** Why a ticket goes back because its room has ended, by the decision about that room. */
  async findReturnReason(tx: Orm, ticket: string): Promise<CancellationRow['reason'] | undefined> {
    const [row] = await tx
      .select({ reason: cancellations.reason })
      .from(cancellations)
      .innerJoin(tickets, eq(tickets.room, cancellations.room))
      .where(and(eq(tickets.id, ticket), isLiveTooShort(cancellations.minLiveSeconds)));
    return row?.reason;
  }

  /** Whether the holder of a ticket now has another one for the same room. */
  async hasOtherTicket(tx: Orm, { id, room, identity }: TicketRow): Promise<boolean> {
    const isOf = and(eq(tickets.room, room), eq(tickets.identity, identity), eq(tickets.status, 'valid'));
    const found = await tx.select({ id: tickets.id }).from(tickets).where(isOf).limit(2);
    return found.some((other) => other.id !== id);
  }
}

function isHeldBy(dispute: string) {
  return and(eq(disputeFreezes.dispute, dispute), isNull(disputeFreezes.liftedAt));
}

function frozenBy(dispute: string) {
  return sql`select d.transaction from dispute_freezes d where d.dispute = ${dispute} and d.lifted_at is null`;
}

function isOfDispute(dispute: string) {
  return sql`${tickets.id} in (select x.source_id from dispute_freezes f join ledger_transactions x on x.id = f.transaction
    where f.dispute = ${dispute} and x.kind = 'ticket' and x.source_type = 'ticket')`;
}
