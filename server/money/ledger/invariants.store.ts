import type { Database, Orm } from '../../platform/db/db.ts';
import { type SQL, sql } from '../../platform/db/sql.ts';
import { SELF_BILL_RULES } from '../creator-papers/self-billing-invariants.store.ts';
import { INVOICE_RULES } from '../invoices/invoice-invariants.store.ts';
import { MEMBERSHIP_RULES } from '../memberships/membership-invariants.store.ts';
import { PAYMENT_RULES } from '../payments/payment-invariants.store.ts';
import { PRIVATE_RULES } from '../private-sessions/private-invariants.store.ts';
import { leftOfGrants } from '../wallet/promo-grants.ts';
import { PromotionsStore } from '../wallet/promotions.store.ts';
import { execute } from './ledger.store.ts';
import { accountId, fanPromo, houseAccount } from './ledger.ts';
import { PAYOUT_RULES } from './payout-invariants.store.ts';

interface Rule {
  /** Completes the sentence "ID …" for each row that the statement finds. */
  fault: string;
  statement: SQL;
}

/**
 * Rules between the books and the payments, refunds and entitlements. Each statement finds ids that break a rule. The
 * rules of the books alone are in `ledger.store.ts`.
 */
const RULES: Rule[] = [
  {
    fault: 'is a tip without its transaction, or with another amount',
    statement: sql`select t.id from tips t left join ledger_transactions x
        on x.kind = 'tip' and x.source_type = 'tip' and x.source_id = t.id
      where (select sum(e.amount_minor) from ledger_entries e where e.transaction = x.id and e.account in (
        'fan_wallet:' || t.currency || ':' || t.identity,
        'fan_promo:' || t.currency || ':' || t.identity,
        'provider_clearing:' || t.currency || ':#house')) is distinct from -t.amount_minor`,
  },
  {
    fault: 'is a transaction of a tip that does not exist',
    statement: sql`select x.id from ledger_transactions x
      where x.kind = 'tip' and not exists (select 1 from tips t where t.id = x.source_id)`,
  },
  {
    fault: 'is a settled tip without a fact in the outbox, or with two',
    // The outbox deletes its oldest facts. A fact is missing only if the outbox is complete or has the fact of an older
    // tip.
    statement: sql`with told as (
        select tip->>'id' as id, count(*) as times
        from outbox o cross join lateral jsonb_array_elements(o.data->'tips') as tip
        where o.topic = 'tips.settled' group by tip->>'id'
      ), kept as (
        select min(t.sent_at) as since, (select coalesce(min(seq), 0) from outbox) = 1 as is_whole
        from tips t join told on told.id = t.id
      )
      select t.id from tips t cross join kept left join told on told.id = t.id
      where told.times > 1 or (told.times is null and (kept.is_whole or t.sent_at > kept.since + interval '1 minute'))`,
  },
  {
    fault: 'is a top-up whose transactions do not match its status',
    statement: sql`select c.source_id as id from checkouts c left join ledger_transactions x
        on x.kind = 'topup' and x.source_type = 'topup' and x.source_id = c.source_id
      where c.purpose = 'topup' and (c.status = 'paid' and c.unusable_because is null) <> (x.id is not null)`,
  },
  {
    fault: 'is a ticket whose transactions do not match its status',
    statement: sql`select t.id from tickets t left join ledger_transactions x
        on x.kind in ('ticket', 'unusable_payment') and x.source_type = 'ticket' and x.source_id = t.id
      where (t.status in ('valid', 'refunded', 'disputed')) <> (x.id is not null)`,
  },
  {
    fault: 'is a ticket that does not match its entitlement',
    statement: sql`select t.id from tickets t
      where (t.status = 'valid') <> exists (select 1 from entitlements e
        where e.source = 'ticket' and e.source_id = t.id and e.revoked_at is null)`,
  },
  {
    fault: 'is a paid checkout without a transaction, or an unpaid one with one',
    statement: sql`select c.id from checkouts c left join ledger_transactions x
        on x.kind in ('topup', 'ticket', 'tip', 'unusable_payment') and x.source_type = c.purpose and x.source_id = c.source_id
      where (c.status = 'paid') <> (x.id is not null)`,
  },
  {
    // A ticket or tip is refunded when its refunds, the refunds by hand at the provider and the amounts taken by lost
    // disputes add up to all of it, and a refund was the last of them. A dispute that comes last ends nothing, except
    // that a ticket without a remainder ends when its room is cancelled.
    fault: 'is a refunded ticket or tip without a refund, or a refund of one that is not refunded',
    statement: sql`select s.id from (
        select id, 'ticket' as kind, price_minor as gross, status = 'refunded' as is_refunded from tickets
        union all select id, kind, amount_minor, refunded_at is not null from payments where kind = 'tip'
      ) s
      left join ledger_transactions x on x.kind = s.kind and x.source_type = s.kind and x.source_id = s.id
      cross join lateral (select
        (select coalesce(sum(r.amount_minor), 0) from refunds r where r.payment = s.id)
          + (select coalesce(sum(p.amount_minor - p.settled_minor - p.loss_minor), 0) from provider_refunds p
            where p.source_id = s.id and p.returned_at is null)
          + (select coalesce(sum(e.amount_minor), 0) from ledger_transactions d join ledger_entries e on e.transaction = d.id
            where d.reverses_id = x.id and d.kind in ('dispute_reversal', 'dispute_undone') and e.account like 'disputes_open:%') as given,
        (select l.source_type from ledger_transactions l join ledger_entries e on e.transaction = l.id
          where l.reverses_id = x.id order by e.seq desc limit 1) as last
      ) back
      where s.is_refunded <> (back.given = s.gross and (coalesce(back.last, 'refund') <> 'dispute'
          or (s.is_refunded and exists (select 1 from tickets t join cancellations c on c.room = t.room where t.id = s.id))))`,
  },
  {
    fault: 'is a grant of promotional credit without a transaction of its amount',
    statement: sql`select p.id from promotions p left join ledger_transactions x
        on x.kind = 'promotion' and x.source_type = 'promotion' and x.source_id = p.id
      left join ledger_entries e on e.transaction = x.id and e.account = 'fan_promo:' || p.currency || ':' || p.identity
      where e.amount_minor is distinct from p.amount_minor`,
  },
  {
    fault: 'sends promotional credit to a card',
    statement: sql`select e.transaction as id from ledger_entries e
      where e.account like 'fan_promo:%' and exists (select 1 from ledger_entries f
        where f.transaction = e.transaction and f.account like 'refund_payable:%')`,
  },
  {
    fault: 'is a request that is undone without its tip being refunded, or the other way round',
    statement: sql`select t.id from tips t join payments p on p.id = t.id
      where t.request is not null and (t.request = 'undone') <> (p.refunded_at is not null)`,
  },
  {
    fault: 'has sold more tickets than its capacity',
    statement: sql`select r.id from rooms r join tickets t on t.room = r.id and t.status = 'valid'
      where r.capacity is not null group by r.id having count(*) > r.capacity`,
  },
  {
    fault: 'is a valid ticket of an ended room without a live for its buyer',
    statement: sql`select t.id from cancellations c join tickets t on t.room = c.room and t.status = 'valid'
      join rooms r on r.id = c.room
      where c.completed_at is not null
        and (c.min_live_seconds is null or r.live_seconds - t.live_seconds_before < c.min_live_seconds
          or t.bought_at >= r.live_ended_at)`,
  },
  {
    fault: 'is reversed by more than its amount on one account',
    statement: sql`select x.id from ledger_transactions x
      join ledger_entries e on e.transaction = x.id
      join ledger_transactions r on r.reverses_id = x.id
      join ledger_entries f on f.transaction = r.id and f.account = e.account
      group by x.id, e.account, e.amount_minor
      having sign(sum(f.amount_minor)) = sign(e.amount_minor) or abs(sum(f.amount_minor)) > abs(e.amount_minor)`,
  },
];

export class InvariantsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async findViolations(currency: string): Promise<string[]> {
    const found: string[] = [];
    for (const { fault, statement } of [
      ...RULES,
      ...PAYOUT_RULES,
      ...PRIVATE_RULES,
      ...MEMBERSHIP_RULES,
      ...PAYMENT_RULES,
      ...INVOICE_RULES,
      ...SELF_BILL_RULES,
    ]) {
      const { rows } = await execute<{ id: string }>(this.#orm, statement);
      found.push(...rows.map(({ id }) => `${id} ${fault}`));
    }
    return [...found, ...(await this.#findExpiredCredit(currency)), ...(await this.#findWrongSums(currency))];
  }

  /** An expired grant of promotional credit must have no remainder, except what is held. */
  async #findExpiredCredit(currency: string): Promise<string[]> {
    const promotions = new PromotionsStore({ orm: this.#orm });
    const { rows } = await execute<{ identity: string }>(
      this.#orm,
      sql`select distinct identity from promotions where expired_at is not null`,
    );
    const faults: string[] = [];
    for (const { identity } of rows) {
      const account = accountId(fanPromo(identity, currency));
      const grants = await promotions.listGrants(this.#orm, identity);
      const left = leftOfGrants(grants, await promotions.listEntries(this.#orm, account));
      const expired = grants.filter(({ isExpired }) => isExpired);
      const leftMinor = expired.reduce((sum, { id }) => sum + (left.get(id) ?? 0), 0);
      if (leftMinor > (await promotions.findHeld(this.#orm, account))) {
        faults.push(`${account} has ${leftMinor} of grants that have run out`);
      }
    }
    return faults;
  }

  /**
   * The balance at the provider must equal payments less fees and outgoing money. The sum owed to cards must equal the
   * open refunds.
   */
  async #findWrongSums(currency: string): Promise<string[]> {
    const clearing = accountId(houseAccount('provider_clearing', currency));
    const payable = accountId(houseAccount('refund_payable', currency));
    const { rows } = await execute<Record<'clearing' | 'at_provider' | 'payable' | 'owed', string>>(
      this.#orm,
      sql`select
        (select coalesce(sum(amount_minor), 0) from ledger_entries where account = ${clearing}) as clearing,
        (select coalesce(sum(amount_minor - coalesce(fee_minor, 0)), 0) from payments where paid_from = 'card')
          - (select coalesce(sum(amount_minor), 0) from provider_refunds where returned_at is null)
          - (select coalesce(sum(amount_minor - reversed_minor), 0) from payouts where status = 'paid')
          - (select coalesce(sum(withdrawn_minor), 0) from disputes)
          - (select coalesce(sum(e.amount_minor), 0) from ledger_entries e join ledger_transactions x on x.id = e.transaction
              where e.account = ${clearing} and x.kind in ('bank_payout', 'provider_charge', 'provider_reserve', 'provider_other')) as at_provider,
        (select coalesce(sum(amount_minor), 0) from ledger_entries where account = ${payable}) as payable,
        (select coalesce(sum(amount_minor - settled_minor), 0) from refunds where "to" = 'card') as owed`,
    );
    const sums = rows[0];
    if (!sums) return ['the sums of the books cannot be read'];
    const faults: string[] = [];
    if (-Number(sums.clearing) !== Number(sums.at_provider)) {
      faults.push(`the clearing account says ${-Number(sums.clearing)}, the payments ${sums.at_provider}`);
    }
    if (Number(sums.payable) !== Number(sums.owed)) {
      faults.push(`${sums.payable} is owed to cards by the books, ${sums.owed} by the refunds`);
    }
    return faults;
  }
}
