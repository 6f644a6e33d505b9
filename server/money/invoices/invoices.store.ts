import type { Database, Orm } from '../../platform/db/db.ts';
import { and, eq, type SQL, sql } from '../../platform/db/sql.ts';
import { execute } from '../ledger/ledger.store.ts';
import { billingNames, invoiceSeries, invoices } from './invoices.schema.ts';

type InvoiceRow = typeof invoices.$inferSelect;

interface Uninvoiced {
  transaction: string;
  identity: string;
  buyerName: string | null;
  vatMinor: number;
}

/** The VAT that a transaction of the books has moved. */
export const vatOf = (transaction: SQL): SQL => sql`select coalesce(sum(e.amount_minor), 0) from ledger_entries e
  where e.transaction = ${transaction} and e.account like 'vat_payable:%'`;

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
   * Sales and whatever reverses one without a number, oldest first: refunds, also those by hand at the provider, lost
   * disputes, and the undoing of those. A top-up is no sale: it is taxed when it is spent.
   */
  async findUninvoiced(tx: Orm, { sinceIso, limit }: { sinceIso: string; limit: number }): Promise<Uninvoiced[]> {
    const { rows } = await execute<{ transaction: string; identity: string; name: string | null; vat: string }>(
      tx,
      sql`select open.id as transaction, open.identity, b.name, (${vatOf(sql`open.id`)}) as vat from (
          select x.id, x.created_at, p.identity
          from ledger_transactions x join ledger_transactions root on root.id = coalesce(x.reverses_id, x.id)
          join payments p on p.id = root.source_id and p.kind = root.kind and p.terms is not null
          where x.created_at >= ${sinceIso}::timestamptz
            and not exists (select 1 from invoices i where i.transaction = x.id)
          order by x.created_at, x.id limit ${limit}
        ) open left join billing_names b on b.identity = open.identity
        order by open.created_at, open.id`,
    );
    return rows.map(({ transaction, identity, name, vat }) => ({
      transaction,
      identity,
      buyerName: name,
      vatMinor: Number(vat),
    }));
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

  async find(transaction: string): Promise<InvoiceRow | undefined> {
    const [row] = await this.#orm.select().from(invoices).where(eq(invoices.transaction, transaction));
    return row;
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
