/** What must hold of earnings, payouts, disputes and refunds by hand. Each statement finds ids that break its rule. */
import { sql } from 'drizzle-orm';

export const SETTLEMENT_RULES = [
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
    fault: 'is a ticket under dispute that no dispute names',
    statement: sql`select t.id from tickets t
      where t.status = 'disputed' and not exists (select 1 from disputes d where d.source_id = t.id)`,
  },
];
