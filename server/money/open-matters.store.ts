import { isoOrNull } from '../platform/clock.ts';
import type { Database } from '../platform/db/db.ts';

/**
 * Finds kinds of open money matters of a person. While there is one, their records cannot be erased. Earnings that
 * cannot be paid out, and debts, are written off by the desk. The name under which earnings are reported is kept apart
 * (`payouts/reported-sellers.ts`).
 */
const FIND = `select kind from (values
    ('wallet_credit', exists (select 1 from ledger_accounts where owner = $1 and kind = 'fan_wallet' and balance <> 0)),
    ('private_session', exists (select 1 from private_sessions
      where (identity = $1 or creator = $1) and status in ('requested', 'active'))),
    ('membership', exists (select 1 from memberships
      where (identity = $1 or creator = $1) and status in ('pending', 'active', 'past_due'))),
    ('checkout', exists (select 1 from checkouts
      where identity = $1 and (status in ('opening', 'open') or unbooked_since is not null))),
    ('refund', exists (select 1 from refunds where identity = $1 and status <> 'succeeded')),
    ('dispute', exists (select 1 from disputes where identity = $1 and status in ('inquiry', 'open', 'under_review'))),
    ('payout', exists (select 1 from payouts where creator = $1 and status = 'pending')),
    ('earnings', exists (select 1 from ledger_accounts a join ledger_entries e on e.account = a.id
      where a.owner = $1 and a.kind in ('creator_pending', 'creator_available') group by a.id having sum(e.amount_minor) <> 0))
  ) as matters (kind, is_open) where is_open`;

/** Tickets of rooms that are not over. */
export async function findTicketsToCome(
  db: Database,
  identity: string,
): Promise<{ room: string; title: string; startsAt: string | null }[]> {
  const rows = await db.bulk<{ room: string; title: string; starts_at: string | Date | null }>(
    `select r.id as room, r.title, r.starts_at from tickets t join rooms r on r.id = t.room
      where t.identity = $1 and t.status = 'valid' and r.ended_at is null order by r.starts_at, r.id limit 100`,
    [identity],
  );
  return rows.map(({ starts_at: startsAt, ...row }) => ({
    ...row,
    startsAt: isoOrNull(startsAt),
  }));
}

export async function findOpenMatters(db: Database, identity: string): Promise<string[]> {
  const rows = await db.bulk<{ kind: string }>(FIND, [identity]);
  return rows.map(({ kind }) => kind);
}
