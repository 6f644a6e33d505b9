import type { Database, Orm } from '../../platform/db/db.ts';
import {
  and,
  asc,
  eq,
  exists,
  gte,
  inArray,
  isNotNull,
  isNull,
  ne,
  notExists,
  type SQL,
  sql,
} from '../../platform/db/sql.ts';
import { rooms } from '../../rooms/rooms.schema.ts';
import { disputes } from '../disputes/disputes.schema.ts';
import { cancellations, tickets } from './tickets.schema.ts';
import { type CancellationRow, isSeenNothing } from './tickets.store.ts';

export class CancellationsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** Rooms with tickets that ended since then and have no decision yet. */
  async findUndecided(
    limit: number,
    sinceIso: string,
  ): Promise<Pick<CancellationRow, 'room' | 'reason' | 'boughtSince'>[]> {
    const decided = this.#orm
      .select({ room: cancellations.room })
      .from(cancellations)
      .where(eq(cancellations.room, rooms.id));
    const ended = await this.#orm
      .select({ room: rooms.id, firstLiveAt: rooms.firstLiveAt, liveEndedAt: rooms.liveEndedAt })
      .from(rooms)
      .where(and(eq(rooms.accessKind, 'ticket'), gte(rooms.endedAt, sinceIso), notExists(decided)))
      .limit(limit);
    return ended.map(({ room, firstLiveAt, liveEndedAt }) =>
      firstLiveAt
        ? { room, reason: 'live_over', boughtSince: liveEndedAt }
        : { room, reason: 'not_held', boughtSince: null },
    );
  }

  async insert(row: Pick<CancellationRow, 'room' | 'reason' | 'boughtSince' | 'decidedAt'>): Promise<void> {
    await this.#orm.insert(cancellations).values(row).onConflictDoNothing();
  }

  /** All tickets go back, whatever was decided before. Undefined if that is decided already. */
  async insertWhole(room: string, decidedAt: string): Promise<CancellationRow | undefined> {
    const whole = { reason: 'house_decision', boughtSince: null, completedAt: null } as const;
    const [row] = await this.#orm
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

  /**
   * A dispute that was won makes its ticket valid again, perhaps after the cancellation was completed. Nothing else
   * does so late: a payment for an ended room is refused.
   */
  async reopen(sinceIso: string): Promise<void> {
    const restored = this.#orm
      .select({ room: tickets.room })
      .from(disputes)
      .innerJoin(tickets, eq(tickets.id, disputes.sourceId))
      .where(and(eq(disputes.status, 'won'), gte(disputes.closedAt, sinceIso)));
    await this.#orm
      .update(cancellations)
      .set({ completedAt: null })
      .where(
        and(isNotNull(cancellations.completedAt), inArray(cancellations.room, restored), exists(this.#validTickets())),
      );
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
    const refunded = sql`from refunds r join tickets t on t.id = r.ticket where t.room = ${room} and r.reason = ${reason}`;
    const [row] = await tx
      .update(cancellations)
      .set({
        completedAt: at,
        ticketCount: sql`(select count(*) ${refunded})`,
        refundedMinor: sql`(select coalesce(sum(r.amount_minor), 0) ${refunded})`,
      })
      .where(and(eq(cancellations.room, room), isNull(cancellations.completedAt), notExists(this.#validTickets())))
      .returning();
    return row;
  }

  #validTickets() {
    return this.#orm
      .select({ id: tickets.id })
      .from(tickets)
      .where(
        and(
          eq(tickets.room, cancellations.room),
          eq(tickets.status, 'valid'),
          isSeenNothing(cancellations.boughtSince),
        ),
      );
  }
}
