/**
 * The names of creators whose accounts were closed, kept apart for the reports that the house owes the tax authorities.
 * Directive 2011/16/EU as amended by (EU) 2021/514 (DAC7), annex V, section IV, asks to keep what a report relies on
 * for five to ten years after the year that it is about. A job erases them when the term has ended.
 */

import { sql } from '../../platform/db/sql.ts';
import { yearIn } from '../../platform/house-dates.ts';
import { ERASED_NAME } from '../../protocol/accounts/erased-name.ts';
import { execute } from '../ledger/ledger.store.ts';
import type { MoneyContext } from '../money-context.ts';

/** On record with each name. */
const LEGAL_REASON = 'Directive 2011/16/EU, annex V, section IV (DAC7)';

export class ReportedSellers {
  readonly #context: MoneyContext;

  constructor(context: MoneyContext) {
    this.#context = context;
  }

  /** The year until whose end the name is kept; null where nothing was earned, or the term is over. */
  async keptUntil(creator: string): Promise<number | null> {
    const { db, timeZone, taxReportYears } = this.#context;
    // Years of reports are in UTC, as their quarters are.
    const { rows } = await execute<{ year: number | null }>(
      db.orm,
      sql`select max(extract(year from x.created_at at time zone 'UTC'))::integer as year from ledger_accounts a
        join ledger_entries e on e.account = a.id join ledger_transactions x on x.id = e.transaction
        where a.owner = ${creator} and a.kind in ('creator_pending', 'creator_available')
          and x.kind not in ('release', 'payout', 'payout_returned', 'payout_reversed', 'write_off')`,
    );
    const year = rows[0]?.year;
    const until = year ? year + taxReportYears : 0;
    return until >= yearIn(timeZone, this.#context.clock.now()) ? until : null;
  }

  /** Keeps the name before it is erased; idempotent, also once it is. */
  async keep(creator: string): Promise<void> {
    const until = await this.keptUntil(creator);
    if (until === null) return;
    await execute(
      this.#context.db.orm,
      sql`insert into reported_sellers (creator, name, until_year, reason)
        select identity, name, ${until}::integer, ${LEGAL_REASON} from creators
        where identity = ${creator} and name <> ${ERASED_NAME}
        on conflict (creator) do update set name = excluded.name, until_year = excluded.until_year`,
    );
  }

  /** Erases names whose term has ended. */
  async eraseOld(): Promise<void> {
    const { db, timeZone, clock } = this.#context;
    await execute(db.orm, sql`delete from reported_sellers where until_year < ${yearIn(timeZone, clock.now())}`);
  }
}
