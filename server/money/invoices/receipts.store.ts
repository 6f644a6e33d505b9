import type { Database, Orm } from '../../platform/db/db.ts';
import { sql } from '../../platform/db/sql.ts';
import { execute } from '../ledger/ledger.store.ts';
import type { AccountKind, TransactionKind } from '../ledger/ledger.ts';

export type LegSums = Partial<Record<AccountKind, number>>;

export class ReceiptsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Sums of a transaction by kind of account. */
  async sumLegs(kind: TransactionKind, sourceId: string): Promise<LegSums> {
    const { rows } = await execute<{ kind: AccountKind; amount: string | number }>(
      this.#orm,
      sql`select a.kind, sum(e.amount_minor) as amount from ledger_transactions t
        join ledger_entries e on e.transaction = t.id join ledger_accounts a on a.id = e.account
        where t.kind = ${kind} and t.source_id = ${sourceId} group by a.kind`,
    );
    return Object.fromEntries(rows.map((row) => [row.kind, Number(row.amount)]));
  }
}
