import type { Database } from '../../platform/db/db.ts';
import { lt, sql } from '../../platform/db/sql.ts';
import { ERASED_NAME } from '../../protocol/accounts/erased-name.ts';
import { execute } from '../ledger/ledger.store.ts';
import { reportedSellers } from './payouts.schema.ts';

export class ReportedSellersStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The last year in which a creator has earned something. */
  async findLastYear(creator: string, timeZone: string): Promise<number | null> {
    const { rows } = await execute<{ year: number | null }>(
      this.#db.orm,
      sql`select max(extract(year from x.created_at at time zone ${timeZone}))::integer as year from ledger_accounts a
        join ledger_entries e on e.account = a.id join ledger_transactions x on x.id = e.transaction
        where a.owner = ${creator} and a.kind in ('creator_pending', 'creator_available')
          and x.kind not in ('release', 'payout', 'payout_returned', 'payout_reversed', 'write_off')`,
    );
    return rows[0]?.year ?? null;
  }

  async keep(creator: string, { untilYear, reason }: { untilYear: number; reason: string }): Promise<void> {
    await execute(
      this.#db.orm,
      sql`insert into ${reportedSellers} (creator, name, until_year, reason)
        select identity, name, ${untilYear}::integer, ${reason} from creators
        where identity = ${creator} and name <> ${ERASED_NAME}
        on conflict (creator) do update set name = excluded.name, until_year = excluded.until_year`,
    );
  }

  async eraseBefore(year: number): Promise<void> {
    await this.#db.orm.delete(reportedSellers).where(lt(reportedSellers.untilYear, year));
  }
}
