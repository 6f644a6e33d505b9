/**
 * A simple model of where each payment's money is. The provider knows what was charged to a card and returned to it.
 * The ledger must agree per payment, owe no card more than it paid, and leave nothing pending that no job and no
 * operator will handle.
 */

import type Stripe from 'stripe';
import { sql } from '../../../server/platform/db/sql.ts';
import type { SoakHouse } from '../soak/soak-house.ts';

/** A payment as its card sees it, in minor units. */
interface AtProvider {
  paid: number;
  /** Returned to the card by successful refunds. */
  refunded: number;
  /** Charged back by banks and not returned. */
  disputed: number;
  isDisputeLost: boolean;
}

/** The same by the ledger. */
interface Booked {
  payment: string;
  source: string;
  paid: number;
  refunded: number;
  disputed: number;
  /** Taken back from all recipients and not yet returned to the card. */
  owed: number;
}

const ALL = { limit: 100 };
const MOST = { limit: 10_000 };

export async function findMisplaced(house: SoakHouse): Promise<string[]> {
  const [provider, booked] = await Promise.all([readProvider(house.stripe), readBooked(house)]);
  const faults: string[] = [];
  const known = new Set(booked.map(({ payment }) => payment));
  for (const [payment, { paid, refunded, disputed }] of provider) {
    const isHarmless = refunded === paid;
    if (!known.has(payment) && !isHarmless) {
      faults.push(
        `${payment}: ${paid} charged to a card (${refunded} refunded, ${disputed} disputed) is not in the ledger`,
      );
    }
  }
  for (const { payment, source, ...here } of booked) {
    const there = provider.get(payment);
    if (!there) {
      faults.push(`${source}: ${payment} is in the ledger, and the provider has no such payment`);
      continue;
    }
    for (const what of ['paid', 'refunded', 'disputed'] as const) {
      if (here[what] !== there[what])
        faults.push(`${source}: ${here[what]} ${what} in the ledger, ${there[what]} at the provider`);
    }
    const goesBack = there.refunded + there.disputed + here.owed;
    if (goesBack > there.paid) {
      faults.push(
        `${source}: the card paid ${there.paid}, got ${there.refunded + there.disputed} back, and is owed ${here.owed}`,
      );
    }
  }
  return [...faults, ...(await findPending(house))];
}

async function readProvider(stripe: Stripe): Promise<Map<string, AtProvider>> {
  const payments = await stripe.paymentIntents.list(ALL).autoPagingToArray(MOST);
  const refunds = await stripe.refunds.list(ALL).autoPagingToArray(MOST);
  const disputes = await stripe.disputes.list(ALL).autoPagingToArray(MOST);
  const found = new Map<string, AtProvider>();
  for (const { id, status, amount_received } of payments) {
    if (status !== 'succeeded') continue;
    const own = refunds.filter((refund) => refund.payment_intent === id && isWithCard(refund.status));
    const against = disputes.filter((dispute) => dispute.payment_intent === id);
    const movements = against.flatMap(({ balance_transactions }) => balance_transactions);
    found.set(id, {
      paid: amount_received,
      refunded: own.reduce((sum, { amount }) => sum + amount, 0),
      disputed: -movements.reduce((sum, { amount }) => sum + amount, 0),
      isDisputeLost: against.some(({ status: how }) => how === 'lost'),
    });
  }
  return found;
}

function isWithCard(status: string | null): boolean {
  return status === 'succeeded' || status === 'pending';
}

async function readBooked(house: SoakHouse): Promise<Booked[]> {
  const rows = await select<Record<keyof Booked, string>>(
    house,
    `with payments as (
      select provider_payment as payment, source_id as source, purpose as type, source_id as booked
        from checkouts where status = 'paid'
      union all select provider_payment, id, 'membership', id from payments
        where kind = 'membership' and provider_payment is not null
    )
    select p.payment, p.source,
      coalesce((select -sum(e.amount_minor) from ledger_transactions x join ledger_entries e on e.transaction = x.id
        where x.kind in ('topup', 'ticket', 'tip', 'membership', 'unusable_payment') and x.source_type = p.type
          and x.source_id = p.booked
          and e.account = 'provider_clearing:eur:#house'), 0) as paid,
      (select coalesce(sum(amount_minor), 0) from provider_refunds m where m.provider_payment = p.payment
        and m.returned_at is null)
        as refunded,
      (select coalesce(sum(withdrawn_minor - fee_minor), 0) from disputes d
        where d.provider_payment = p.payment) as disputed,
      (select coalesce(sum(amount_minor - settled_minor), 0) from refunds r
        where r.provider_payment = p.payment) as owed
    from payments p`,
  );
  return rows.map(({ payment, source, ...sums }) => ({
    payment,
    source,
    paid: Number(sums.paid),
    refunded: Number(sums.refunded),
    disputed: Number(sums.disputed),
    owed: Number(sums.owed),
  }));
}

/** Each statement selects what is still pending after every hold, term and dispute has ended. */
const PENDING: [fault: string, statement: string][] = [
  [
    'earnings never released',
    `select a.owner || ' with ' || sum(e.amount_minor) as id from ledger_accounts a
      join ledger_entries e on e.account = a.id
      where a.kind = 'creator_pending' group by a.owner having sum(e.amount_minor) <> 0`,
  ],
  [
    'disputed amount with no open or closed dispute',
    `select sum(amount_minor)::text as id from ledger_entries
      where account like 'disputes_open:%' having sum(amount_minor) <> 0`,
  ],
  [
    'disputed ticket without a dispute',
    `select id from tickets t where status = 'disputed' and not exists (
      select 1 from disputes d where d.status in ('open', 'under_review', 'lost') and (d.source_id = t.id or d.id in (
        select f.dispute from dispute_freezes f join ledger_transactions x on x.id = f.transaction
        where x.source_id = t.id)))`,
  ],
  [
    'reserved credit without a reason',
    `select id from ledger_accounts where held <> 0 and kind in ('fan_wallet', 'fan_promo')`,
  ],
  ['refund in progress that was never sent', `select id from refunds where status = 'pending'`],
  [
    'more promotional credit than was granted without an expiry',
    `select a.id from ledger_accounts a where a.kind = 'fan_promo' and a.balance > (
      select coalesce(sum(p.amount_minor), 0) from promotions p where p.identity = a.owner and p.expires_at is null)`,
  ],
  [
    'credit of a closed account that a card would take',
    `select a.id from ledger_accounts a where a.kind = 'fan_wallet' and a.closed_at is not null and a.balance > 0 and exists (
      select 1 from payments p where p.identity = a.owner and p.kind = 'topup'
        and not exists (select 1 from disputes d where d.source_id = p.id)
        and p.amount_minor > (select coalesce(sum(r.amount_minor), 0) from refunds r where r.payment = p.id))`,
  ],
  [
    'unknown provider fee',
    `select id from payments where paid_from = 'card' and fee_minor is null and provider_payment is not null`,
  ],
  [
    'active although every payment for it was returned',
    `select m.id from memberships m where m.status in ('active', 'past_due') and not exists (
      select 1 from membership_invoices i join ledger_transactions x on x.kind = 'membership'
        and x.source_id = i.id
      where i.membership = m.id and x.id not in (select r.reverses_id from ledger_transactions r
        where r.reverses_id is not null group by r.reverses_id
          having count(*) filter (where r.kind in ('refund', 'dispute_reversal')) > count(*) filter (where r.kind = 'dispute_undone')))`,
  ],
  [
    'ended by the server, with a later payment kept',
    `select m.id || ' ' || i.id as id from memberships m join membership_invoices i on i.membership = m.id
      where m.status = 'ended' and m.standing in ('refunded', 'lost') and i.period_end > m.ended_at
        and not exists (select 1 from disputes d where d.source_id = i.id and d.decisions > 0)
        and i.amount_minor > (select coalesce(sum(case r.kind when 'dispute_undone' then -e.amount_minor else e.amount_minor end), 0) from ledger_transactions x
          join ledger_transactions r on r.reverses_id = x.id join ledger_entries e on e.transaction = r.id
            and e.amount_minor > 0
          where x.kind = 'membership' and x.source_id = i.id)`,
  ],
  [
    'paid out while payouts to its creator were frozen',
    `select p.id from payouts p join restrictions f on f.identity = p.creator and f.kind = 'freeze'
      where p.created_at > f.created_at and (f.lifted_at is null or p.created_at < f.lifted_at)`,
  ],
  [
    'paid out while its creator was suspended',
    `select p.id from payouts p join restrictions s on s.identity = p.creator and s.kind = 'suspension'
      where p.created_at > s.created_at and p.created_at < least(s.until, s.lifted_at, 'infinity'::timestamptz)`,
  ],
];

async function findPending(house: SoakHouse): Promise<string[]> {
  const faults: string[] = [];
  for (const [fault, statement] of PENDING) {
    for (const { id } of await select<{ id: string }>(house, statement)) faults.push(`${id} ${fault}`);
  }
  return faults;
}

export async function select<Row>(house: SoakHouse, statement: string): Promise<Row[]> {
  return ((await house.app.db.orm.execute(sql.raw(statement))) as unknown as { rows: Row[] }).rows;
}
