import type { Database, Orm } from '../../platform/db/db.ts';
import { and, asc, eq, gte, isNull, ne, notExists, or, type SQL, sql } from '../../platform/db/sql.ts';
import { rooms } from '../../rooms/rooms.schema.ts';
import { IS_FROZEN } from '../ledger/ledger.store.ts';
import { rereadReleases } from '../payouts/earnings-holds.store.ts';
import { cancellations, tickets } from './tickets.schema.ts';
import { type CancellationRow, isLiveTooShort } from './tickets.store.ts';

const salesOf = (room: string) => sql`select x.id from tickets t join ledger_transactions x
  on x.kind = 'ticket' and x.source_type = 'ticket' and x.source_id = t.id where t.room = ${room}`;

export class CancellationsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Rooms with tickets that ended since then and have no decision yet. */
  async findUndecided(search: {
    sinceIso: string;
    minLiveSeconds: number;
    limit: number;
  }): Promise<Pick<CancellationRow, 'room' | 'reason' | 'minLiveSeconds'>[]> {
    const { sinceIso, minLiveSeconds, limit } = search;
    const decided = this.#orm
      .select({ room: cancellations.room })
      .from(cancellations)
      .where(eq(cancellations.room, rooms.id));
    const ended = await this.#orm
      .select({ room: rooms.id, liveSeconds: rooms.liveSeconds })
      .from(rooms)
      .where(and(eq(rooms.accessKind, 'ticket'), gte(rooms.endedAt, sinceIso), notExists(decided)))
      .limit(limit);
    return ended.map(({ room, liveSeconds }) => {
      const reason = liveSeconds < minLiveSeconds ? 'not_held' : 'live_over';
      return { room, reason, minLiveSeconds };
    });
  }

  /** From then on the hold of the room's tickets runs. */
  async insert(tx: Orm, row: Pick<CancellationRow, 'room' | 'reason' | 'minLiveSeconds' | 'decidedAt'>): Promise<void> {
    await tx.insert(cancellations).values(row).onConflictDoNothing();
    await rereadReleases(tx, salesOf(row.room), row.decidedAt);
  }

  /** All tickets go back, whatever was decided before. Undefined if that is decided already. */
  async insertWhole(tx: Orm, room: string, decidedAt: string): Promise<CancellationRow | undefined> {
    const whole = { reason: 'house_decision', minLiveSeconds: null, completedAt: null } as const;
    await rereadReleases(tx, salesOf(room), decidedAt);
    const [row] = await tx
      .insert(cancellations)
      .values({ room, decidedAt, ...whole })
      .onConflictDoUpdate({
        target: cancellations.room,
        set: { decidedAt, ...whole },
        setWhere: ne(cancellations.reason, 'house_decision'),
      })
      .returning();
    return row;
  }

  /** Oldest decisions first, optionally after a given one. */
  async findOpen(limit: number, after?: CancellationRow): Promise<CancellationRow[]> {
    const { decidedAt, room, completedAt } = cancellations;
    const isBehind: SQL | undefined =
      after && sql`(${decidedAt}, ${room}) > (${after.decidedAt}::timestamptz, ${after.room})`;
    return this.#orm
      .select()
      .from(cancellations)
      .where(and(isNull(completedAt), isBehind))
      .orderBy(asc(decidedAt), asc(room))
      .limit(limit);
  }

  /**
   * Marks it completed, with sums from the refunds, which a crash half-way cannot falsify. Undefined when it was
   * complete already, or a ticket is still to be refunded.
   */
  async complete(
    tx: Orm,
    { room, reason }: Pick<CancellationRow, 'room' | 'reason'>,
    at: string,
  ): Promise<CancellationRow | undefined> {
    const refunded = sql`from refunds r join tickets t on t.id = r.payment where t.room = ${room} and r.reason = ${reason}`;
    const [row] = await tx
      .update(cancellations)
      .set({
        completedAt: at,
        ticketCount: sql`(select count(*) ${refunded})`,
        refundedMinor: sql`(select coalesce(sum(r.amount_minor), 0) ${refunded})`,
      })
      .where(and(eq(cancellations.room, room), isNull(cancellations.completedAt), notExists(this.#openTickets())))
      .returning();
    return row;
  }

  /** Those that go back, now or when the dispute about them is won. */
  #openTickets() {
    const isDisputed = sql`exists (select 1 from ledger_transactions x join dispute_freezes f on f.transaction = x.id
      where x.kind = 'ticket' and x.source_type = 'ticket' and x.source_id = ${tickets.id} and ${IS_FROZEN})`;
    return this.#orm
      .select({ id: tickets.id })
      .from(tickets)
      .where(
        and(
          eq(tickets.room, cancellations.room),
          or(eq(tickets.status, 'valid'), and(eq(tickets.status, 'disputed'), isDisputed)),
          isLiveTooShort(cancellations.minLiveSeconds),
        ),
      );
  }
}
