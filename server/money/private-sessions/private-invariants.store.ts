import { type SQL, sql } from '../../platform/db/sql.ts';

/** Rules between private sessions, their holds and the books. */
export const PRIVATE_RULES: { fault: string; statement: SQL }[] = [
  {
    fault: 'is an account whose held amount is less than its holds',
    statement: sql`select a.id from ledger_accounts a
      left join lateral (
        select coalesce(sum(case a.kind when 'fan_promo' then h.promo_minor else h.paid_minor end), 0) as held
        from ledger_holds h where h.identity = a.owner and h.currency = a.currency) h on true
      where a.kind in ('fan_wallet', 'fan_promo') and a.held < h.held`,
  },
  {
    fault: 'is an open private session without its hold, or a closed one with a hold',
    statement: sql`select s.id from private_sessions s left join ledger_holds h on h.id = s.id
      where (s.status in ('requested', 'active')) <> (h.id is not null)
        or (h.id is not null and h.promo_minor + h.paid_minor <> s.held_minor)`,
  },
  {
    fault: 'is a private session whose charges do not match its confirmed time',
    statement: sql`select s.id from private_sessions s
      where s.charged_minor <> least(s.held_minor, (s.rate_minor * s.confirmed_ms) / 60000)
        or s.charged_minor <> (select coalesce(sum(c.amount_minor), 0) from private_session_charges c where c.session = s.id)
        or s.confirmed_ms <> (select coalesce(sum(c.confirmed_ms), 0) from private_session_charges c where c.session = s.id)`,
  },
  {
    fault: 'is a private session whose transaction does not match its charges',
    statement: sql`select s.id from private_sessions s
      left join ledger_transactions x on x.kind = 'private_session' and x.source_type = 'private_session' and x.source_id = s.id
      left join lateral (select coalesce(-sum(e.amount_minor), 0) as paid from ledger_entries e
        where e.transaction = x.id and (e.account like 'fan_wallet:%' or e.account like 'fan_promo:%')) e on true
      where (s.status = 'ended' and e.paid <> s.charged_minor) or (s.status <> 'ended' and x.id is not null)`,
  },
  {
    fault: 'is a private session that does not match its entitlement',
    statement: sql`select s.id from private_sessions s
      where (s.status = 'active') <> exists (select 1 from entitlements e
        where e.source = 'private' and e.source_id = s.id and e.revoked_at is null)`,
  },
];
