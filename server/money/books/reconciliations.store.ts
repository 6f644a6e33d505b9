import type { Database, Orm } from '../../platform/db/db.ts';
import { desc, sql } from '../../platform/db/sql.ts';
import { execute } from '../ledger/ledger.store.ts';
import { accountId, houseAccount } from '../ledger/ledger.ts';
import type { KnownMovement } from './reconciliation.ts';
import { reconciliations } from './reconciliations.schema.ts';

export type ReconciliationRow = typeof reconciliations.$inferSelect;

interface KnownRow {
  kind: KnownMovement['kind'];
  source: string;
  record: string;
  amount: string;
  fee: string | null;
  at: string;
  is_pending: boolean;
}

export class ReconciliationsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /**
   * All records since a moment that have moved money at the provider, or will. A dispute moves money again when it is
   * decided, and a refund when the bank returns it, possibly months later.
   */
  async readKnown(sinceIso: string): Promise<KnownMovement[]> {
    const { rows } = await execute<KnownRow>(
      this.#orm,
      sql`select 'payment' as kind, p.provider_payment as source, c.id as record, p.amount_minor as amount,
          p.fee_minor as fee, c.paid_at as at, false as is_pending
        from checkouts c join payments p on p.id = c.source_id
        where c.status = 'paid' and p.provider_payment is not null and c.paid_at >= ${sinceIso}::timestamptz
      union all
        select 'payment', p.provider_payment, i.invoice, p.amount_minor, p.fee_minor, p.paid_at, false
        from membership_invoices i join payments p on p.id = i.id where p.provider_payment is not null and i.booked_at >= ${sinceIso}::timestamptz
      union all
        select 'refund', provider_refund, 'the refund ' || provider_refund,
          case when returned_at is null then -amount_minor else 0 end, 0, created_at, false
        -- The provider moves the money of a pending refund at its creation, or when it succeeds.
        from provider_refunds where created_at >= ${sinceIso}::timestamptz - interval '30 days' or returned_at >= ${sinceIso}::timestamptz
      union all
        select 'refund', provider_refund, id, settled_minor - amount_minor, 0, created_at, true
        from refunds where provider_refund is not null and status = 'pending' and created_at >= ${sinceIso}::timestamptz
      union all
        select 'transfer', provider_transfer, id, -amount_minor, 0, settled_at, false
        from payouts where status = 'paid' and settled_at >= ${sinceIso}::timestamptz
      union all
        select 'transfer', x.source_id, 'the transfer taken back by hand ' || x.source_id, -e.amount_minor, 0, x.created_at, false
        from ledger_transactions x join ledger_entries e on e.transaction = x.id and e.account like 'provider_clearing:%'
        where x.kind = 'payout_reversed' and x.created_at >= ${sinceIso}::timestamptz
      union all
        select 'dispute', provider_dispute, id, fee_minor - withdrawn_minor, fee_minor, opened_at, false
        from disputes where opened_at >= ${sinceIso}::timestamptz or closed_at is null or closed_at >= ${sinceIso}::timestamptz`,
    );
    return rows.map((row) => ({
      kind: row.kind,
      source: row.source,
      record: row.record,
      amountMinor: Number(row.amount),
      feeMinor: row.fee === null ? null : Number(row.fee),
      atMs: Date.parse(row.at),
      status: row.is_pending ? 'pending' : 'booked',
    }));
  }

  async findUnpaidCheckouts(ids: string[]): Promise<Set<string>> {
    const { rows } = await execute<{ id: string }>(
      this.#orm,
      // One parameter, however many there are.
      sql`select id from checkouts where id = any(${sql.param(ids)}::text[]) and status <> 'paid'`,
    );
    return new Set(rows.map((row) => row.id));
  }

  /** The balance at the provider according to the books. */
  async sumClearing(currency: string): Promise<number> {
    const account = accountId(houseAccount('provider_clearing', currency));
    const { rows } = await execute<{ sum: string }>(
      this.#orm,
      sql`select -coalesce(sum(amount_minor), 0) as sum from ledger_entries where account = ${account}`,
    );
    return Number(rows[0]?.sum ?? 0);
  }

  async insert(row: typeof reconciliations.$inferInsert): Promise<void> {
    await this.#orm.insert(reconciliations).values(row);
  }

  async list(limit: number): Promise<ReconciliationRow[]> {
    return this.#orm.select().from(reconciliations).orderBy(desc(reconciliations.startedAt)).limit(limit);
  }

  async findLatest(): Promise<ReconciliationRow | undefined> {
    const [row] = await this.#orm.select().from(reconciliations).orderBy(desc(reconciliations.startedAt)).limit(1);
    return row;
  }
}
