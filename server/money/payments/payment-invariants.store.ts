/** Rules between the payments, the tables of their kinds and the books. Each statement finds ids that break a rule. */
import { type SQL, sql } from '../../platform/db/sql.ts';
import { SOLD_KINDS, type SoldKind } from '../../protocol/money/payment-kind.ts';
import { vatOf } from '../invoices/invoices.store.ts';
import { takenBack } from '../ledger/ledger.store.ts';

/** Everything was taken back of the sale of `id`, and a refund was the last reversal: not lost disputes alone. */
const isGivenBack = (kind: SoldKind, id: SQL) => sql`exists (select 1 from ledger_transactions x
  cross join lateral (select sum(${takenBack()}) as amount, (array_agg(r.source_type order by e.seq desc))[1] as last
    from ledger_transactions r join ledger_entries e on e.transaction = r.id where r.reverses_id = x.id and e.amount_minor > 0) back
  where x.kind = ${kind} and x.source_type = ${kind} and x.source_id = ${id} and back.last <> 'dispute'
    and back.amount = (select sum(e.amount_minor) from ledger_entries e where e.transaction = x.id and e.amount_minor > 0))`;

/** What the tables of the kinds say was paid. */
const SOLD = sql`select c.source_id as id, c.purpose as kind, c.identity, null::text as room, c.amount_minor, c.currency,
      'card' as paid_from, c.provider_payment, x.created_at as paid_at, false as is_refunded
    from checkouts c left join ledger_transactions x on x.kind = 'topup' and x.source_id = c.source_id
    where c.purpose = 'topup' and c.status = 'paid' and c.unusable_because is null
  union all select t.id, 'ticket', t.identity, t.room, t.price_minor, t.currency, t.paid_from,
      c.provider_payment, t.bought_at, t.status = 'refunded'
    from tickets t left join checkouts c on c.source_id = t.id
    where t.status in ('valid', 'refunded', 'disputed') and c.unusable_because is null
  union all select t.id, 'tip', t.identity, t.room, t.amount_minor, t.currency,
      case when c.id is null then 'wallet' else 'card' end, c.provider_payment, t.sent_at, ${isGivenBack('tip', sql`t.id`)}
    from tips t left join checkouts c on c.source_id = t.id
  union all select i.id, 'membership', m.identity, null, i.amount_minor, i.currency, 'card',
      (select provider_payment from payments where id = i.id), i.paid_at, ${isGivenBack('membership', sql`i.id`)}
    from membership_invoices i join memberships m on m.id = i.membership
  union all select s.id, 'private_session', s.identity, s.room, s.charged_minor, s.currency,
      'wallet', null, s.ended_at, ${isGivenBack('private_session', sql`s.id`)}
    from private_sessions s where s.status = 'ended' and s.charged_minor > 0
  union all select c.source_id, 'unusable', c.identity,
      coalesce((select room from tickets where id = c.source_id), (select room from card_tips where id = c.source_id)),
      c.amount_minor, c.currency, 'card', c.provider_payment, c.paid_at, false
    from checkouts c where c.unusable_because is not null`;

const PAID = sql`select p.id, p.kind, p.identity, p.room, p.amount_minor, p.currency, p.paid_from,
    p.provider_payment, p.paid_at, p.refunded_at is not null as is_refunded
  from payments p`;

export const PAYMENT_RULES: { fault: string; statement: SQL }[] = [
  {
    fault: 'is a payment that differs from what the table of its kind says, or is in one of the two only',
    statement: sql`select distinct id from (((${SOLD}) except (${PAID})) union all ((${PAID}) except (${SOLD}))) other`,
  },
  {
    fault: 'is a payment whose transaction does not take its amount from where it was paid',
    statement: sql`select p.id from payments p left join ledger_transactions x
        on x.kind = case p.kind when 'unusable' then 'unusable_payment' else p.kind end and x.source_id = p.id
      where (select sum(e.amount_minor) from ledger_entries e where e.transaction = x.id and case p.paid_from
        when 'card' then e.account = 'provider_clearing:' || p.currency || ':#house'
        else e.account in ('fan_wallet:' || p.currency || ':' || p.identity, 'fan_promo:' || p.currency || ':' || p.identity)
        end) is distinct from -p.amount_minor`,
  },
  {
    fault: 'is a transaction of a sale, a top-up or an unusable payment without its payment',
    statement: sql`select x.id from ledger_transactions x where x.kind in ${[...SOLD_KINDS, 'topup', 'unusable_payment']}
      and not exists (select 1 from payments p where p.id = x.source_id)`,
  },
  {
    fault: 'is a sale whose split does not match its terms',
    statement: sql`select coalesce(s.id, e.id) as id from (
        select p.id, payee, share::bigint as minor from payments p cross join jsonb_each_text(p.shares) as s (payee, share)
        where share <> '0'
      ) s full join (
        select x.source_id as id, a.owner as payee, e.amount_minor as minor from ledger_transactions x
        join ledger_entries e on e.transaction = x.id join ledger_accounts a on a.id = e.account and a.kind = 'creator_pending'
        where x.kind in ${SOLD_KINDS}
      ) e using (id, payee) where s.minor is distinct from e.minor
      union select p.id from payments p join sale_terms m on m.id = p.terms
      join ledger_transactions x on x.kind = p.kind and x.source_type = p.kind and x.source_id = p.id
      where m.charity_bps > 0 and m.association is not null and exists (select 1 from ledger_entries e
        where e.transaction = x.id and e.account like 'charity:%' and e.account not like '%:' || m.association)`,
  },
  {
    fault: 'is a sale whose VAT is not that of the country in its terms',
    // As in `splitSale`: contained in the price, and rounded half up.
    statement: sql`select p.id from payments p join sale_terms m on m.id = p.terms
      join ledger_transactions x on x.kind = p.kind and x.source_type = p.kind and x.source_id = p.id
      where (2 * p.amount_minor * m.vat_bps + 10000 + m.vat_bps) / (2 * (10000 + m.vat_bps)) <> (${vatOf(sql`x.id`)})`,
  },
  {
    fault: 'is a sale by card whose terms leave out what its payment says of the country',
    statement: sql`select p.id from payments p join sale_terms m on m.id = p.terms
      where p.evidence is not null and not m.evidence @> p.evidence`,
  },
];
