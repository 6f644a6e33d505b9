/** What must hold of earnings, payouts, disputes and refunds by hand. Each statement finds ids that break its rule. */
import { sql } from 'drizzle-orm';

export const PAYOUT_RULES = [
  {
    fault: 'is a release that moved another amount than its sales',
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
    fault: 'holds less than nothing for its creator',
    statement: sql`select a.id from ledger_accounts a join ledger_entries e on e.account = a.id
      where a.kind = 'creator_pending' group by a.id having sum(e.amount_minor) < 0`,
  },
  {
    fault: 'is a payout whose books disagree with its status',
    statement: sql`select p.id from payouts p
      left join ledger_transactions taken on taken.kind = 'payout' and taken.source_type = 'payout' and taken.source_id = p.id
      left join ledger_transactions sent on sent.kind = 'payout_sent' and sent.source_type = 'payout' and sent.source_id = p.id
      left join ledger_transactions back on back.kind = 'payout_returned' and back.source_type = 'payout' and back.source_id = p.id
      where taken.id is null or (p.status = 'paid') <> (sent.id is not null) or (p.status = 'failed') <> (back.id is not null)`,
  },
  {
    fault: 'is a payout that was decided while payouts to its creator were stopped',
    statement: sql`select p.id from payouts p join creator_freezes f on f.creator = p.creator
      where p.created_at > f.frozen_at and (f.lifted_at is null or p.created_at < f.lifted_at)`,
  },
  {
    fault: 'is a payout of which another sum was taken back than its books say',
    statement: sql`select p.id from payouts p
      left join ledger_transactions sent on sent.kind = 'payout_sent' and sent.source_type = 'payout' and sent.source_id = p.id
      where p.reversed_minor <> (select coalesce(-sum(e.amount_minor), 0) from ledger_transactions x
        join ledger_entries e on e.transaction = x.id and e.account like 'provider_clearing:%'
        where x.kind = 'payout_reversed' and x.reverses_id = sent.id)`,
  },
  {
    fault: 'is owed to creators under way by the books, and another sum by the payouts',
    statement: sql`select 'payout_payable' as id
      where (select coalesce(sum(amount_minor), 0) from ledger_entries where account like 'payout_payable:%')
        <> (select coalesce(sum(amount_minor), 0) from payouts where status = 'pending')`,
  },
  {
    fault: 'is what open disputes have taken by the books, and another sum by the disputes',
    statement: sql`select 'disputes_open' as id
      where (select coalesce(-sum(amount_minor), 0) from ledger_entries where account like 'disputes_open:%')
        <> (select coalesce(sum(withdrawn_minor - fee_minor), 0) from disputes where status <> 'lost')
          + (select coalesce(sum(withdrawn_minor - fee_minor - amount_minor), 0) from disputes where status = 'lost')`,
  },
  {
    fault: 'is a ticket under dispute whose disputes are all won',
    statement: sql`select t.id from tickets t
      where t.status = 'disputed' and not exists (select 1 from disputes d where d.source_id = t.id and d.status <> 'won')`,
  },
  {
    fault: 'is a payment for whose refunds another sum has left than they say',
    statement: sql`select o.payment as id from (
        select coalesce(ticket, tip, topup, membership_invoice, private_session) as payment, settled_minor as settled
          from refunds where "to" = 'card'
        union all select source_id, -settled_minor from provider_refunds where returned_at is null
        union all select source_id, -settled_minor from disputes
      ) o group by o.payment having sum(o.settled) <> 0`,
  },
  {
    fault: 'is a refund that is owed to its card though the house has lost as much for the same payment',
    statement: sql`select r.id from refunds r where r."to" = 'card' and r.status = 'failed'
      and exists (select 1 from disputes d where d.source_id in (r.ticket, r.tip, r.topup, r.membership_invoice) and d.loss_minor > 0
        union all select 1 from provider_refunds p where p.source_id in (r.ticket, r.tip, r.topup, r.membership_invoice)
          and p.loss_minor > 0 and p.returned_at is null)`,
  },
  {
    fault: 'is frozen by a dispute that is over',
    statement: sql`select f.transaction as id from dispute_freezes f
      where f.lifted_at is null and not exists (select 1 from disputes d
        where d.id = f.dispute and d.status not in ('won', 'lost'))`,
  },
  {
    fault: 'is a sale that is held and that no release will find',
    statement: sql`select e.transaction as id from ledger_accounts a
      join ledger_entries e on e.account = a.id and e.amount_minor > 0 and e.seq <= a.released_seq
      join ledger_transactions x on x.id = e.transaction and x.reverses_id is null
      where a.kind = 'creator_pending' and not exists (select 1 from released_earnings r where r.sale = x.id)
        and not exists (select 1 from dispute_freezes f where f.transaction = x.id and f.lifted_at is null)`,
  },
];
