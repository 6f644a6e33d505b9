import type { Database, Orm } from '../../platform/db/db.ts';
import { and, eq, type SQL, sql } from '../../platform/db/sql.ts';
import type { Correction } from '../../protocol/money/pricing.ts';
import { ledgerTransactions } from '../ledger/ledger.schema.ts';
import { execute } from '../ledger/ledger.store.ts';
import type { AccountKind, TransactionKind } from '../ledger/ledger.ts';

export type LegSums = Partial<Record<AccountKind, number>>;

/** A transaction with its sums by kind of account. */
export interface Booked {
  transaction: typeof ledgerTransactions.$inferSelect;
  sums: LegSums;
}

/** What a reversal is to the buyer. */
export function kindOfReversal({ transaction: { kind } }: Booked): Correction['kind'] {
  return kind === 'refund' || kind === 'dispute_undone' ? kind : 'dispute_lost';
}

export class ReceiptsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async find(kind: TransactionKind, sourceId: string): Promise<Booked | undefined> {
    const isOf = and(eq(ledgerTransactions.kind, kind), eq(ledgerTransactions.sourceId, sourceId));
    return (await this.#list(isOf))[0];
  }

  async findById(transaction: string): Promise<Booked | undefined> {
    return (await this.#list(eq(ledgerTransactions.id, transaction)))[0];
  }

  /** What reversed a sale or a top-up, oldest first, but for the refunds that have a record of their own. */
  listReversals(transaction: string): Promise<Booked[]> {
    const { reversesId, sourceType } = ledgerTransactions;
    return this.#list(and(eq(reversesId, transaction), sql`${sourceType} <> 'refund'`));
  }

  async #list(isFound: SQL | undefined): Promise<Booked[]> {
    const rows = await this.#orm.select().from(ledgerTransactions).where(isFound).orderBy(ledgerTransactions.createdAt);
    return Promise.all(rows.map(async (transaction) => ({ transaction, sums: await this.#sumLegs(transaction.id) })));
  }

  async #sumLegs(transaction: string): Promise<LegSums> {
    const { rows } = await execute<{ kind: AccountKind; amount: string | number }>(
      this.#orm,
      sql`select a.kind, sum(e.amount_minor) as amount from ledger_entries e join ledger_accounts a on a.id = e.account
        where e.transaction = ${transaction} group by a.kind`,
    );
    return Object.fromEntries(rows.map((row) => [row.kind, Number(row.amount)]));
  }
}
