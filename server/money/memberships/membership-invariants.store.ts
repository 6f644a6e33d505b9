/**
 * Rules of memberships: what is paid for, until when, and on what terms. Each statement finds ids that break a rule.
 */
import { type SQL, sql } from '../../platform/db/sql.ts';
import { takenBack } from '../ledger/ledger.store.ts';
import { CLOSURE_CAUSES } from './memberships.schema.ts';

/** Terms of payments that were not refunded or lost completely. */
const KEPT_TERMS = sql`(select t.* from membership_terms t
  left join membership_invoices i on i.invoice = t.invoice
  where i.invoice is null or i.amount_minor > (
    select coalesce(sum(${takenBack('back')}), 0) from ledger_transactions sale
    join ledger_transactions back on back.reverses_id = sale.id
    join ledger_entries e on e.transaction = back.id
    where sale.kind = 'membership' and sale.source_id = i.id))`;

/**
 * The provider's times are whole seconds, and a process may read a new fee policy some seconds late. A payment on a
 * page is split by the fees in force when the page was opened.
 */
const NOTICED = sql`interval '10 seconds'`;

export const MEMBERSHIP_RULES: { fault: string; statement: SQL }[] = [
  {
    fault: 'is a membership that shares its customer at the provider, and so its credit, with another person or club',
    statement: sql`select m.id from memberships m join memberships o on o.provider_customer = m.provider_customer
      where o.creator <> m.creator or o.identity <> m.identity`,
  },
  {
    fault: 'is a membership whose tier lasts longer than its payments cover',
    statement: sql`select m.id from memberships m join club_tiers own on own.id = m.tier
      where m.status in ('active', 'past_due') and m.standing is null and not exists (
        select 1 from ${KEPT_TERMS} k join club_tiers c on c.id = k.tier
        where k.membership = m.id and k.kind <> 'unused' and k.ends_at >= m.paid_until and c.rank >= own.rank)`,
  },
  {
    fault: 'is a membership that ended before the end of a payment that is kept',
    statement: sql`select m.id from memberships m
      where m.status = 'ended' and m.standing in ('refunded', 'lost') and exists (
        select 1 from ${KEPT_TERMS} k join membership_invoices i on i.invoice = k.invoice
        where k.membership = m.id and k.kind <> 'unused' and k.ends_at > m.ended_at
          and not exists (select 1 from disputes d where d.source_id = i.id))`,
  },
  {
    fault: 'is a payment for a membership that was closed, and whose unused time did not go back',
    statement: sql`select i.id from memberships m join membership_invoices i on i.membership = m.id
      where m.standing in ${CLOSURE_CAUSES} and m.due_at is null
        and exists (select 1 from ${KEPT_TERMS} k where k.invoice = i.invoice and k.kind <> 'unused' and k.ends_at > m.ended_at)
        and not exists (select 1 from refunds r where r.payment = i.id and r.idempotency_key = 'unused:' || i.id)
        and not exists (select 1 from disputes d where d.source_id = i.id and d.status <> 'won')`,
  },
  {
    fault: 'is a dispute or refund of our payment that was ignored as unknown',
    statement: sql`select e.object_id as id from provider_events e
      where e.payment is not null and e.processed_at is not null
        and exists (select 1 from payments p where p.provider_payment = e.payment)
        and not exists (select 1 from disputes d where d.provider_payment = e.payment
          union all select 1 from provider_refunds p where p.provider_payment = e.payment
          union all select 1 from refunds r where r.provider_payment = e.payment)`,
  },
  {
    fault: 'is a sale that was not split by the fees in force',
    statement: sql`select s.id from (
        select id, terms, created_at as sold_at from payments
        union select id, terms, created_at from tickets
      ) s join sale_terms t on t.id = s.terms join fee_policies p on p.id = t.fee_policy
      where p.effective_at > s.sold_at + ${NOTICED} or exists (select 1 from fee_policies newer
        where newer.effective_at <= s.sold_at - ${NOTICED}
          and (newer.effective_at, newer.version) > (p.effective_at, p.version))`,
  },
];
