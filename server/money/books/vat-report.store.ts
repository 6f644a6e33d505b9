import type { Database, Orm } from '../../platform/db/db.ts';
import { sql } from '../../platform/db/sql.ts';
import { vatOf } from '../invoices/invoices.store.ts';
import { execute, takenBack } from '../ledger/ledger.store.ts';
import type { CountryEvidence } from '../sales/country-evidence.ts';

/** Sales, or what reverses them, of one country, rate and evidence. */
export interface VatSum {
  /** The quarter in which they were sold. */
  period: string;
  country: string;
  rateBps: number;
  evidence: CountryEvidence[];
  sales: number;
  reversals: number;
  unnumbered: number;
  netMinor: number;
  vatMinor: number;
}

interface SumRow extends Omit<VatSum, 'sales' | 'reversals' | 'unnumbered' | 'netMinor' | 'vatMinor'> {
  sales: string;
  reversals: string;
  unnumbered: string;
  gross: string;
  vat: string;
}

export class VatReportStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Of what was booked in the quarter that begins with `firstDay`, in the house's time zone. */
  async sum({ firstDay, timeZone, currency }: { firstDay: string; timeZone: string; currency: string }) {
    const first = sql`${firstDay}::timestamp`;
    const { rows } = await execute<SumRow>(
      this.#orm,
      sql`with booked as (
          select to_char(root.created_at at time zone ${timeZone}, 'YYYY-"Q"Q') as period,
            m.country, m.vat_bps, m.evidence, x.reverses_id, (${vatOf(sql`x.id`)}) as vat,
            case when x.reverses_id is null then p.amount_minor else
              -(select sum(${takenBack('x')}) from ledger_entries e where e.transaction = x.id) end as gross,
            exists (select 1 from invoices i where i.transaction = x.id) as is_numbered
          from ledger_transactions x join ledger_transactions root on root.id = coalesce(x.reverses_id, x.id)
          join payments p on p.id = root.source_id and p.kind = root.kind join sale_terms m on m.id = p.terms
          where x.currency = ${currency} and x.created_at >= (${first} at time zone ${timeZone})
            and x.created_at < ((${first} + interval '3 months') at time zone ${timeZone})
        )
        select period, country, vat_bps as "rateBps", evidence, count(*) filter (where reverses_id is null) as sales,
          count(*) filter (where reverses_id is not null) as reversals,
          count(*) filter (where not is_numbered) as unnumbered, sum(gross) as gross, sum(vat) as vat
        from booked group by period, country, vat_bps, evidence order by period, country, vat_bps`,
    );
    return rows.map(({ sales, reversals, unnumbered, gross, vat, ...row }): VatSum => {
      const vatMinor = Number(vat);
      const counts = { sales: Number(sales), reversals: Number(reversals), unnumbered: Number(unnumbered) };
      return { ...row, ...counts, netMinor: Number(gross) - vatMinor, vatMinor };
    });
  }
}
