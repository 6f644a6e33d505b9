/** Rules between creators' bills and the books. Each statement finds ids that break a rule. */
import { sql } from '../../platform/db/sql.ts';
import { NO_EARNINGS } from '../payouts/statements.store.ts';
import { SELF_BILLED_SHARES } from './self-billing.store.ts';

/** What a transaction `x` has changed of its creator's share. */
const SHARE = sql`(select coalesce(sum(e.amount_minor), 0) from ledger_entries e join ledger_accounts a on a.id = e.account
  where e.transaction = x.id and a.owner = b.creator and a.kind in ('creator_pending', 'creator_available'))`;

export const SELF_BILL_RULES = [
  {
    fault: 'is a creator’s bill whose total is not what its sales have brought',
    statement: sql`select b.id from self_bills b where b.total_minor <> (
      select coalesce(sum(${SHARE}), 0) from self_billed d join ledger_transactions x on x.id = d.transaction
      where d.bill = b.id)`,
  },
  {
    fault: 'is a series of a creator’s bills with a gap',
    statement: sql`select creator || ' ' || year as id from self_bills group by creator, year
      having max(number) <> count(*)`,
  },
  {
    fault: 'is billed, but no sale and no reversal of one',
    statement: sql`select x.id from self_billed d join ledger_transactions x on x.id = d.transaction
      where x.kind in ${NO_EARNINGS}`,
  },
  {
    // What came before a bill of the same month would never be in one that anybody reads.
    fault: 'is a sale that the bill of its month has left out',
    statement: sql`select x.id from ${SELF_BILLED_SHARES} join self_bills b on b.creator = a.owner
      where x.kind not in ${NO_EARNINGS} and a.currency = b.currency
        and a.kind in ('creator_pending', 'creator_available')
        and not exists (select 1 from self_billed d where d.transaction = x.id)
        and exists (select 1 from self_billed d join ledger_transactions later on later.id = d.transaction
          where d.bill = b.id and later.created_at > x.created_at)`,
  },
];
