/**
 * Rules between the numbered receipts and the books: together they say that the VAT on all receipts is the VAT that was
 * booked, once the job has numbered everything. Each statement finds ids that break a rule.
 */
import { sql } from '../../platform/db/sql.ts';
import { vatOf } from './invoices.store.ts';

/** Sales, and what reverses them. */
const OF_SALES = sql`ledger_transactions x join ledger_transactions sale on sale.id = coalesce(x.reverses_id, x.id)
  join payments p on p.id = sale.source_id and p.kind = sale.kind and p.terms is not null`;

export const INVOICE_RULES = [
  {
    fault: 'is a receipt whose VAT is not what its transaction has booked',
    statement: sql`select i.transaction as id from invoices i where i.vat_minor <> (${vatOf(sql`i.transaction`)})`,
  },
  {
    // Money that the house has paid to the tax office from its own bank is no change of what a sale owes.
    fault: 'is a change of the VAT owed that no receipt will show',
    statement: sql`select e.transaction as id from ledger_entries e
      where e.account like 'vat_payable:%' and e.transaction not in (select x.id from ${OF_SALES})
        and not exists (select 1 from ledger_entries b where b.transaction = e.transaction and b.account like 'house_bank:%')`,
  },
  {
    fault: 'is a series of receipts with a gap',
    statement: sql`select s.seller || ' ' || s.year as id from invoice_series s where s.last_number <> (
      select count(*) from invoices i where i.seller = s.seller and i.year = s.year)`,
  },
];
