import type { Database, Orm } from '../../platform/db/db.ts';
import { type SQL, sql } from '../../platform/db/sql.ts';
import { execute } from '../ledger/ledger.store.ts';
import type { AccountKind, TransactionKind } from '../ledger/ledger.ts';

export type LegSums = Partial<Record<AccountKind, number>>;

/** Sales without a refund status of their own, and the type of their source in the ledger. */
const BOOKED_FOR = { private_session: 'private_session', membership: 'membership_invoice' } as const;

/**
 * Whether a sale is refunded: everything was taken back, and a refund was the last reversal. Lost disputes alone do not
 * make it refunded.
 */
export function isRefunded(kind: keyof typeof BOOKED_FOR, source: SQL | string): SQL {
  return sql`exists (select 1 from ledger_transactions x
    cross join lateral (select sum(e.amount_minor) as amount, (array_agg(r.source_type order by e.seq desc))[1] as last
      from ledger_transactions r join ledger_entries e on e.transaction = r.id where r.reverses_id = x.id and e.amount_minor > 0) back
    where x.kind = ${kind} and x.source_type = ${BOOKED_FOR[kind]} and x.source_id = ${source} and back.last <> 'dispute'
      and back.amount = (select sum(e.amount_minor) from ledger_entries e where e.transaction = x.id and e.amount_minor > 0))`;
}

export class ReceiptsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Sums of a transaction by kind of account; undefined when there is none. */
  async sumLegs(kind: TransactionKind, sourceId: string): Promise<LegSums | undefined> {
    const { rows } = await execute<{ kind: AccountKind; amount: string | number }>(
      this.#orm,
      sql`select a.kind, sum(e.amount_minor) as amount from ledger_transactions t
        join ledger_entries e on e.transaction = t.id join ledger_accounts a on a.id = e.account
        where t.kind = ${kind} and t.source_id = ${sourceId} group by a.kind`,
    );
    if (rows.length === 0) return undefined;
    return Object.fromEntries(rows.map((row) => [row.kind, Number(row.amount)]));
  }

  /** Status of such a sale: a private session by its id, a membership payment by the provider's id of its invoice. */
  async findStatus(kind: keyof typeof BOOKED_FOR, source: string): Promise<'settled' | 'part_refunded' | 'refunded'> {
    const { rows } = await execute<{ whole: boolean; part: boolean }>(
      this.#orm,
      sql`select ${isRefunded(kind, source)} as whole, exists (
          select 1 from ledger_transactions x join ledger_transactions r on r.reverses_id = x.id and r.kind = 'refund'
          where x.kind = ${kind} and x.source_type = ${BOOKED_FOR[kind]} and x.source_id = ${source}) as part`,
    );
    if (rows[0]?.whole) return 'refunded';
    return rows[0]?.part ? 'part_refunded' : 'settled';
  }
}
