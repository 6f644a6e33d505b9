/**
 * Delivers facts to the sockets that they concern. Plain notifications are sent once, by the gateway that dispatches
 * the fact, through the adapter to the sockets of a room or an identity on all gateways. Facts that each gateway has to
 * act on (access, ended sign-ins, earnings, goals, lives, the end of a room) arrive over the bus. Delivery is at least
 * once; every handler is idempotent.
 */
import type { AccountFacts } from '../../accounts/account-facts.ts';
import { listenersOf, listenToFacts, type PersonListener, type RoomListener } from '../../facts.ts';
import type { MoneyFacts } from '../../money/money-facts.ts';
import type { Log } from '../../platform/log.ts';
import type { Fact } from '../../platform/outbox/outbox.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { changedRoom, type Room } from '../../protocol/rooms.ts';
import type { AccessChanged, ParticipantBlocked, RoomChanged, SuspensionChanged } from '../../rooms/room-facts.ts';
import type { Rank } from '../../rooms/token-statements.ts';
import type { GatewayContext } from '../context.ts';
import type { Connection } from './connection.ts';
import { LiveFanout } from './live-fanout.ts';
import type { Presence } from './presence.ts';
import { tellPrivateFact } from './private-facts.ts';
import { RoomUpdates } from './room-updates.ts';
import { identityRoom, insideRoom, lobbyRoom, type SocketServer } from './socket-rooms.ts';

/** Minimum interval between two updates of a room, however many tips come in. */
const INTERVAL_MS = { earnings: 500, goal: 250, places: 500, requests: 250 };
/** Concurrent decisions when access is decided again for everyone, after facts may have been missed. */
const RECONSIDERED_AT_ONCE = 20;

/** The sockets of all gateways, or of this one only, when each gateway notifies its own. */
type Target = Pick<SocketServer, 'to'>;

interface FactFanoutOptions {
  context: GatewayContext;
  io: SocketServer;
  presence: Presence;
  readRoom: (room: RoomId) => Promise<Room>;
}

export class FactFanout {
  readonly #context: GatewayContext;
  readonly #io: SocketServer;
  readonly #presence: Presence;
  readonly #readRoom: (room: RoomId) => Promise<Room>;
  readonly #updates: RoomUpdates;
  readonly #lives: LiveFanout;
  readonly #log: Log;
  /** Pending updates, by kind and room. */
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #mustReconsider = false;
  #isReconsidering = false;

  constructor({ context, io, presence, readRoom }: FactFanoutOptions) {
    this.#context = context;
    this.#io = io;
    this.#presence = presence;
    this.#readRoom = readRoom;
    this.#log = context.log;
    this.#updates = new RoomUpdates({ hasAudience: (room) => presence.isOpen(room), log: context.log });
    this.#lives = new LiveFanout({
      read: readRoom,
      updates: this.#updates,
      send: (room, live) => {
        const people = io.local.to(lobbyRoom(room));
        if ('startedAt' in live) people.emit('stage:liveStarted', live);
        else people.emit('stage:liveEnded', live);
      },
    });
    listenToFacts(context.outbox, {
      sockets: (facts) => {
        for (const fact of facts) this.#tell(io, fact);
      },
      // In parallel, so that their database reads are batched.
      media: async (facts) => void (await Promise.all(facts.map((fact) => this.#closeAbsent(fact)))),
    });
  }

  /** A fact of another gateway that the bus may have lost. */
  handleMissed(fact: Fact): void {
    if (listenersOf(fact.topic).dispatch?.includes('sockets')) this.#tell(this.#io.local, fact);
    this.handlePersonFact(fact);
    if (fact.room && this.#presence.isOpen(fact.room as RoomId)) this.handleFact(fact.room as RoomId, fact);
  }

  handleFact(room: RoomId, fact: Fact): void {
    for (const name of listenersOf(fact.topic).room ?? []) this.#inRoom[name](room, fact);
  }

  /** A fact about a person in any room. */
  handlePersonFact(fact: Fact): void {
    const { topic, room, identity } = fact;
    if (room !== null || identity === null) return;
    for (const name of listenersOf(topic).person ?? []) this.#ofPerson[name](identity, fact);
  }

  readonly #ofPerson: Record<PersonListener, (identity: string, fact: Fact) => void> = {
    access: (identity, { topic, data }) => {
      for (const connection of this.#presence.ofIdentity(identity)) void connection.reconsider();
      if (!isGain(topic, data)) void this.#context.stage.closeWaiting((entry) => entry.identity === identity);
    },
    // Each gateway closes its own sockets: what the bus loses is read from the outbox, what the adapter loses is not.
    signIn: (identity, { data }) => {
      const ended = new Set((data as AccountFacts['sessions.ended']).sessions);
      for (const connection of this.#presence.ofIdentity(identity)) {
        if (ended.has(connection.claims.logeSession ?? '')) connection.dismiss(new AppError('token_invalid'));
      }
      void this.#context.stage.closeWaiting(({ signIn = '' }) => ended.has(signIn));
    },
  };

  /** What `facts.ts` names for gateways with people in the room. */
  readonly #inRoom: Record<RoomListener, (room: RoomId, fact: Fact) => void> = {
    access: (room, { identity }) => {
      for (const connection of this.#presence.ofIdentity(identity ?? '')) {
        if (connection.roomId === room) void connection.reconsider();
      }
    },
    earnings: (room) => this.#throttle('earnings', room, () => this.#sendEarnings(room)),
    goal: (room, { topic }) => {
      if (topic === 'goal.changed') void this.#updates.attempt('goalChange', room, () => this.#sendGoal(room, true));
      else this.#throttle('goal', room, () => this.#sendGoal(room, false));
    },
    live: (room, { createdAt }) => void this.#lives.note(room, createdAt),
    places: (room) => this.#throttle('places', room, () => this.#sendPlaces(room)),
    privateSession: (_, fact) => tellPrivateFact(this.#presence, fact),
    requests: (room) => this.#throttle('requests', room, () => this.#sendRequests(room)),
    roomChange: (room, { data }) => void this.#sendRoom(room, data as RoomChanged),
    roomEnd: (room) => void this.#handleRoomEnded(room),
  };

  /** Decides everyone's access again, because the bus may have lost facts. Calls during a run cause one further run. */
  async reconsiderAll(): Promise<void> {
    this.#mustReconsider = true;
    if (this.#isReconsidering) return;
    this.#isReconsidering = true;
    try {
      while (this.#mustReconsider) {
        this.#mustReconsider = false;
        const connections = this.#presence.all();
        for (let at = 0; at < connections.length; at += RECONSIDERED_AT_ONCE) {
          await Promise.all(
            connections.slice(at, at + RECONSIDERED_AT_ONCE).map((connection: Connection) => connection.reconsider()),
          );
        }
      }
    } finally {
      this.#isReconsidering = false;
    }
  }

  /**
   * Media survives its socket, and even its gateway, for a while. The gateway that dispatches the fact therefore ends
   * the media of a participant who lost access while disconnected. Connected participants are removed and notified at
   * their own gateway.
   */
  async #closeAbsent({ topic, room, identity, data }: Fact): Promise<void> {
    // Gateways without a socket in the room do not receive its end, and may have sessions that wait for one.
    if (topic === 'room.ended') return void this.#context.stage.closeRoom(room as RoomId);
    if (topic === 'live.stopped') return void this.#endStoppedLive(room as RoomId);
    if (room === null || identity === null || isGain(topic, data)) return;
    const { rooms, stage } = this.#context;
    const roomId = room as RoomId;
    // Decided as for a fan: the creator needs no entitlement and gets no such facts.
    const { access, rank } = await rooms.decide({ roomId, identity, role: 'fan' });
    // A moderator keeps access by rank when an entitlement ends, except after a removal or the end of the room.
    if (access.state === 'granted' || (rank.role === 'moderator' && access.state === 'required')) return;
    // Not awaited: an unresponsive SFU node must not block the following facts.
    void stage.closeParticipant(roomId, identity);
  }

  #tell(to: Target, fact: Fact): void {
    const room = fact.room as RoomId | null;
    switch (fact.topic) {
      case 'wallet.changed':
        to.to(identityRoom(fact.identity ?? '')).emit('money:walletChanged', fact.data.wallet);
        return;
      case 'wallets.changed':
        for (const { identity, wallet } of (fact.data as MoneyFacts['wallets.changed']).wallets) {
          to.to(identityRoom(identity)).emit('money:walletChanged', wallet);
        }
        return;
      case 'tipMenu.changed':
        if (room)
          to.to(insideRoom(room)).emit('money:tipMenuChanged', (fact.data as MoneyFacts['tipMenu.changed']).menu);
    }
  }

  /**
   * The transaction of the fact has already ended the live in the database. `endLive` closes the media even if its own
   * write fails.
   */
  async #endStoppedLive(room: RoomId): Promise<void> {
    try {
      await this.#context.stage.endLive(room);
    } catch (error) {
      this.#log.error({ err: error, room }, 'end of stopped live failed');
    }
  }

  async #handleRoomEnded(roomId: RoomId): Promise<void> {
    await this.#updates.attempt('end', roomId, async () => {
      this.#io.local.to(lobbyRoom(roomId)).emit('rooms:ended', { room: await this.#readRoom(roomId) });
    });
    await this.#reconsiderRoom(roomId);
    try {
      await this.#context.stage.closeRoom(roomId);
    } catch (error) {
      this.#log.error({ err: error, room: roomId }, 'room not closed');
    }
  }

  async #sendRoom(roomId: RoomId, { changed }: RoomChanged): Promise<void> {
    await this.#updates.attempt('change', roomId, async () => {
      const room = changedRoom.parse(await this.#readRoom(roomId));
      this.#io.local.to(lobbyRoom(roomId)).emit('rooms:changed', { room });
    });
    // The offer of those who wait has another price.
    if (changed.includes('priceMinor')) await this.#reconsiderRoom(roomId);
  }

  async #reconsiderRoom(roomId: RoomId): Promise<void> {
    await Promise.all(this.#presence.inRoom(roomId).map((connection) => connection.reconsider()));
  }

  /** Sends one update after the interval; facts that arrive meanwhile are covered by it. */
  #throttle(kind: keyof typeof INTERVAL_MS, room: RoomId, send: () => Promise<void>): void {
    const key = `${kind} ${room}`;
    if (this.#timers.has(key)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      void this.#updates.attempt(kind, room, send);
    }, INTERVAL_MS[kind]);
    this.#timers.set(key, timer);
  }

  async #sendEarnings(room: RoomId): Promise<void> {
    const creators = this.#creatorsIn(room);
    if (creators.length === 0) return;
    const earnings = await this.#context.money.earnings.ofRoom(room);
    for (const { socket } of creators) socket.emit('money:earningsChanged', earnings);
  }

  async #sendRequests(room: RoomId): Promise<void> {
    const creators = this.#creatorsIn(room);
    if (creators.length === 0) return;
    const list = await this.#context.money.tipRequests.list(room);
    for (const { socket } of creators) socket.emit('money:requestsChanged', list);
  }

  #creatorsIn(room: RoomId): Connection[] {
    return this.#presence.inRoom(room).filter(({ participant }) => participant.role === 'creator');
  }

  /** An open payment page reserves a place for its person, so each participant gets a number of their own. */
  async #sendPlaces(roomId: RoomId): Promise<void> {
    const { rooms, money } = this.#context;
    const capacity = await rooms.capacityOf(roomId);
    if (capacity === null) return;
    const waiting = this.#presence.inRoom(roomId).filter(({ isInside }) => !isInside);
    if (waiting.length === 0) return;
    const left = await money.tickets.countLeft(
      { id: roomId, capacity },
      waiting.map(({ participant }) => participant.identity),
    );
    for (const [index, { socket }] of waiting.entries()) {
      socket.emit('money:ticketsLeft', { ticketsLeft: left?.[index] ?? 0 });
    }
  }

  /** A room without a goal gets no progress, only the news that its goal was cleared. */
  async #sendGoal(room: RoomId, isChanged: boolean): Promise<void> {
    if (!this.#presence.isOpen(room)) return;
    const goal = await this.#context.money.tipping.getGoal(room);
    if (goal !== null || isChanged) this.#io.local.to(insideRoom(room)).emit('money:goalProgress', { goal });
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#updates.close();
  }
}

/** Whether the person of a fact may do more than before. */
function isGain(topic: string, data: Fact['data']): boolean {
  // What it takes has a fact of its own for each room.
  if (topic === 'membership.changed') return true;
  if (topic === 'rank.changed') return (data as Rank).moderates;
  if (topic === 'block.changed') return !(data as ParticipantBlocked).change.isBlocked;
  if (topic === 'suspension.changed') return !(data as SuspensionChanged).isSuspended;
  return (data as AccessChanged).change.granted;
}
