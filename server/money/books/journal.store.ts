import type { Database, Orm } from '../../platform/db/db.ts';
import { sql } from '../../platform/db/sql.ts';
import { execute } from '../ledger/ledger.store.ts';
import type { AccountKind, TransactionKind } from '../ledger/ledger.ts';

export interface JournalEntry {
  /** Of a transaction, in the order of the journal. */
  id: string;
  kind: TransactionKind;
  source: string;
  /** Days of the house's time zone: `20261231`. */
  day: string;
  invoice: string | null;
  issued: string | null;
  legs: AccountSum[];
}

export interface AccountSum {
  account: AccountKind;
  owner: string;
  amountMinor: number;
}

interface EntryRow extends Omit<JournalEntry, 'legs'>, SumRow {}

interface SumRow {
  id: string;
  account: AccountKind;
  owner: string;
  amount: string;
}

const PAGE_ACCOUNTS = 500;

export class JournalStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** The moment at which a day such as `2026-12-31` begins in a time zone. */
  async startOf(day: string, timeZone: string): Promise<number> {
    const { rows } = await execute<{ at: string | Date }>(
      this.#orm,
      sql`select ${day}::timestamp at time zone ${timeZone} as at`,
    );
    return new Date(rows[0]?.at ?? Number.NaN).getTime();
  }

  /** Balances of all accounts before a moment, in pages; those of zero are left out. */
  async *readBalances(currency: string, beforeIso: string): AsyncGenerator<AccountSum[]> {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const { rows }: { rows: SumRow[] } = await execute<SumRow>(
        this.#orm,
        sql`select a.id, a.kind as account, a.owner, coalesce(sum(e.amount_minor) filter (
              where x.created_at < ${beforeIso}::timestamptz), 0) as amount
          from (select * from ledger_accounts where currency = ${currency} and id > ${after}
            order by id limit ${PAGE_ACCOUNTS}) a
          left join ledger_entries e on e.account = a.id left join ledger_transactions x on x.id = e.transaction
          group by a.id, a.kind, a.owner order by a.id`,
      );
      yield rows.map(toSum).filter(({ amountMinor }) => amountMinor !== 0);
      after = rows.at(-1)?.id;
    }
  }

  /** The hours of a period in which something was booked: when each begins. */
  async listHours(currency: string, { fromIso, untilIso }: { fromIso: string; untilIso: string }): Promise<number[]> {
    const { rows } = await execute<{ hour: string | Date }>(
      this.#orm,
      sql`select distinct date_trunc('hour', created_at, 'UTC') as hour from ledger_transactions
        where created_at >= ${fromIso}::timestamptz and created_at < ${untilIso}::timestamptz and currency = ${currency}
        order by 1`,
    );
    return rows.map(({ hour }) => new Date(hour).getTime());
  }

  /** What was booked from one moment to another, exclusive, in the order of the books. */
  async listEntries(
    currency: string,
    period: { fromIso: string; untilIso: string; timeZone: string },
  ): Promise<JournalEntry[]> {
    const { fromIso, untilIso, timeZone } = period;
    const dayOf = (at: ReturnType<typeof sql>) => sql`to_char(${at} at time zone ${timeZone}, 'YYYYMMDD')`;
    const { rows } = await execute<EntryRow>(
      this.#orm,
      sql`select x.id, x.kind, x.source_id as source, ${dayOf(sql`x.created_at`)} as day, a.kind as account, a.owner,
          e.amount_minor as amount, i.year || '-' || lpad(i.number::text, 6, '0') as invoice,
          ${dayOf(sql`i.issued_at`)} as issued
        from ledger_transactions x join ledger_entries e on e.transaction = x.id
        join ledger_accounts a on a.id = e.account left join invoices i on i.transaction = x.id
        where x.created_at >= ${fromIso}::timestamptz and x.created_at < ${untilIso}::timestamptz
          and x.currency = ${currency}
        order by x.created_at, x.id, e.seq`,
    );
    const entries = new Map<string, JournalEntry>();
    for (const { id, kind, source, day, invoice, issued, ...sum } of rows) {
      const entry = entries.get(id) ?? { id, kind, source, day, invoice, issued, legs: [] };
      entry.legs.push(toSum({ id, ...sum }));
      entries.set(id, entry);
    }
    return [...entries.values()];
  }
}

function toSum({ account, owner, amount }: SumRow): AccountSum {
  return { account, owner, amountMinor: Number(amount) };
}
