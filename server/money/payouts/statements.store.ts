import { iso } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { type SQL, sql } from '../../platform/db/sql.ts';
import type { Period } from '../../platform/house-dates.ts';
import type { EarningsEntry } from '../../protocol/money/payouts.ts';
import { execute } from '../ledger/ledger.store.ts';
import { accountId, creatorAvailable, creatorPending } from '../ledger/ledger.ts';

interface EntryRow {
  seq: string;
  transaction: string;
  kind: string;
  source_id: string;
  reverses_id: string | null;
  room: string | null;
  created_at: string;
  creator: string;
  vat: string;
  fees: string;
  charity: string;
}

/** Sums of one seller over a period, from the ledger. */
export interface SellerSums {
  creator: string;
  name: string;
  country: string;
  consideration: number;
  activities: number;
  fees: number;
  taxes: number;
  charity: number;
}

const PAYOUT_KINDS = ['payout', 'payout_returned', 'payout_reversed'];
/** No sales, refunds or fees: what a seller has earned does not change. */
export const NO_EARNINGS = ['release', ...PAYOUT_KINDS, 'write_off'];
const PAGE_ENTRIES = 500;

export class StatementsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** A creator's pending and available earnings before a moment. */
  async sumBefore(creator: string, currency: string, beforeIso: string): Promise<number> {
    const { rows } = await execute<{ sum: string }>(
      this.#orm,
      sql`select coalesce(sum(e.amount_minor), 0) as sum from ledger_entries e
        join ledger_transactions x on x.id = e.transaction
        where e.account in ${accountsOf(creator, currency)} and x.created_at < ${beforeIso}::timestamptz`,
    );
    return Number(rows[0]?.sum ?? 0);
  }

  /**
   * All entries of a creator's earnings in a period, in pages, in the order of the books. Releases from pending to
   * available do not change the total and are left out.
   */
  async *readEntries(creator: string, currency: string, period: Period): AsyncGenerator<EarningsEntry[]> {
    let afterSeq = 0;
    for (;;) {
      const { rows } = await execute<EntryRow>(this.#orm, selectEntries({ creator, currency, period, afterSeq }));
      if (rows.length === 0) return;
      afterSeq = Number(rows.at(-1)?.seq);
      yield rows.map((row) => toEntry(row, currency));
    }
  }

  async listMonths(creator: string, { currency, timeZone }: { currency: string; timeZone: string }): Promise<string[]> {
    const { rows } = await execute<{ month: string }>(
      this.#orm,
      sql`select distinct to_char(x.created_at at time zone ${timeZone}, 'YYYY-MM') as month
        from ledger_entries e join ledger_transactions x on x.id = e.transaction
        where e.account in ${accountsOf(creator, currency)} and x.kind <> 'release' order by 1 desc`,
    );
    return rows.map(({ month }) => month);
  }

  /** Sellers with anything credited, taken back or withheld in a period. */
  async sumSellers(currency: string, { fromIso, untilIso }: Period, creator?: string): Promise<SellerSums[]> {
    const { rows } = await execute<Record<keyof SellerSums, string>>(
      this.#orm,
      sql`with own as (
          select a.owner as creator, e.transaction, sum(e.amount_minor) as amount
          from ledger_accounts a
          join ledger_entries e on e.account = a.id
          join ledger_transactions x on x.id = e.transaction
          where a.kind in ('creator_pending', 'creator_available') and a.currency = ${currency}
            and x.kind not in ${NO_EARNINGS}
            and x.created_at >= ${fromIso}::timestamptz and x.created_at < ${untilIso}::timestamptz
            ${creator === undefined ? sql`` : sql`and a.owner = ${creator}`}
          group by a.owner, e.transaction
        ), counted as (
          -- A sale counts as long as some of its amount does: one that was wholly taken back is in neither.
          select net.creator, count(*) filter (where net.amount > 0) as activities from (
            select own.creator, sum(own.amount) as amount from own join ledger_transactions x on x.id = own.transaction
            group by own.creator, coalesce(x.reverses_id, x.id) having bool_or(x.reverses_id is null)
          ) net group by net.creator
        )
        select own.creator, coalesce(nullif(concat_ws(' ', k.first_name, k.legal_name), ''), c.name, own.creator) as name,
          coalesce(k.country, c.country, '') as country,
          sum(own.amount) as consideration,
          coalesce(max(counted.activities), 0) as activities,
          sum(${partOf('platform_revenue')}) as fees, sum(${partOf('vat_payable')}) as taxes,
          sum(${partOf('charity')}) as charity
        from own join ledger_transactions x on x.id = own.transaction
        left join counted on counted.creator = own.creator
        left join creators c on c.identity = own.creator
        left join creator_businesses k on k.creator = own.creator
        group by own.creator, c.name, k.first_name, k.legal_name, k.country, c.country order by own.creator`,
    );
    return rows.map((row) => ({
      creator: row.creator,
      name: row.name,
      country: row.country,
      consideration: Number(row.consideration),
      activities: Number(row.activities),
      fees: Number(row.fees),
      taxes: Number(row.taxes),
      charity: Number(row.charity),
    }));
  }
}

/** What a transaction `x` has moved to accounts of a kind. */
function partOf(kind: 'platform_revenue' | 'vat_payable' | 'charity'): SQL {
  return sql`coalesce((select sum(pe.amount_minor) from ledger_entries pe join ledger_accounts pa on pa.id = pe.account
    where pe.transaction = x.id and pa.kind = ${kind}), 0)`;
}

function selectEntries(query: { creator: string; currency: string; period: Period; afterSeq: number }): SQL {
  const { creator, currency, period, afterSeq } = query;
  return sql`select max(e.seq) as seq, x.id as transaction, x.kind, x.source_id, x.reverses_id, x.created_at,
      sum(e.amount_minor) as creator,
      (select p.room from ledger_transactions root join payments p on p.id = root.source_id
        where root.id = coalesce(x.reverses_id, x.id)) as room,
      ${partOf('vat_payable')} as vat, ${partOf('platform_revenue')} as fees, ${partOf('charity')} as charity
    from ledger_entries e join ledger_transactions x on x.id = e.transaction
    where e.account in ${accountsOf(creator, currency)} and e.seq > ${afterSeq} and x.kind <> 'release'
      and x.created_at >= ${period.fromIso}::timestamptz and x.created_at < ${period.untilIso}::timestamptz
    group by x.id, x.kind, x.source_id, x.reverses_id, x.created_at
    order by 1 limit ${PAGE_ENTRIES}`;
}

function accountsOf(creator: string, currency: string): string[] {
  return [accountId(creatorPending(creator, currency)), accountId(creatorAvailable(creator, currency))];
}

function toEntry(row: EntryRow, currency: string): EarningsEntry {
  const netMinor = Number(row.creator);
  const parts = { vatMinor: Number(row.vat), feesMinor: Number(row.fees), charityMinor: Number(row.charity) };
  const isPayout = PAYOUT_KINDS.includes(row.kind);
  const isWriteOff = row.kind === 'write_off';
  return {
    transaction: row.transaction,
    at: iso(row.created_at),
    category: isPayout ? 'payout' : isWriteOff ? 'write_off' : row.reverses_id === null ? 'sale' : 'refund',
    kind: row.kind,
    source: row.source_id,
    room: row.room,
    currency,
    grossMinor: isPayout || isWriteOff ? 0 : netMinor + parts.vatMinor + parts.feesMinor + parts.charityMinor,
    ...parts,
    netMinor,
  };
}
