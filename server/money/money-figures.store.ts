import type { Database } from '../platform/db/db.ts';
import { boundsOf, PERIODS } from '../platform/db/periods.ts';
import type { Period } from '../platform/house-dates.ts';
import { kindsTaking } from '../rooms/restrictions/restriction-kinds.ts';

export interface DisputeCounts {
  /** Disputes and inquiries that banks opened. */
  disputes: number;
  cardPayments: number;
}

export interface HoldCounts {
  /** Creators whose payouts a freeze or a suspension began to hold, by operators or by decisions. */
  payoutsHeld: number;
  /** Creators whose earnings a decision froze. */
  creatorsFrozen: number;
  /** What these had earned and not been paid, when the first freeze of the period began. */
  frozenMinor: number;
}

const COUNT_DISPUTES = `select p.number::int as number,
    (select count(*) from disputes d where d.opened_at >= p.from_at and d.opened_at < p.until_at)::int as disputes,
    (select count(*) from payments y where y.paid_from = 'card' and y.paid_at >= p.from_at and y.paid_at < p.until_at)
      ::int as "cardPayments"
  from ${PERIODS} order by p.number`;

const COUNT_HOLDS = `with held as (
    select p.number, r.identity, min(r.created_at) filter (where r.kind = 'freeze' and r.decision is not null) as frozen_at
    from ${PERIODS}
    join restrictions r on r.created_at >= p.from_at and r.created_at < p.until_at and r.kind = any ($3::text[])
    join creators c on c.identity = r.identity
    group by 1, 2
  ), valued as (
    select number, frozen_at, case when frozen_at is null then 0 else greatest(0, (
      select coalesce(sum(e.amount_minor), 0) from ledger_accounts a
      join ledger_entries e on e.account = a.id join ledger_transactions x on x.id = e.transaction
      where a.owner = held.identity and a.kind in ('creator_pending', 'creator_available') and x.created_at <= frozen_at
    )) end as earned from held
  )
  select number::int as number, count(*)::int as "payoutsHeld", count(frozen_at)::int as "creatorsFrozen",
    sum(earned)::float as "frozenMinor"
  from valued group by 1`;

/** Figures of money for those who watch over the house. */
export class MoneyFiguresStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async countDisputes(periods: readonly Period[]): Promise<DisputeCounts[]> {
    const rows = await this.#db.bulk<DisputeCounts>(COUNT_DISPUTES, boundsOf(periods));
    return rows.map(({ disputes, cardPayments }) => ({ disputes, cardPayments }));
  }

  async countHolds(periods: readonly Period[]): Promise<HoldCounts[]> {
    const values = [...boundsOf(periods), kindsTaking('be_paid')];
    const rows = await this.#db.bulk<HoldCounts & { number: number }>(COUNT_HOLDS, values);
    const none = { payoutsHeld: 0, creatorsFrozen: 0, frozenMinor: 0 };
    return periods.map((_, index) => {
      const { number: _number, ...counts } = rows.find(({ number }) => number === index + 1) ?? { number: 0, ...none };
      return counts;
    });
  }
}
