/**
 * Rooms and access to them. The only place that decides access, from entitlements, restrictions and the room's rule;
 * called at every join and while inside.
 */
import type { RoleChanged } from '../accounts/account-facts.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { type Clock, iso, isoIn } from '../platform/clock.ts';
import type { Orm } from '../platform/db/db.ts';
import { GatheredRead } from '../platform/db/gathered-read.ts';
import { NEWCOMERS_REST_MS } from '../platform/db/read-timing.ts';
import { SharedRead } from '../platform/db/shared-read.ts';
import type { Fact, Outbox } from '../platform/outbox/outbox.ts';
import { RecentMap } from '../platform/recent-map.ts';
import type { Role, TokenClaims } from '../protocol/accounts/accounts.ts';
import { isPersonId } from '../protocol/accounts/people.ts';
import { AppError } from '../protocol/errors.ts';
import { createId, type RoomId } from '../protocol/ids.ts';
import * as LIMITS from '../protocol/limits.ts';
import type { Access, Room, RoomInput } from '../protocol/rooms.ts';
import { type AccessHolder, assertEmbedders, decideAccess, rankIn } from './access-decision.ts';
import { parseAccessRule, parseCapacity } from './access-rule-input.ts';
import { Attendances } from './attendances/attendances.ts';
import { ClubsStore } from './clubs.store.ts';
import { Clubs } from './clubs.ts';
import { Entitlements } from './entitlements/entitlements.ts';
import { Followers } from './followers/followers.ts';
import { LivesStore } from './lives/lives.store.ts';
import { Removals } from './restrictions/removals.ts';
import { Restrictions } from './restrictions/restrictions.ts';
import { Suspensions } from './restrictions/suspensions.ts';
import { RoomChanges } from './room-changes.ts';
import type {
  AccessKey,
  AccessRecord,
  RoomFilter,
  RoomOnSale,
  RoomsStore,
  SaleState,
  StageHolder,
} from './rooms.store.ts';
import { TokenGrants } from './token-grants.ts';
import {
  issueTime,
  NO_GRANT,
  type Rank,
  saysNews,
  statementOf,
  type TokenGrant,
  type TokenStatement,
} from './token-statements.ts';

/** Limit of the cache of immutable room data. */
const ROOMS_REMEMBERED = 10_000;

interface Unchanging {
  creator: string;
  hasChat: boolean;
  capacity: number | null;
}

/** `subscribe` is the token's permission to watch. */
export interface AccessQuery {
  roomId: RoomId;
  identity: string;
  role: Role;
  subscribe?: boolean;
}

/** `rank`: by the latest known token, whatever the presented one says. */
export interface Decided {
  room: Room;
  access: Access;
  rank: Rank;
}

export interface Admission {
  room: Room;
  access: Access;
  role: Role;
  moderates: boolean;
  memberSince: string | null;
}

export class Rooms {
  /** Creators' clubs, whose members enter members-only rooms. */
  readonly clubs: Clubs;
  readonly changes: RoomChanges;
  readonly entitlements: Entitlements;
  readonly restrictions: Restrictions;
  readonly removals: Removals;
  readonly followers: Followers;
  readonly suspensions: Suspensions;
  readonly attendances: Attendances;
  readonly lives: LivesStore;
  readonly #store: RoomsStore;
  readonly #accounts: Accounts;
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #currency: string;
  readonly #hasPublicList: boolean;
  readonly #gateway: string;
  readonly #grants: TokenGrants;
  readonly #records: GatheredRead<AccessKey, AccessRecord | undefined>;
  /** Ranks every listed room, however few are shown. */
  readonly #publicRooms: SharedRead<string | undefined, Room[]>;
  readonly #remembered = new RecentMap<string, Unchanging>(ROOMS_REMEMBERED);

  constructor(options: {
    store: RoomsStore;
    accounts: Accounts;
    outbox: Outbox;
    clock: Clock;
    currency: string;
    /** False in a house that only embeds: its rooms are found through the embedders' sites. */
    hasPublicList?: boolean;
    /** The gateway that holds lives that begin here. */
    gateway?: string;
  }) {
    this.#gateway = options.gateway ?? 'alone';
    this.#store = options.store;
    this.#accounts = options.accounts;
    this.#outbox = options.outbox;
    this.#clock = options.clock;
    this.#currency = options.currency;
    this.#hasPublicList = options.hasPublicList ?? true;
    this.#records = new GatheredRead((keys) => this.#store.findAccessRecords(keys, isoIn(this.#clock)), {
      restMs: NEWCOMERS_REST_MS,
    });
    this.#publicRooms = new SharedRead((creator) => this.#listPublic(creator), { restMs: NEWCOMERS_REST_MS });
    const db = options.store.database;
    this.changes = new RoomChanges(options);
    this.entitlements = new Entitlements({ ...options, db });
    this.#grants = new TokenGrants({ ...options, db, entitlements: this.entitlements });
    this.clubs = new Clubs({ ...options, store: new ClubsStore(db) });
    const restrictions = new Restrictions({ ...options, db });
    this.restrictions = restrictions;
    this.removals = new Removals({
      ...options,
      db,
      restrictions,
      creatorOf: (room) => this.creatorOf(room),
      moderates: (of) => this.moderates(of),
    });
    this.followers = new Followers({ ...options, db, removals: this.removals });
    this.suspensions = new Suspensions({ ...options, restrictions });
    this.lives = new LivesStore(db);
    this.attendances = new Attendances({ ...options, db });
  }

  async createRoom(input: RoomInput): Promise<Room> {
    await this.#accounts.getCreator(input.creator);
    await this.suspensions.assertNotSuspended(input.creator);
    await this.#assertBelowRoomLimit(input.creator);
    const access = parseAccessRule(input.access, this.#currency);
    if (access.minTier) await this.clubs.getTierOf(input.creator, access.minTier);
    const id = createId('room');
    await this.#store.insertRoom({
      id,
      creator: input.creator,
      title: input.title,
      text: input.text ?? null,
      accessKind: access.kind,
      priceMinor: access.priceMinor ?? null,
      ratePerMinuteMinor: access.ratePerMinuteMinor ?? null,
      minTier: access.minTier ?? null,
      currency: this.#currency,
      chatEnabled: input.chat?.enabled ?? true,
      listed: input.listed ?? false,
      // In UTC: Postgres refuses some time zones of ISO 8601.
      startsAt: input.startsAt ? iso(input.startsAt) : null,
      capacity: parseCapacity(input),
    });
    return this.getRoom(id);
  }

  /**
   * A change for all open rooms of a creator adds one fact per room, so their number is limited. Embedders are not
   * limited.
   */
  async #assertBelowRoomLimit(creator: string): Promise<void> {
    if (!isPersonId(creator)) return;
    const open = await this.#store.findOpenRooms(creator);
    if (open.length >= LIMITS.openRoomsPerPerson) throw new AppError('room_limit');
  }

  async getRoom(id: string, tx?: Orm): Promise<Room> {
    const room = await this.#store.findRoom(id, tx);
    if (!room) throw new AppError('room_not_found');
    return room;
  }

  /** Throws `room_not_found` for a room of one of the house's people: no API key sees it or acts on it. */
  async assertEmbedders(id: RoomId): Promise<void> {
    assertEmbedders(await this.creatorOf(id));
  }

  /** Whether a creator has rooms that have not ended. */
  hasOpenRooms(creator: string): Promise<boolean> {
    return this.#store.hasOpenRooms(creator);
  }

  /** Whether a creator has ever had a room that public lists and search engines may show. */
  async hasListedRooms(creator: string): Promise<boolean> {
    return (await this.listRooms({ creator, listed: true, limit: 1 })).length > 0;
  }

  /** An embedder's server may change any room, a person only their own. */
  async assertMayChange(id: RoomId, by: { identity: string; role: Role | 'server' }): Promise<void> {
    if (by.role !== 'server' && by.identity !== (await this.creatorOf(id))) throw new AppError('forbidden');
  }

  listRooms(filter: RoomFilter): Promise<Room[]> {
    return this.#store.listRooms(filter);
  }

  /** What anybody may find without knowing of it: listed rooms, of all creators a few each, or all of one. */
  async listPublicRooms(creator?: string): Promise<Room[]> {
    return this.#hasPublicList ? this.#publicRooms.get(creator) : [];
  }

  /** The next live with a date that anybody may find, by the creator of this room. */
  async findNext({ id, creator }: Room): Promise<{ id: RoomId; title: string; startsAt: string } | null> {
    const now = isoIn(this.#clock);
    for (const room of await this.listPublicRooms(creator.identity)) {
      const { title, startsAt, firstLiveAt } = room;
      if (room.id !== id && startsAt && startsAt > now && !firstLiveAt) return { id: room.id, title, startsAt };
    }
    return null;
  }

  #listPublic(creator?: string): Promise<Room[]> {
    const limit = LIMITS.listPageItems;
    const perCreator = creator === undefined ? LIMITS.publicRoomsPerCreator : limit;
    const overdueIso = isoIn(this.#clock, -LIMITS.notHeldAfterMs);
    return this.#store.listPublic({ creator, nowIso: isoIn(this.#clock), overdueIso, perCreator, limit });
  }

  /** The identity of a room's creator. */
  async creatorOf(roomId: string): Promise<string> {
    return (await this.#unchanging(roomId)).creator;
  }

  /** Whether the room was made with a chat. */
  async hasChat(roomId: string): Promise<boolean> {
    return (await this.#unchanging(roomId)).hasChat;
  }

  /** Ticket limit; null: unlimited. */
  async capacityOf(roomId: string): Promise<number | null> {
    return (await this.#unchanging(roomId)).capacity;
  }

  /** Immutable data of a room, which every message needs: read once. */
  async #unchanging(roomId: string): Promise<Unchanging> {
    const known = this.#remembered.get(roomId);
    if (known) return known;
    const { creator, chat, capacity } = await this.getRoom(roomId);
    const settled = { creator: creator.identity, hasChat: chat.enabled, capacity };
    this.#remembered.set(roomId, settled);
    return settled;
  }

  /** Decides from the database whether this identity has access to this room; also returns the room. */
  async decide({ roomId, identity, role, subscribe = true }: AccessQuery): Promise<Decided> {
    const record = await this.#readRecord(roomId, identity);
    const access = await this.#accessFrom(record, { identity, role, subscribe });
    return { room: record.room, rank: rankIn(record), access };
  }

  /**
   * Decides access for a token's holder: records what the token says, and decides by the latest one. A token of the
   * site says nothing: the rank of the house's people is the role that they have now.
   */
  async admit(claims: TokenClaims): Promise<Admission> {
    const { room: roomId, sub: identity, role } = claims;
    let record = await this.#readRecord(roomId, identity);
    if (claims.logeSession === undefined) assertEmbedders(record.room.creator.identity);
    const said = claims.logeSession === undefined ? statementOf(claims) : undefined;
    if (said && saysNews(record.grant, said)) {
      await this.#grants.record(said, record.room);
      record = await this.#readRecord(roomId, identity);
    }
    const rank = role === 'creator' ? undefined : rankIn(record);
    const who = { identity, role: rank?.role ?? role, subscribe: claims.can?.subscribe !== false };
    const access = await this.#accessFrom(record, who);
    const { room, memberSince } = record;
    return { room, access, role: who.role, moderates: rank?.moderates ?? true, memberSince };
  }

  /** What a person of the house is in a room. */
  async roleOf({ room, identity }: { room: RoomId; identity: string }): Promise<Role> {
    const record = await this.#readRecord(room, identity);
    if (record.room.creator.identity === identity) return 'creator';
    return record.isModerator ? 'moderator' : 'fan';
  }

  /** Reports a change of a moderator's role to each room that it concerns. Repeated facts do no harm. */
  async handleRoleFacts(facts: Fact[]): Promise<void> {
    for (const { identity, data } of facts) {
      const { role, scope, change } = data as RoleChanged;
      if (role !== 'moderator' || !scope || identity === null) continue;
      const moderates = change === 'given';
      const rank: Rank = { role: moderates ? 'moderator' : 'fan', moderates };
      const rooms = scope.room ? [scope.room] : await this.#store.findOpenRooms(scope.creator);
      await this.#store.transaction((tx) =>
        this.#outbox.add(tx, ...rooms.map((room) => ({ topic: 'rank.changed', room, identity, data: rank }))),
      );
    }
    this.#outbox.wake();
  }

  async #readRecord(room: RoomId, identity: string): Promise<AccessRecord> {
    const record = await this.#records.get({ room, identity });
    if (!record) throw new AppError('room_not_found');
    return record;
  }

  /** The access decision alone, for a caller that has the room. */
  async decideAccess({ room, ...who }: Omit<AccessQuery, 'roomId'> & { room: Room }): Promise<Access> {
    return (await this.decide({ roomId: room.id, ...who })).access;
  }

  /** Whether somebody could be inside, also of a room that has ended. */
  async couldEnter(room: RoomId, who: Pick<AccessHolder, 'identity' | 'role'>): Promise<boolean> {
    const record = await this.#readRecord(room, who.identity);
    const open: Room = { ...record.room, status: 'scheduled' };
    return (await this.#accessFrom({ ...record, room: open }, { ...who, subscribe: true })).state === 'granted';
  }

  #accessFrom(record: AccessRecord, holder: AccessHolder): Promise<Access> {
    return decideAccess(record, holder, { nowMs: this.#clock.now(), clubs: this.clubs, currency: this.#currency });
  }

  /**
   * Records what a token that the house issues will say, and returns its issue time: it counts at once, before it is
   * presented, and after everything recorded before.
   */
  async recordIssued(said: Omit<TokenStatement, 'issuedAtSeconds'>): Promise<number> {
    const nowSeconds = this.#nowSeconds();
    const issuedAt = (known: TokenGrant) =>
      issueTime(known, { ...said, issuedAtSeconds: nowSeconds }, nowSeconds + LIMITS.tokenClockSkewSeconds);
    const { room, grant } = await this.#readRecord(said.room, said.identity);
    const statement = { ...said, issuedAtSeconds: issuedAt(grant ?? NO_GRANT) };
    return saysNews(grant, statement) ? this.#grants.record(statement, room, issuedAt) : nowSeconds;
  }

  /** Ends the access that the embedder granted by any existing token; returns the remaining access. */
  async endEmbedderAccess(roomId: RoomId, identity: string): Promise<Access> {
    const { room } = await this.#readRecord(roomId, identity);
    const said = { room: roomId, identity, entitled: false, issuedAtSeconds: this.#nowSeconds() };
    // The clock of the latest token's issuer may be ahead.
    await this.#grants.record(said, room, (known) => Math.max(said.issuedAtSeconds, known.entitledIssuedAtSeconds));
    return (await this.decide({ roomId, identity, role: 'fan' })).access;
  }

  /** Whether a person moderates, connected or not: one room, or any of the creator's. */
  moderates(of: { creator: string; room?: RoomId | undefined; identity: string }): Promise<boolean> {
    return this.#grants.moderates(of);
  }

  /**
   * A publisher is on stage at this gateway: a live begins, or continues and is held here. Refuses a publication that
   * no longer holds the stage.
   */
  async startLive(roomId: RoomId, publication?: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const room = await this.#store.lockLive(tx, roomId);
      if (!room) throw new AppError('room_not_found');
      if (room.endedAt) throw new AppError('room_ended');
      await this.suspensions.assertStageOpen(roomId, tx);
      if (publication !== undefined) assertHolds(room, publication);
      const isNew = room.liveStartedAt === null;
      const at = isoIn(this.#clock);
      const startedAt = (publication !== undefined && room.stageTakenAt) || at;
      // Nothing was sent before, and what a restart ended has been counted.
      const begins = { startedAt, countedFrom: at };
      await this.#store.setLive(tx, roomId, { gateway: this.#gateway, ...(isNew && { begins }) });
      if (isNew) await this.#outbox.add(tx, { topic: 'live.started', room: roomId, data: {} });
    });
    this.#outbox.wake();
  }

  /** A publisher takes the stage: earlier ones can no longer restore their live. Returns the new fence. */
  async takeStage(roomId: RoomId, publication: string | undefined): Promise<number> {
    await this.suspensions.assertStageOpen(roomId);
    const fence = await this.#store.takeStage(roomId, publication ?? null, isoIn(this.#clock));
    if (fence === undefined) throw new AppError('room_not_found');
    return fence;
  }

  /** Refuses a publication whose live the house stopped or is over, or whose stage another page took. Its fence. */
  async assertHoldsStage(roomId: RoomId, publication: string): Promise<number> {
    const holder = await this.#store.findStageHolder(roomId);
    if (!holder) throw new AppError('room_not_found');
    if (holder.livePublication === null) await this.suspensions.assertStageOpen(roomId);
    assertHolds(holder, publication);
    return holder.fence;
  }

  /** The publication that last took the stage, unless its live is over. */
  async findStageHolder(roomId: RoomId): Promise<string | null> {
    return (await this.#store.findStageHolder(roomId))?.livePublication ?? null;
  }

  /**
   * Ends the live, whichever gateway holds it. `pauseMinutes` says when the room goes on at the latest, counted from
   * now; without an ended live nothing changes. One fact reports both, so that no viewer sees an end without its pause.
   */
  async endLive(roomId: RoomId, pauseMinutes?: number): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const hasEnded = await this.#store.setLiveEnded(tx, roomId, { at: isoIn(this.#clock) });
      const until = pauseMinutes === undefined ? undefined : isoIn(this.#clock, pauseMinutes * 60_000);
      const isPaused = until !== undefined && (await this.#store.setPause(tx, roomId, until));
      if (hasEnded || isPaused)
        await this.#outbox.add(tx, { topic: hasEnded ? 'live.ended' : 'room.paused', room: roomId, data: {} });
    });
    this.#outbox.wake();
  }

  /** Ends the live if this gateway holds it; one that has moved to another continues there. */
  async endHeldLive(roomId: RoomId): Promise<void> {
    await this.#end('live.ended', async (tx) => {
      const hasEnded = await this.#store.setLiveEnded(tx, roomId, { at: isoIn(this.#clock), heldBy: this.#gateway });
      return hasEnded ? [roomId] : [];
    });
  }

  /** Rooms whose live this gateway holds. */
  findHeldLives(): Promise<RoomId[]> {
    return this.#store.findHeldLives(this.#gateway);
  }

  /**
   * Locks the room until the caller's transaction ends: what is sold in it is sold before the room or its live ends.
   */
  lockForSale(tx: Orm, room: RoomOnSale): Promise<SaleState> {
    return this.#store.lockForSale(tx, room);
  }

  /** The first ticket of a room without a date gives it a time to get one. The room is locked for the sale. */
  setDateDue(tx: Orm, room: RoomId): Promise<void> {
    return this.#store.setDateDue(tx, room, isoIn(this.#clock, LIMITS.dateDueAfterMs));
  }

  async endRoom(roomId: RoomId): Promise<Room> {
    await this.#end('room.ended', (tx) => this.#store.endRoom(tx, roomId, isoIn(this.#clock)));
    return this.getRoom(roomId);
  }

  /** Ends some rooms whose pause has passed, that have no date in time, or are `overdueMs` late; true if there were. */
  async endLapsed({ overdueMs, limit }: { overdueMs: number; limit: number }): Promise<boolean> {
    const overdueIso = isoIn(this.#clock, -overdueMs);
    const ended = await this.#end('room.ended', (tx) =>
      this.#store.endLapsed(tx, { at: isoIn(this.#clock), overdueIso, limit }),
    );
    return ended > 0;
  }

  /** Ends lives of gateways that have been silent for this long. */
  endOrphanedLives(silentMs: number): Promise<number> {
    return this.#end('live.ended', (tx) => this.#store.endOrphanedLives(tx, { at: isoIn(this.#clock), silentMs }));
  }

  /** Commits the end of rooms, or of their lives, with a fact for each; returns how many have ended. */
  async #end(topic: 'room.ended' | 'live.ended', end: (tx: Orm) => Promise<RoomId[]>): Promise<number> {
    const ended = await this.#store.transaction(async (tx) => {
      const ids = await end(tx);
      await this.#outbox.add(tx, ...ids.map((room) => ({ topic, room, data: {} })));
      return ids.length;
    });
    if (ended > 0) this.#outbox.wake();
    return ended;
  }

  /** After a restart of the only process no live is left. Returns the publications that may still be restored. */
  clearLives(): Promise<string[]> {
    return this.#store.clearLives(isoIn(this.#clock));
  }

  /** From now on these publications of `clearLives` cannot be restored. Later ones are not concerned. */
  forgetPublications(publications: string[]): Promise<void> {
    return this.#store.forgetPublications(publications);
  }

  #nowSeconds(): number {
    return Math.floor(this.#clock.now() / 1_000);
  }
}

function assertHolds(
  { livePublication, liveInterrupted }: Pick<StageHolder, 'livePublication' | 'liveInterrupted'>,
  publication: string,
): void {
  if (livePublication === publication) return;
  if (livePublication !== null) throw new AppError('live_replaced');
  throw new AppError(liveInterrupted ? 'live_interrupted' : 'live_over');
}
