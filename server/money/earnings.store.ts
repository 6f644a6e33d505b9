import { sql } from 'drizzle-orm';
import type { Database, Orm } from '../platform/db.ts';
import type { Earnings } from '../protocol/money.ts';
import { execute } from './ledger.store.ts';

type Sums = Record<'private' | 'tips' | 'tip_count' | 'tickets' | 'ticket_count' | 'creator', string | number>;

export class EarningsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** What a room has earned; refunded sales are not in it. */
  async sumOfRoom(room: string): Promise<Omit<Earnings, 'currency'>> {
    const { rows } = await execute<Sums>(
      this.#orm,
      sql`with tip_sums as (
          select coalesce(sum(amount_minor), 0) as gross, coalesce(sum(creator_minor), 0) as creator, count(*) as n
          from tips where room = ${room} and status = 'settled'
        ), ticket_sums as (
          select coalesce(sum(price_minor), 0) as gross, coalesce(sum(creator_minor), 0) as creator, count(*) as n
          from tickets where room = ${room} and status = 'valid'
        ), private_sums as (
          select coalesce(sum(charged_minor), 0) as gross, coalesce(sum(creator_minor), 0) as creator
          from private_sessions s where room = ${room} and status = 'ended'
            and not exists (select 1 from refunds r where r.private_session = s.id
              group by r.private_session having sum(r.amount_minor) = s.charged_minor)
        )
        select private_sums.gross as private, tip_sums.gross as tips, tip_sums.n as tip_count, ticket_sums.gross as tickets, ticket_sums.n as ticket_count,
          tip_sums.creator + ticket_sums.creator + private_sums.creator as creator
        from tip_sums, ticket_sums, private_sums`,
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
