/**
 * Whatever of a sale goes back, in whatever parts and ways: each recipient gives its share, and the house for a creator
 * who was paid.
 */
import type { SoakHouse } from '../soak/soak-house.ts';
import { select } from './whereabouts.ts';

/** Each reversal rounds to a cent. */
const ROUNDING_MINOR = 2;

export async function findWrongShares(house: SoakHouse): Promise<string[]> {
  const rows = await select<Record<'id' | 'part' | 'sold' | 'kept', string>>(
    house,
    `select s.source_id as id,
        case when a.kind in ('creator_pending', 'creator_available', 'chargeback_loss') then 'creator' else a.kind end as part,
        coalesce(sum(e.amount_minor) filter (where x.id = s.id), 0) as sold, sum(e.amount_minor) as kept
      from ledger_transactions s join ledger_transactions x on x.id = s.id or x.reverses_id = s.id
      join ledger_entries e on e.transaction = x.id join ledger_accounts a on a.id = e.account
      where s.kind in ('tip', 'ticket', 'private_session', 'membership') and a.kind in ('creator_pending',
        'creator_available', 'chargeback_loss', 'platform_revenue', 'vat_payable', 'charity')
      group by 1, 2 order by 1, 2`,
  );
  const sales = Map.groupBy(rows, ({ id }) => id);
  return [...sales].flatMap(([id, parts]) => {
    const sum = (of: 'sold' | 'kept') => parts.reduce((total, part) => total + Number(part[of]), 0);
    const [soldMinor, keptMinor] = [sum('sold'), sum('kept')];
    return parts.flatMap(({ part, sold, kept }) => {
      const due = (Number(sold) * keptMinor) / soldMinor;
      const isRight = keptMinor === 0 ? Number(kept) === 0 : Math.abs(Number(kept) - due) <= ROUNDING_MINOR;
      return isRight
        ? []
        : [`${id} leaves ${kept} of ${part}, and ${keptMinor} of ${soldMinor} make ${due.toFixed(1)}`];
    });
  });
}
