import type { Database, Orm } from '../../platform/db/db.ts';
import { and, eq, sql } from '../../platform/db/sql.ts';
import { ledgerTransactions } from '../ledger/ledger.schema.ts';
import { execute } from '../ledger/ledger.store.ts';
import type { TransactionKind } from '../ledger/ledger.ts';
import { billingNames, invoiceSeries, invoices } from './invoices.schema.ts';

type InvoiceRow = typeof invoices.$inferSelect;

interface Uninvoiced {
  transaction: string;
  identity: string;
  buyerName: string | null;
}

export class InvoicesStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Locks a series until the transaction ends; returns its last number. */
  async lockSeries(tx: Orm, series: { seller: string; year: number }): Promise<number> {
    await tx
      .insert(invoiceSeries)
      .values({ ...series, lastNumber: 0 })
      .onConflictDoNothing();
    const [row] = await tx
      .select({ last: invoiceSeries.lastNumber })
      .from(invoiceSeries)
      .where(and(eq(invoiceSeries.seller, series.seller), eq(invoiceSeries.year, series.year)))
      .for('update');
    return row?.last ?? 0;
  }

  /**
   * Sales and their refunds without a number, oldest first. A top-up is no sale: it is taxed when it is spent. A refund
   * made by hand at the provider has no receipt.
   */
  async findUninvoiced(tx: Orm, { sinceIso, limit }: { sinceIso: string; limit: number }): Promise<Uninvoiced[]> {
    const { rows } = await execute<{ transaction: string; identity: string; name: string | null }>(
      tx,
      sql`select open.id as transaction, open.identity, b.name from (
          select x.id, x.created_at, p.identity
          from ledger_transactions x join ledger_transactions root on root.id = coalesce(x.reverses_id, x.id)
          join payments p on p.id = root.source_id and p.kind = root.kind and p.terms is not null
          where x.created_at >= ${sinceIso}::timestamptz
            and (x.reverses_id is null or (x.kind = 'refund' and x.source_type = 'refund'))
            and not exists (select 1 from invoices i where i.transaction = x.id)
          order by x.created_at, x.id limit ${limit}
        ) open left join billing_names b on b.identity = open.identity
        order by open.created_at, open.id`,
    );
    return rows.map(({ transaction, identity, name }) => ({ transaction, identity, buyerName: name }));
  }

  async insert(tx: Orm, rows: InvoiceRow[]): Promise<void> {
    await tx.insert(invoices).values(rows);
  }

  async setLastNumber(tx: Orm, { seller, year, lastNumber }: typeof invoiceSeries.$inferSelect): Promise<void> {
    await tx
      .update(invoiceSeries)
      .set({ lastNumber })
      .where(and(eq(invoiceSeries.seller, seller), eq(invoiceSeries.year, year)));
  }

  /** Of receipts that were issued before this year; returns how many had one. */
  async eraseBuyers(year: number, limit: number): Promise<number> {
    const { rows } = await execute<{ transaction: string }>(
      this.#orm,
      sql`update invoices set identity = '', buyer_name = null where transaction in (
          select i.transaction from invoice_series s join invoices i on i.seller = s.seller and i.year = s.year
          where s.year < ${year} and i.identity <> '' limit ${limit})
        returning transaction`,
    );
    return rows.length;
  }

  async find(kind: TransactionKind, sourceId: string): Promise<InvoiceRow | undefined> {
    const [row] = await this.#orm
      .select({ invoice: invoices })
      .from(ledgerTransactions)
      .innerJoin(invoices, eq(invoices.transaction, ledgerTransactions.id))
      .where(and(eq(ledgerTransactions.kind, kind), eq(ledgerTransactions.sourceId, sourceId)));
    return row?.invoice;
  }

  async findBillingName(identity: string): Promise<string | null> {
    const [row] = await this.#orm.select().from(billingNames).where(eq(billingNames.identity, identity));
    return row?.name ?? null;
  }

  async saveBillingName(row: typeof billingNames.$inferInsert): Promise<void> {
    const { name, notedAt } = row;
    await this.#orm
      .insert(billingNames)
      .values(row)
      .onConflictDoUpdate({ target: billingNames.identity, set: { name, notedAt } });
  }

  async deleteBillingName(identity: string): Promise<void> {
    await this.#orm.delete(billingNames).where(eq(billingNames.identity, identity));
  }
}
