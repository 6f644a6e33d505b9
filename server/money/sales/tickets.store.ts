import { iso, isoOrNull } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import {
  type AnyColumn,
  and,
  asc,
  desc,
  eq,
  gt,
  inArray,
  isNull,
  lte,
  ne,
  or,
  type SQL,
  sql,
} from '../../platform/db/sql.ts';
import type { RoomId, TicketId } from '../../protocol/ids.ts';
import type { Ticket } from '../../protocol/money/money.ts';
import type { Waiver } from '../../protocol/money/pricing.ts';
import { rooms } from '../../rooms/rooms.schema.ts';
import { execute } from '../ledger/ledger.store.ts';
import { HOUSE } from '../ledger/ledger.ts';
import { type cancellations, tickets, waivers } from './tickets.schema.ts';

export type CancellationRow = typeof cancellations.$inferSelect;
export type TicketRow = typeof tickets.$inferSelect;
export type NewTicket = Omit<TicketRow, 'status' | 'boughtAt' | 'liveSecondsBefore'>;

/** Unique indexes: one valid and one pending ticket per person and room. */
export const ONE_VALID_TICKET = 'tickets_valid';
export const ONE_PENDING_TICKET = 'tickets_pending';

/**
 * A ticket whose card payment is disputed is valid again if the dispute is won, so it keeps its place until then. One
 * that was bought with disputed credit gives its place up.
 */
const HAS_PLACE = or(
  inArray(tickets.status, ['valid', 'pending']),
  and(
    eq(tickets.status, 'disputed'),
    sql`exists (select 1 from disputes d where d.source_id = ${tickets.id} and d.status not in ('won', 'lost'))`,
  ),
);

export class TicketsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insertPending(tx: Orm, row: NewTicket): Promise<void> {
    await tx.insert(tickets).values({ ...row, status: 'pending' });
  }

  async insertValid(tx: Orm, row: NewTicket & Pick<TicketRow, 'boughtAt' | 'liveSecondsBefore'>): Promise<TicketRow> {
    const [inserted] = await tx
      .insert(tickets)
      .values({ ...row, status: 'valid' })
      .returning();
    return inserted as TicketRow;
  }

  async find(id: string, tx: Orm = this.#orm): Promise<TicketRow | undefined> {
    const [row] = await tx.select().from(tickets).where(eq(tickets.id, id));
    return row;
  }

  async findByHolder(room: string, identity: string, status: 'valid' | 'pending'): Promise<TicketRow | undefined> {
    const [row] = await this.#orm
      .select()
      .from(tickets)
      .where(and(eq(tickets.room, room), eq(tickets.identity, identity), eq(tickets.status, status)));
    return row;
  }

  /** The latest paid ticket of a person in a room. */
  async findLatest(room: string, identity: string): Promise<TicketRow | undefined> {
    const [row] = await this.#orm
      .select()
      .from(tickets)
      .where(
        and(
          eq(tickets.room, room),
          eq(tickets.identity, identity),
          inArray(tickets.status, ['valid', 'refunded', 'disputed']),
        ),
      )
      .orderBy(desc(sql`coalesce(${tickets.boughtAt}, ${tickets.createdAt})`))
      .limit(1);
    return row;
  }

  /** A person's paid tickets, newest first. */
  listOf(identity: string, limit: number): Promise<TicketRow[]> {
    return this.#orm
      .select()
      .from(tickets)
      .where(and(eq(tickets.identity, identity), inArray(tickets.status, ['valid', 'refunded', 'disputed'])))
      .orderBy(desc(sql`coalesce(${tickets.boughtAt}, ${tickets.createdAt})`), desc(tickets.id))
      .limit(limit);
  }

  /** A person's valid tickets of rooms that have not ended: of one creator, or of all. */
  async listValidInOpenRooms(of: { creator?: string; identity: string }): Promise<TicketRow[]> {
    const rows = await this.#orm
      .select({ ticket: tickets })
      .from(tickets)
      .innerJoin(rooms, eq(rooms.id, tickets.room))
      .where(
        and(
          eq(tickets.identity, of.identity),
          eq(tickets.status, 'valid'),
          of.creator === undefined ? undefined : eq(rooms.creator, of.creator),
          isNull(rooms.endedAt),
        ),
      );
    return rows.map(({ ticket }) => ticket);
  }

  /** Tickets of an ended room that went back, or will: there was no live for their buyers. */
  async sumReturned(room: string, minLiveSeconds: number): Promise<{ count: number; amountMinor: number }> {
    const isBack = sql`exists (select 1 from refunds r where r.payment = ${tickets.id} and r.by = ${HOUSE})`;
    const goesBack = and(eq(tickets.status, 'valid'), isLiveTooShort(minLiveSeconds));
    const [row] = await this.#orm
      .select({ count: sql<string>`count(*)`, amount: sql<string>`coalesce(sum(${tickets.priceMinor}), 0)` })
      .from(tickets)
      .where(and(eq(tickets.room, room), or(and(eq(tickets.status, 'refunded'), isBack), goesBack)));
    return { count: Number(row?.count ?? 0), amountMinor: Number(row?.amount ?? 0) };
  }

  async hasSales(tx: Orm, room: string): Promise<boolean> {
    const rows = await tx
      .select({ id: tickets.id })
      .from(tickets)
      .where(and(eq(tickets.room, room), ne(tickets.status, 'expired')))
      .limit(1);
    return rows.length > 0;
  }

  listHolders(
    room: string,
    { after, limit, orderedUntil }: { after: string; limit: number; orderedUntil: string | undefined },
  ): Promise<{ identity: string; ticket: string }[]> {
    const isInTime = orderedUntil === undefined ? undefined : lte(tickets.createdAt, orderedUntil);
    return this.#orm
      .select({ identity: tickets.identity, ticket: tickets.id })
      .from(tickets)
      .where(and(eq(tickets.room, room), eq(tickets.status, 'valid'), gt(tickets.id, after), isInTime))
      .orderBy(asc(tickets.id))
      .limit(limit);
  }

  /** Counts the other people who have a ticket or an open page to buy one. */
  async countPlacesOfOthers(room: string, identity: string, tx: Orm): Promise<number> {
    const { count, holders } = await this.countPlaces(room, [identity], tx);
    return count - holders.size;
  }

  /** Counts the people with a place, and says which of these are among them. */
  async countPlaces(
    room: string,
    identities: string[],
    tx: Orm = this.#orm,
  ): Promise<{ count: number; holders: Set<string> }> {
    const among = sql`${tickets.identity} = any(${sql.param(identities)}::text[])`;
    const [row] = await tx
      .select({
        n: sql<string>`count(distinct ${tickets.identity})`,
        holders: sql<string[]>`coalesce(array_agg(distinct ${tickets.identity}) filter (where ${among}), '{}')`,
      })
      .from(tickets)
      .where(and(eq(tickets.room, room), HAS_PLACE));
    return { count: Number(row?.n ?? 0), holders: new Set(row?.holders) };
  }

  /** Those of these rooms in which as many people have a place as there are. */
  async listFull(limits: { room: string; capacity: number }[]): Promise<string[]> {
    const [rooms, capacities] = [limits.map(({ room }) => room), limits.map(({ capacity }) => capacity)];
    const { rows } = await execute<{ room: string }>(
      this.#orm,
      sql`select ${tickets.room} as room from ${tickets}
        join unnest(${sql.param(rooms)}::text[], ${sql.param(capacities)}::int[]) as limits (room, capacity)
          on limits.room = ${tickets.room}
        where ${HAS_PLACE} group by ${tickets.room}, limits.capacity
        having count(distinct ${tickets.identity}) >= limits.capacity`,
    );
    return rows.map(({ room }) => room);
  }

  /** Valid tickets of a cancelled room that go back, in pages by id. */
  async listReturnable(
    { room, minLiveSeconds }: CancellationRow,
    { after, limit }: { after: string; limit: number },
  ): Promise<TicketRow[]> {
    return this.#orm
      .select()
      .from(tickets)
      .where(
        and(eq(tickets.room, room), isLiveTooShort(minLiveSeconds), eq(tickets.status, 'valid'), gt(tickets.id, after)),
      )
      .orderBy(asc(tickets.id))
      .limit(limit);
  }

  /** Also accepts an expired ticket, whose payment arrived late. */
  async markValid(
    tx: Orm,
    id: string,
    { at, liveSeconds, terms }: { at: string; liveSeconds: number; terms: string },
  ): Promise<TicketRow | undefined> {
    const [row] = await tx
      .update(tickets)
      .set({ status: 'valid', boughtAt: at, liveSecondsBefore: liveSeconds, terms })
      .where(and(eq(tickets.id, id), inArray(tickets.status, ['pending', 'expired'])))
      .returning();
    return row;
  }

  /** Returns its room; undefined when it was not pending. */
  async markExpired(tx: Orm, id: string): Promise<string | undefined> {
    const [row] = await tx
      .update(tickets)
      .set({ status: 'expired' })
      .where(and(eq(tickets.id, id), eq(tickets.status, 'pending')))
      .returning({ room: tickets.room });
    return row?.room;
  }

  /** Undefined when the ticket had another status. */
  async markRefunded(tx: Orm, id: string, from: TicketRow['status'][]): Promise<TicketRow | undefined> {
    const [row] = await tx
      .update(tickets)
      .set({ status: 'refunded' })
      .where(and(eq(tickets.id, id), inArray(tickets.status, from)))
      .returning();
    return row;
  }

  /** Stores the exact words, not only their version. */
  async insertWaiver(tx: Orm, item: string, waiver: Waiver): Promise<void> {
    await tx
      .insert(waivers)
      .values({ item, ...waiver })
      .onConflictDoNothing();
  }

  async findWaiver(item: string, tx: Orm = this.#orm): Promise<Waiver | undefined> {
    const [row] = await tx.select().from(waivers).where(eq(waivers.item, item));
    if (!row) return undefined;
    const { textVersion, language, text } = row;
    return { textVersion, language, text, acceptedAt: iso(row.acceptedAt), startsAt: isoOrNull(row.startsAt) };
  }
}

/**
 * Whether the lives since a ticket was bought were shorter than this, or had all ended by then, also where that was
 * known only later. One that was on when it was bought counts whole. Null: yes.
 */
export function isLiveTooShort(minLiveSeconds: number | null | AnyColumn): SQL {
  return sql`coalesce((select ${rooms.liveSeconds} - ${tickets.liveSecondsBefore} < ${minLiveSeconds}::integer
      or coalesce(${tickets.boughtAt}, ${tickets.createdAt}) >= ${rooms.liveEndedAt}
    from ${rooms} where ${rooms.id} = ${tickets.room}), true)`;
}

/** On the wire only paid tickets exist: valid or refunded. */
export function toTicket(row: TicketRow): Ticket {
  return {
    id: row.id as TicketId,
    room: row.room as RoomId,
    identity: row.identity,
    priceMinor: row.priceMinor,
    currency: row.currency,
    paidFrom: row.paidFrom,
    status: row.status === 'valid' ? 'valid' : 'refunded',
    boughtAt: iso(row.boughtAt ?? row.createdAt),
  };
}
