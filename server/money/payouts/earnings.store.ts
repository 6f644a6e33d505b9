import type { Database, Orm } from '../../platform/db/db.ts';
import { sql } from '../../platform/db/sql.ts';
import type { Earnings } from '../../protocol/money/money.ts';
import { execute, takenBack } from '../ledger/ledger.store.ts';

type Sums = Record<'private' | 'tips' | 'tip_count' | 'tickets' | 'ticket_count' | 'creator', string | number>;

export class EarningsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /**
   * The remainder of a room's sales after refunds and lost disputes, without the tickets that go back by themselves
   * because the room has ended: they are not earned, though a job refunds them a moment later.
   */
  async sumOfRoom(room: string, minLiveSeconds: number): Promise<Omit<Earnings, 'currency'>> {
    const { rows } = await execute<Sums>(
      this.#orm,
      sql`with sales as (
          select p.kind, p.id, p.amount_minor as gross, coalesce((p.shares->>p.creator)::bigint, 0) as creator
          from payments p where p.room = ${room} and p.terms is not null and not exists (
            select 1 from tickets t join rooms ended on ended.id = t.room and ended.ended_at is not null
            where t.id = p.id and t.status = 'valid' and (ended.live_seconds - t.live_seconds_before < ${minLiveSeconds}::integer or t.bought_at >= ended.live_ended_at))
        ), returned as (
          select s.id, sum(${takenBack()}) as gross,
            -sum(e.amount_minor) filter (where e.account like 'creator\_%') as creator
          from sales s
          join ledger_transactions x on x.kind = s.kind and x.source_type = s.kind and x.source_id = s.id
          join ledger_transactions r on r.reverses_id = x.id
          join ledger_entries e on e.transaction = r.id
          group by s.id
        ), rest as (
          select s.kind, s.gross - coalesce(r.gross, 0) as gross, s.creator - coalesce(r.creator, 0) as creator
          from sales s left join returned r on r.id = s.id
        )
        select coalesce(sum(gross) filter (where kind = 'private_session'), 0) as private,
          coalesce(sum(gross) filter (where kind = 'tip'), 0) as tips,
          count(*) filter (where kind = 'tip' and gross > 0) as tip_count,
          coalesce(sum(gross) filter (where kind = 'ticket'), 0) as tickets,
          count(*) filter (where kind = 'ticket' and gross > 0) as ticket_count,
          coalesce(sum(creator), 0) as creator
        from rest`,
    );
    const sums = rows[0];
    return {
      tipsMinor: Number(sums?.tips ?? 0),
      ticketsMinor: Number(sums?.tickets ?? 0),
      ...(Number(sums?.private ?? 0) > 0 ? { privateMinor: Number(sums?.private) } : {}),
      creatorMinor: Number(sums?.creator ?? 0),
      ticketCount: Number(sums?.ticket_count ?? 0),
      tipCount: Number(sums?.tip_count ?? 0),
    };
  }
}
