/** Rules of earnings, payouts, disputes and manual refunds. Each statement finds ids that break a rule. */
import { sql } from '../../platform/db/sql.ts';
import { IS_FROZEN } from './ledger.store.ts';

export const PAYOUT_RULES = [
  {
    fault: 'is a release whose amount is not the sum of its sales',
    statement: sql`select r.release as id from released_earnings r
        left join ledger_transactions x on x.kind = 'release' and x.source_type = 'release' and x.source_id = r.release
        left join ledger_entries e on e.transaction = x.id and e.account like 'creator_available:%'
        group by r.release, e.amount_minor having sum(r.amount_minor) <> coalesce(e.amount_minor, 0)`,
  },
  {
    fault: 'is a release without its sales',
    statement: sql`select x.id from ledger_transactions x
      where x.kind = 'release' and not exists (select 1 from released_earnings r where r.release = x.source_id)`,
  },
  {
    fault: 'is a sale that released more than its creator had',
    statement: sql`select x.id from (select sale, sum(amount_minor) as released from released_earnings group by sale) r
      join ledger_transactions x on x.id = r.sale
      join ledger_entries e on e.transaction = x.id and e.account like 'creator_pending:%'
      where r.released > e.amount_minor + coalesce((select sum(re.amount_minor) from ledger_transactions y
        join ledger_entries re on re.transaction = y.id and re.account = e.account where y.reverses_id = x.id), 0)`,
  },
  {
    fault: 'is a pending account below zero',
    statement: sql`select a.id from ledger_accounts a join ledger_entries e on e.account = a.id
      where a.kind = 'creator_pending' group by a.id having sum(e.amount_minor) < 0`,
  },
  {
    fault: 'is a payout whose transactions do not match its status',
    statement: sql`select p.id from payouts p
      left join ledger_transactions taken on taken.kind = 'payout' and taken.source_type = 'payout' and taken.source_id = p.id
      left join ledger_transactions sent on sent.kind = 'payout_sent' and sent.source_type = 'payout' and sent.source_id = p.id
      left join ledger_transactions back on back.kind = 'payout_returned' and back.source_type = 'payout' and back.source_id = p.id
      where taken.id is null or (p.status = 'paid') <> (sent.id is not null) or (p.status = 'failed') <> (back.id is not null)`,
  },
  {
    fault: 'is a booking of the desk without its transaction of its amount, or a transaction of one that is not booked',
    statement: sql`select b.id from desk_bookings b
        where (b.status = 'booked') <> exists (select 1 from ledger_transactions x
          join ledger_entries e on e.transaction = x.id and abs(e.amount_minor) = abs(b.amount_minor)
          where (x.source_type = 'desk_booking' and x.source_id = b.id) or (b.kind = 'goodwill' and x.kind = 'promotion'
            and x.source_id = (select p.id from promotions p where p.idempotency_key = b.id)))
      union all select x.id from ledger_transactions x
        where x.source_type = 'desk_booking' and not exists (select 1 from desk_bookings b where b.id = x.source_id)`,
  },
  {
    fault: 'is a payout that was created while payouts to its creator were stopped',
    statement: sql`select p.id from payouts p join restrictions f on f.identity = p.creator and f.kind = 'freeze'
      where p.created_at > f.created_at and (f.lifted_at is null or p.created_at < f.lifted_at)`,
  },
  {
    fault: 'is a payout whose reversed amount does not match its transactions',
    statement: sql`select p.id from payouts p
      left join ledger_transactions sent on sent.kind = 'payout_sent' and sent.source_type = 'payout' and sent.source_id = p.id
      where p.reversed_minor <> (select coalesce(-sum(e.amount_minor), 0) from ledger_transactions x
        join ledger_entries e on e.transaction = x.id and e.account like 'provider_clearing:%'
        where x.kind = 'payout_reversed' and x.reverses_id = sent.id)`,
  },
  {
    fault: 'does not match the sum of pending payouts',
    statement: sql`select 'payout_payable' as id
      where (select coalesce(sum(amount_minor), 0) from ledger_entries where account like 'payout_payable:%')
        <> (select coalesce(sum(amount_minor), 0) from payouts where status = 'pending')`,
  },
  {
    fault: 'does not match the sum withdrawn by disputes',
    statement: sql`select 'disputes_open' as id
      where (select coalesce(-sum(amount_minor), 0) from ledger_entries where account like 'disputes_open:%')
        <> (select coalesce(sum(withdrawn_minor - fee_minor - lost_minor), 0) from disputes)`,
  },
  {
    fault: 'is a closed dispute that was not decided by the money that its bank has kept',
    statement: sql`select id from disputes where status in ('won', 'lost')
      and (lost_minor <> withdrawn_minor - fee_minor or (status = 'lost') <> (lost_minor > 0))`,
  },
  {
    // What a dispute has taken of a sale is what its bookings there have moved.
    fault: 'is a dispute whose bookings do not add up to what it has taken of its sales',
    statement: sql`select d.id from disputes d where d.status in ('won', 'lost') and (
        select coalesce(sum(f.amount_minor), 0) from dispute_freezes f where f.dispute = d.id and d.status = 'lost'
      ) <> (
        select coalesce(sum(e.amount_minor), 0) from ledger_transactions x join ledger_entries e on e.transaction = x.id
        where x.kind in ('dispute_reversal', 'dispute_undone') and x.reverses_id is not null
          and x.source_type = 'dispute' and split_part(x.source_id, ':', 1) = d.id and e.account like 'disputes_open:%')`,
  },
  {
    fault: 'is a ticket under dispute whose disputes are all won',
    statement: sql`select t.id from tickets t
      where t.status = 'disputed' and not exists (select 1 from disputes d where d.source_id = t.id and d.status <> 'won')
        and not exists (select 1 from ledger_transactions x join dispute_freezes f on f.transaction = x.id
          join disputes d on d.id = f.dispute and d.status <> 'won' and f.amount_minor > 0
          where x.kind = 'ticket' and x.source_type = 'ticket' and x.source_id = t.id)`,
  },
  {
    fault: 'is a valid ticket whose money is disputed or was lost in a dispute',
    statement: sql`select t.id from tickets t
      join ledger_transactions x on x.kind = 'ticket' and x.source_type = 'ticket' and x.source_id = t.id
      where t.status = 'valid' and (
        exists (select 1 from dispute_freezes f where f.transaction = x.id and ${IS_FROZEN})
        or 0 < (select sum(e.amount_minor) from ledger_transactions r join ledger_entries e on e.transaction = r.id
          where r.reverses_id = x.id and e.account like 'disputes_open:%'))`,
  },
  {
    fault: 'is a dispute that holds more than its amount',
    statement: sql`select d.id from disputes d
      where d.status not in ('won', 'lost') and d.amount_minor < d.frozen_credit_minor + coalesce((
        select sum(f.amount_minor) from dispute_freezes f where f.dispute = d.id and f.lifted_at is null), 0)`,
  },
  {
    fault: 'is a payment whose refunds do not match the money that has left for it',
    statement: sql`select o.payment as id from (
        select payment, settled_minor as settled
          from refunds where "to" = 'card'
        union all select source_id, -settled_minor from provider_refunds where returned_at is null
        union all select source_id, -settled_minor from disputes
        union all select r.payment, -b.amount_minor from desk_bookings b join refunds r on r.id = b.subject
          where b.kind = 'refund_transferred' and b.status = 'booked'
      ) o group by o.payment having sum(o.settled) <> 0`,
  },
  {
    fault: 'is a refund owed to its card although the house has a loss for the same payment',
    statement: sql`select r.id from refunds r where r."to" = 'card' and r.status = 'failed'
      and exists (select 1 from disputes d where d.source_id = r.payment and d.loss_minor > 0
        union all select 1 from provider_refunds p where p.source_id = r.payment
          and p.loss_minor > 0 and p.returned_at is null)`,
  },
  {
    fault: 'is frozen by a closed dispute',
    statement: sql`select f.transaction as id from dispute_freezes f
      where f.lifted_at is null and not exists (select 1 from disputes d
        where d.id = f.dispute and d.status not in ('won', 'lost'))`,
  },
  {
    fault: 'is a held sale that no release will find',
    statement: sql`select e.transaction as id from ledger_accounts a
      join ledger_entries e on e.account = a.id and e.amount_minor > 0 and e.seq <= a.released_seq
      join ledger_transactions x on x.id = e.transaction and x.reverses_id is null
      where a.kind = 'creator_pending'
        and not exists (select 1 from released_earnings r where r.sale = x.id and r.reserve_due_at is null)
        and not exists (select 1 from dispute_freezes f where f.transaction = x.id and f.lifted_at is null)
        and not exists (select 1 from tickets t where x.kind = 'ticket' and t.id = x.source_id
          and not exists (select 1 from cancellations c where c.room = t.room))`,
  },
];
