import { creators } from '../accounts/accounts.schema.ts';
import { roles } from '../accounts/roles/roles.schema.ts';
import { isoOrNull } from '../platform/clock.ts';
import type { Database, Orm } from '../platform/db/db.ts';
import {
  and,
  desc,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  lte,
  not,
  notExists,
  notLike,
  or,
  type SQL,
  sql,
} from '../platform/db/sql.ts';
import { alias } from '../platform/db/tables.ts';
import { gateways } from '../platform/jobs/gateways.schema.ts';
import { pictureUses } from '../platform/pictures/pictures.schema.ts';
import { PERSON_ID_LIKE } from '../protocol/accounts/people.ts';
import type { RoomId } from '../protocol/ids.ts';
import * as LIMITS from '../protocol/limits.ts';
import type { Room } from '../protocol/rooms.ts';
import { clubEntitlements as club } from './clubs.schema.ts';
import { lastHeartbeat, liveEnds } from './live-ends.store.ts';
import { beginLive, endLives } from './lives/lives.store.ts';
import { restrictions } from './restrictions/restrictions.schema.ts';
import { type RestrictionRow, STRICTEST_FIRST, stageIsClosed, taking } from './restrictions/restrictions.store.ts';
import { toRoom } from './room-row.ts';
import { entitlements, rooms, tokenGrants } from './rooms.schema.ts';
import { toGrant } from './token-grants.store.ts';
import type { TokenGrant } from './token-statements.ts';

export interface AccessRecord {
  room: Room;
  /** The strictest that keeps the person out. */
  restriction: Pick<RestrictionRow, 'kind' | 'reason' | 'until'> | null;
  /** Whether the creator has made them a moderator of this room, as a person of the house. */
  isModerator: boolean;
  /** Since when they have been a member of the creator's club; null: they are none. */
  memberSince: string | null;
  /** By the latest known tokens; null if they grant nothing beyond a plain fan. */
  grant: TokenGrant | null;
  entitlements: Pick<
    typeof entitlements.$inferSelect,
    'source' | 'sourceId' | 'validUntil' | 'revokedAt' | 'revokedReason'
  >[];
}

/** A person and a room. */
export interface AccessKey {
  room: string;
  identity: string;
}

/** As its buyer sees it. */
export type RoomOnSale = Pick<Room, 'id' | 'capacity'>;

/** What a sale depends on. */
export interface SaleState {
  isOver: boolean;
  /** Of the lives that have ended. */
  liveSeconds: number;
  /** Ticket limit; null: unlimited. */
  capacity: number | null;
  priceMinor: number | null;
  startsAt: string | null;
  /** Whether it has no date yet. */
  isUndated: boolean;
}

export interface RoomFilter {
  status?: Room['status'];
  creator?: string;
  listed?: boolean;
  /** Without the rooms of the house's own people. */
  ofEmbedders?: boolean;
  limit: number;
}

export interface StageHolder {
  livePublication: string | null;
  liveInterrupted: boolean;
  fence: number;
}

export interface PublicFilter {
  creator?: string | undefined;
  nowIso: string;
  /** Rooms whose date is before this are sorted as if they had none. */
  overdueIso: string;
  perCreator: number;
  limit: number;
}

export type NewRoom = typeof rooms.$inferInsert;
/** What can be changed of a room. */
export type RoomColumns = Partial<
  Pick<NewRoom, 'title' | 'text' | 'priceMinor' | 'startsAt' | 'dateDueAt' | 'movedAt' | 'returnUntil' | 'listed'>
>;
/** What an update of a room sets; SQL computes from the row as it is. */
type Columns = { [Name in keyof NewRoom]?: NewRoom[Name] | SQL };

/** Limit of entitlements that are read per identity and room; more come only from repeated purchases and refunds. */
const ENTITLEMENTS_READ = 20;

/** It has no date, no live, and no day by which it needs a date. */
const IS_UNDATED = and(isNull(rooms.startsAt), isNull(rooms.firstLiveAt), isNull(rooms.dateDueAt)) as SQL;

const isOpenOf = (creator: string) => and(eq(rooms.creator, creator), isNull(rooms.endedAt));

export class RoomsStore {
  readonly #db: Database;
  readonly #accessRecords: ReturnType<typeof prepareAccessRecords>;

  constructor(db: Database) {
    this.#db = db;
    this.#accessRecords = prepareAccessRecords(db.orm);
  }

  get database(): Database {
    return this.#db;
  }

  transaction<T>(work: (tx: Orm) => Promise<T>): Promise<T> {
    return this.#db.transaction(work);
  }

  async insertRoom(row: NewRoom): Promise<void> {
    await this.#db.orm.insert(rooms).values(row);
  }

  async findRoom(id: string, tx: Orm = this.#db.orm): Promise<Room | undefined> {
    const [row] = await this.#selectRooms(tx).where(eq(rooms.id, id));
    return row && toRoom(row);
  }

  async updateRoom(tx: Orm, id: string, change: RoomColumns): Promise<void> {
    await tx.update(rooms).set(change).where(eq(rooms.id, id));
  }

  async listRooms(filter: RoomFilter): Promise<Room[]> {
    const conditions: (SQL | undefined)[] = [];
    if (filter.listed !== undefined) conditions.push(eq(rooms.listed, filter.listed));
    if (filter.ofEmbedders) conditions.push(notLike(rooms.creator, PERSON_ID_LIKE));
    if (filter.creator) conditions.push(eq(rooms.creator, filter.creator));
    if (filter.status === 'ended') conditions.push(isNotNull(rooms.endedAt));
    if (filter.status === 'live') conditions.push(isNotNull(rooms.liveStartedAt), isNull(rooms.endedAt));
    if (filter.status === 'scheduled') conditions.push(isNull(rooms.liveStartedAt), isNull(rooms.endedAt));
    const rows = await this.#selectRooms(this.#db.orm)
      .where(and(...conditions))
      .orderBy(desc(sql`${rooms.liveStartedAt} is not null and ${rooms.endedAt} is null`), desc(rooms.createdAt))
      .limit(filter.limit);
    return rows.map(toRoom);
  }

  /**
   * Listed rooms, the live ones first, then those to come by date, then those without a date or whose date passed
   * before `overdueIso`. Of each creator at most so many, and none whose stage the house has closed.
   */
  async listPublic({ creator, nowIso, overdueIso, perCreator, limit }: PublicFilter): Promise<Room[]> {
    const orm = this.#db.orm;
    const order = [
      desc(isNotNull(rooms.liveStartedAt)),
      sql`case when ${rooms.startsAt} > ${overdueIso}::timestamptz then ${rooms.startsAt} end asc nulls last`,
      desc(rooms.createdAt),
    ];
    const place = sql<number>`row_number() over (partition by ${rooms.creator} order by ${sql.join(order, sql`, `)})`;
    const ranked = orm
      .select({ id: rooms.id, place: place.as('place') })
      .from(rooms)
      .where(
        and(
          rooms.listed,
          isNull(rooms.endedAt),
          not(stageIsClosed(nowIso)),
          creator === undefined ? undefined : eq(rooms.creator, creator),
        ),
      )
      .as('ranked');
    const rows = await this.#selectRooms(orm)
      .innerJoin(ranked, eq(ranked.id, rooms.id))
      .where(lte(ranked.place, perCreator))
      .orderBy(...order)
      .limit(limit);
    return rows.map(toRoom);
  }

  #selectRooms(tx: Orm) {
    return tx
      .select({ room: rooms, ...PICTURED })
      .from(rooms)
      .leftJoin(creators, eq(creators.identity, rooms.creator))
      .leftJoin(pictureUses, isPosterOfRoom)
      .leftJoin(portraits, isPortraitOfCreator)
      .$dynamic();
  }

  /** A room's live, locked until the transaction ends. */
  async lockLive(tx: Orm, room: string) {
    const { endedAt, liveStartedAt, liveEndedAt, liveInterrupted, livePublication, stageTakenAt } = rooms;
    const [row] = await tx
      .select({ endedAt, liveStartedAt, liveEndedAt, liveInterrupted, livePublication, stageTakenAt })
      .from(rooms)
      .where(eq(rooms.id, room))
      .for('update');
    return row && { ...row, stageTakenAt: isoOrNull(row.stageTakenAt), liveEndedAt: isoOrNull(row.liveEndedAt) };
  }

  /** `begins` is absent if the live continues. */
  async setLive(
    tx: Orm,
    room: string,
    { gateway, begins }: { gateway: string; begins?: { startedAt: string; countedFrom: string } },
  ): Promise<void> {
    const begun = begins && {
      liveStartedAt: begins.startedAt,
      liveCountedFrom: begins.countedFrom,
      liveEndedAt: null,
      pausedUntil: null,
      pauseAnnounced: false,
      firstLiveAt: sql`coalesce(${rooms.firstLiveAt}, ${begins.startedAt}::timestamptz)`,
    };
    await tx
      .update(rooms)
      .set({ liveGateway: gateway, ...begun })
      .where(eq(rooms.id, room));
    if (begins) await beginLive(tx, room, begins.countedFrom);
  }

  async findOpenRooms(creator: string, tx: Orm = this.#db.orm): Promise<RoomId[]> {
    const open = await tx.select({ id: rooms.id }).from(rooms).where(isOpenOf(creator));
    return open.map(({ id }) => id as RoomId);
  }

  async hasOpenRooms(creator: string): Promise<boolean> {
    return (await this.#db.orm.select({ id: rooms.id }).from(rooms).where(isOpenOf(creator)).limit(1)).length > 0;
  }

  async findHeldLives(gateway: string): Promise<RoomId[]> {
    const held = await this.#db.orm
      .select({ id: rooms.id })
      .from(rooms)
      .where(and(eq(rooms.liveGateway, gateway), isNotNull(rooms.liveStartedAt)));
    return held.map(({ id }) => id as RoomId);
  }

  /** Returns the new fence; undefined if the room does not exist. */
  async takeStage(room: string, publication: string | null, at: string): Promise<number | undefined> {
    const [row] = await this.#db.orm
      .update(rooms)
      .set({ livePublication: publication, stageTakenAt: at, liveFence: sql`${rooms.liveFence} + 1` })
      .where(eq(rooms.id, room))
      .returning({ fence: rooms.liveFence });
    return row?.fence;
  }

  async findStageHolder(room: string): Promise<StageHolder | undefined> {
    const { livePublication, liveFence: fence, liveInterrupted } = rooms;
    const [row] = await this.#db.orm
      .select({ livePublication, fence, liveInterrupted })
      .from(rooms)
      .where(eq(rooms.id, room));
    return row;
  }

  /** False if there is no live. `heldBy` ends it for want of its publisher, if that gateway still holds it. */
  async setLiveEnded(tx: Orm, room: string, { at, heldBy }: { at: string; heldBy?: string }): Promise<boolean> {
    const isHeld = heldBy === undefined ? isNotNull(rooms.liveStartedAt) : eq(rooms.liveGateway, heldBy);
    const ended = liveEnds(at, { isInterrupted: heldBy !== undefined });
    return (await this.#endLives(tx, ended, and(eq(rooms.id, room), isHeld))).length > 0;
  }

  /** Ends the lives of gateways without a heartbeat for this long; returns the rooms. */
  endOrphanedLives(tx: Orm, { at, silentMs }: { at: string; silentMs: number }): Promise<RoomId[]> {
    const heard = tx
      .select({ id: gateways.id })
      .from(gateways)
      .where(
        and(
          eq(gateways.id, rooms.liveGateway),
          isNull(gateways.closedAt),
          gt(gateways.seenAt, sql`now() - interval '1 millisecond' * ${silentMs}`),
        ),
      );
    const ended = liveEnds(at, { endedAt: lastHeartbeat(at), isInterrupted: true });
    return this.#endLives(tx, ended, and(isNotNull(rooms.liveStartedAt), notExists(heard)));
  }

  /** Whether the house has closed the stage of a room, or suspended its creator. */
  async isStageClosed(room: string, at: string, tx: Orm = this.#db.orm): Promise<boolean> {
    return (await tx.$count(rooms, and(eq(rooms.id, room), stageIsClosed(at)))) > 0;
  }

  /** Locks rooms, so that no live begins in them until the transaction ends; returns those that are live. */
  async lockLives(tx: Orm, which: { room: string } | { creator: string }): Promise<RoomId[]> {
    const locked = await tx
      .select({ id: rooms.id, isLive: isNotNull(rooms.liveStartedAt).mapWith(Boolean) })
      .from(rooms)
      .where('room' in which ? eq(rooms.id, which.room) : isOpenOf(which.creator))
      .orderBy(rooms.id)
      .for('update');
    return locked.filter(({ isLive }) => isLive).map(({ id }) => id as RoomId);
  }

  /**
   * Locks the room until the transaction ends, so that neither its live nor the room ends meanwhile. Buyers wait for
   * each other only where the tickets are limited, or where the first one says until when the room needs a date.
   */
  async lockForSale(tx: Orm, { id, ...known }: RoomOnSale): Promise<SaleState> {
    const { endedAt, liveSeconds, capacity, priceMinor, startsAt } = rooms;
    const select = (which?: SQL) =>
      tx
        .select({ endedAt, liveSeconds, capacity, priceMinor, startsAt, isUndated: sql<boolean>`${IS_UNDATED}` })
        .from(rooms)
        .where(and(eq(rooms.id, id), which));
    const [shared] = known.capacity === null ? await select(not(IS_UNDATED)).for('share') : [];
    const [row] = shared ? [shared] : await select().for('update');
    return {
      startsAt: isoOrNull(row?.startsAt ?? null),
      isUndated: row?.isUndated ?? false,
      isOver: !row || row.endedAt !== null,
      liveSeconds: row?.liveSeconds ?? 0,
      capacity: row?.capacity ?? null,
      priceMinor: row?.priceMinor ?? null,
    };
  }

  /** Keeps an earlier one. */
  async setDateDue(tx: Orm, room: string, dueAt: string): Promise<void> {
    const dateDueAt = sql`coalesce(${rooms.dateDueAt}, ${dueAt}::timestamptz)`;
    await tx.update(rooms).set({ dateDueAt }).where(eq(rooms.id, room));
  }

  /** Pauses the room until this time, but no longer than the limit; nothing happens unless its live has ended. */
  async setPause(tx: Orm, room: string, until: string): Promise<boolean> {
    const pause = {
      pausedUntil: sql`least(${until}::timestamptz, ${rooms.liveEndedAt} + interval '1 minute' * ${LIMITS.pauseMaxMinutes})`,
      pauseAnnounced: true,
    };
    const isBetweenLives = and(eq(rooms.id, room), isNotNull(rooms.liveEndedAt), isNull(rooms.endedAt));
    return (await this.#update(tx, pause, isBetweenLives)).length > 0;
  }

  /**
   * Ends rooms whose live did not come: paused past their time, scheduled with tickets before `overdueIso`, or without
   * a date past the time when they needed one. The conditions hold at the update: a live that begins meanwhile goes on.
   */
  endLapsed(tx: Orm, { at, overdueIso, limit }: { at: string; overdueIso: string; limit: number }): Promise<RoomId[]> {
    const isLapsed = and(
      isNull(rooms.endedAt),
      isNull(rooms.liveStartedAt),
      or(
        lte(rooms.pausedUntil, at),
        and(eq(rooms.accessKind, 'ticket'), isNull(rooms.firstLiveAt), lte(rooms.startsAt, overdueIso)),
        and(isNull(rooms.startsAt), isNull(rooms.firstLiveAt), lte(rooms.dateDueAt, at)),
      ),
    );
    const lapsed = tx.select({ id: rooms.id }).from(rooms).where(isLapsed).limit(limit);
    return this.#endRooms(tx, at, and(inArray(rooms.id, lapsed), isLapsed));
  }

  /** Returns the room; nothing if it had ended already. */
  endRoom(tx: Orm, room: string, at: string): Promise<RoomId[]> {
    return this.#endRooms(tx, at, and(eq(rooms.id, room), isNull(rooms.endedAt)));
  }

  #endRooms(tx: Orm, at: string, which: SQL | undefined): Promise<RoomId[]> {
    const liveEndedAt = sql`coalesce(${rooms.liveEndedAt}, ${at}::timestamptz)`;
    return this.#endLives(tx, { ...liveEnds(at), liveEndedAt, pausedUntil: null, endedAt: at }, which);
  }

  /** Returns the rooms that were updated. */
  async #endLives(tx: Orm, columns: Columns, which: SQL | undefined): Promise<RoomId[]> {
    const ended = await this.#update(tx, columns, which);
    await endLives(tx, ended);
    return ended;
  }

  /** Returns the rooms that were updated. */
  async #update(tx: Orm, columns: Columns, which: SQL | undefined): Promise<RoomId[]> {
    const updated = await tx.update(rooms).set(columns).where(which).returning({ id: rooms.id });
    return updated.map(({ id }) => id as RoomId);
  }

  /** These publications can no longer be restored, unless they are live again. */
  async forgetPublications(publications: string[]): Promise<void> {
    await this.#db.orm
      .update(rooms)
      .set({ livePublication: null })
      .where(and(isNull(rooms.liveStartedAt), inArray(rooms.livePublication, publications)));
  }

  /** Ends all lives. Returns the publications on stage, whose publishers may return. */
  async clearLives(at: string): Promise<string[]> {
    const rows = await this.#db.transaction(async (tx) => {
      // Which publication was on stage stays known.
      const interrupted = liveEnds(at, { endedAt: lastHeartbeat(at), isInterrupted: true });
      const ended = { ...interrupted, livePublication: undefined };
      await this.#endLives(tx, ended, isNotNull(rooms.liveStartedAt));
      return tx.select({ publication: rooms.livePublication }).from(rooms).where(isNotNull(rooms.livePublication));
    });
    return rows.flatMap(({ publication }) => publication ?? []);
  }

  /**
   * Everything that access is decided from, for many people at once in one statement, since every join needs it several
   * times: the room, restrictions, tokens, and the entitlements, latest first. Undefined if there is no such room.
   */
  async findAccessRecords(asked: AccessKey[], at: string): Promise<(AccessRecord | undefined)[]> {
    const rows = await this.#accessRecords.execute({
      at,
      rooms: asked.map(({ room }) => room),
      identities: asked.map(({ identity }) => identity),
    });
    const found = new Map<number, AccessRecord>();
    for (const row of rows) {
      const facts = found.get(row.asked) ?? {
        room: toRoom(row),
        restriction: row.restriction,
        isModerator: row.isModerator,
        memberSince: isoOrNull(row.memberSince),
        grant: row.grant && toGrant(row.grant),
        entitlements: [],
      };
      found.set(row.asked, facts);
      if (row.entitlement) facts.entitlements.push(row.entitlement);
    }
    return asked.map((_, index) => found.get(index + 1));
  }
}

/** Prepared: building this query takes Drizzle as long as the database takes to answer it. */
function prepareAccessRecords(orm: Orm) {
  const asked = sql`unnest(${sql.placeholder('rooms')}::text[], ${sql.placeholder('identities')}::text[]) with ordinality as asked (room, identity, number)`;
  const identity = sql<string>`asked.identity`;
  const moderatorRole = and(eq(roles.role, 'moderator'), isNotNull(roles.givenAt), isNull(roles.endedAt));
  const latest = orm
    .select()
    .from(entitlements)
    .where(and(eq(entitlements.room, rooms.id), eq(entitlements.identity, identity)))
    .orderBy(desc(entitlements.createdAt))
    .limit(ENTITLEMENTS_READ)
    .as('entitlement');
  const at = sql`${sql.placeholder('at')}::timestamptz`;
  const { kind, reason, until } = restrictions;
  const restriction = orm
    .select({ kind, reason, until })
    .from(restrictions)
    .where(taking('enter', { identity, room: rooms }, at))
    .orderBy(STRICTEST_FIRST)
    .limit(1)
    .as('restriction');
  return orm
    .select({
      asked: sql`asked.number`.mapWith(Number),
      room: rooms,
      ...PICTURED,
      restriction: { kind: restriction.kind, reason: restriction.reason, until: restriction.until },
      grant: tokenGrants,
      isModerator: sql<boolean>`exists (select 1 from ${roles} where ${roles.person} = asked.identity and ${moderatorRole}
        and coalesce(${roles.creator}, '') = ${rooms.creator} and coalesce(${roles.room}, '') in ('', ${rooms.id}))`,
      memberSince: sql<
        string | null
      >`(select min(${club.startedAt}) from ${club} where ${club.creator} = ${rooms.creator}
        and ${club.identity} = asked.identity and ${club.revokedAt} is null and ${club.validUntil} > ${at})`,
      entitlement: {
        source: latest.source,
        sourceId: latest.sourceId,
        validUntil: latest.validUntil,
        revokedAt: latest.revokedAt,
        revokedReason: latest.revokedReason,
      },
    })
    .from(asked)
    .innerJoin(rooms, eq(rooms.id, sql`asked.room`))
    .leftJoin(creators, eq(creators.identity, rooms.creator))
    .leftJoin(pictureUses, isPosterOfRoom)
    .leftJoin(portraits, isPortraitOfCreator)
    .leftJoinLateral(restriction, sql`true`)
    .leftJoin(tokenGrants, and(eq(tokenGrants.room, rooms.id), eq(tokenGrants.identity, identity)))
    .leftJoinLateral(latest, sql`true`)
    .orderBy(sql`asked.number`, desc(latest.createdAt))
    .prepare('access_facts');
}

const isPosterOfRoom = and(eq(pictureUses.use, 'poster'), eq(pictureUses.subject, rooms.id));
const portraits = alias(pictureUses, 'portraits');
const isPortraitOfCreator = and(eq(portraits.use, 'portrait'), eq(portraits.subject, rooms.creator));
const PICTURED = { creatorName: creators.name, poster: pictureUses.hash, portrait: portraits.hash };
