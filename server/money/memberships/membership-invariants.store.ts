/** What must hold of memberships: what is paid for, until when, and on what terms. Each statement finds ids that break its rule. */
import { type SQL, sql } from 'drizzle-orm';

/** Terms of payments that are kept, at least in part. */
const KEPT_TERMS = sql`(select t.* from membership_terms t
  left join membership_invoices i on i.invoice = t.invoice
  where i.invoice is null or i.amount_minor > (
    select coalesce(-sum(e.amount_minor), 0) from ledger_transactions sale
    join ledger_transactions back on back.reverses_id = sale.id
    join ledger_entries e on e.transaction = back.id and e.amount_minor < 0
    where sale.kind = 'membership' and sale.source_id = i.invoice))`;

/**
 * The provider's times are whole seconds, and a process may notice a new version some seconds late. What is paid on a page is sold when that
 * opens.
 */
const NOTICED = sql`interval '10 seconds'`;

export const MEMBERSHIP_RULES: { fault: string; statement: SQL }[] = [
  {
    fault:
      'is a membership that shares a customer at the provider, and so its credit, with somebody else or another club',
    statement: sql`select m.id from memberships m join memberships o on o.provider_customer = m.provider_customer
      where o.creator <> m.creator or o.identity <> m.identity`,
  },
  {
    fault: 'is a membership that has its tier for longer than a payment of that tier or a higher one says',
    statement: sql`select m.id from memberships m join club_tiers own on own.id = m.tier
      where m.status in ('active', 'past_due') and m.standing is null and not exists (
        select 1 from ${KEPT_TERMS} k join club_tiers c on c.id = k.tier
        where k.membership = m.id and k.kind <> 'unused' and k.ends_at >= m.paid_until and c.rank >= own.rank)`,
  },
  {
    fault: 'is a membership that a refund or a lost dispute has ended before the time of a payment that is kept',
    statement: sql`select m.id from memberships m
      where m.status = 'ended' and m.standing in ('refunded', 'lost') and exists (
        select 1 from ${KEPT_TERMS} k join membership_invoices i on i.invoice = k.invoice
        where k.membership = m.id and k.kind <> 'unused' and k.ends_at > m.ended_at
          and not exists (select 1 from disputes d where d.source_id = i.id))`,
  },
  {
    fault: 'is a dispute or a refund of a payment that is ours, and was taken for somebody else’s',
    statement: sql`select e.object_id as id from provider_events e
      where e.payment is not null and e.processed_at is not null
        and exists (select 1 from membership_invoices i where i.provider_payment = e.payment
          union all select 1 from checkouts c where c.provider_payment = e.payment and c.status = 'paid')
        and not exists (select 1 from disputes d where d.provider_payment = e.payment
          union all select 1 from provider_refunds p where p.provider_payment = e.payment
          union all select 1 from refunds r where r.provider_payment = e.payment)`,
  },
  {
    fault: 'is a sale that was not split by the fees in force when it was made',
    statement: sql`select s.id from (
        select id, fee_policy, paid_at as sold_at from membership_invoices
        union all select t.id, t.fee_policy, coalesce(c.created_at, t.sent_at)
          from tips t left join checkouts c on c.source_id = t.id
        union all select id, fee_policy, created_at from tickets
      ) s join fee_policies p on p.id = s.fee_policy
      where p.effective_at > s.sold_at + ${NOTICED} or exists (select 1 from fee_policies newer
        where newer.effective_at <= s.sold_at - ${NOTICED}
          and (newer.effective_at, newer.version) > (p.effective_at, p.version))`,
  },
];
