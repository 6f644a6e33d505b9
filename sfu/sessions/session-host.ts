import {
  type SessionCloseReason,
  type SessionGrant,
  SfuError,
  type SfuErrorCode,
  type SfuEvent,
  WATCH_SESSIONS_PER_PERSON_MAX,
} from '../contract.ts';
import { toSfuError } from '../errors.ts';
import { CONNECT_WITHIN_MS, PREPARED_PER_NODE_MAX, PREPARED_PER_ROOM_MAX, SWEEP_INTERVAL_MS } from '../limits.ts';
import { isInForce } from '../parameters.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomDirectory } from '../rooms/room-directory.ts';
import type { RoomRouter } from '../rooms/room-router.ts';
import { personKey, type SlotCounter } from '../shared-state.ts';
import type { PooledWorker, WorkerPool } from '../workers/worker-pool.ts';
import { MediaSession } from './media-session.ts';
import { PublishSession } from './publish-session.ts';
import type { Session, SessionOptions } from './session.ts';
import { ReservedPlace, SessionRegistry, type SessionRequest } from './session-registry.ts';
import { WatchSession } from './watch-session.ts';

export interface SessionHostOptions {
  pool: WorkerPool;
  rooms: RoomDirectory;
  leaseMs: number;
  connectWithinMs?: number;
  now: () => number;
  emit: (event: SfuEvent) => void;
  /** Counts the viewing sessions on all nodes. */
  watching: SlotCounter | undefined;
}

/** How a session of some kind is opened in a room. */
export interface SessionKind<S extends Session, A> {
  /** Runs before the session enters. A close meanwhile gives its place up. */
  admit?: (place: ReservedPlace) => Promise<void>;
  place: (room: Room) => RoomRouter;
  make: (options: SessionOptions) => S;
  /** Runs in the turn in which the session enters, before anything else. */
  prepare?: (room: Room) => void;
  open: (session: S) => Promise<A>;
}

/** The sessions of a node from opening to end, under grants and leases. A room is open as long as it has a session. */
export class SessionHost {
  readonly #options: SessionHostOptions;
  readonly #sessions = new SessionRegistry();
  /** Unused spares, by the session that they are for. */
  readonly #spares = new Map<string, MediaSession>();
  readonly #sweep: NodeJS.Timeout;
  #closed = false;

  constructor(options: SessionHostOptions) {
    this.#options = options;
    this.#sweep = setInterval(() => this.#handleSweep(), SWEEP_INTERVAL_MS).unref();
  }

  get all(): Session[] {
    return this.#sessions.all;
  }

  has(id: string): boolean {
    return this.#sessions.has(id);
  }

  find(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /** The session, or `session_not_found`. A grant that expired between two sweeps counts as closed. */
  get(id: string): Session {
    this.assertOpen();
    const session = this.#sessions.get(id);
    if (!session) throw new SfuError('session_not_found', `There is no session ${id}.`);
    if (!isInForce(session.grant, this.#options.now())) this.end(session, 'grant_expired');
    session.assertOpen();
    return session;
  }

  /** The session, if it is of this kind; `code` otherwise. */
  getAs<S extends Session>(id: string, kind: new (...args: never[]) => S, code: SfuErrorCode): S {
    const session = this.get(id);
    if (session instanceof kind) return session;
    throw new SfuError(code, `The session ${id} is of another kind.`);
  }

  assertOpen(): void {
    if (this.#closed) throw new SfuError('node_unavailable', 'The SFU node is closed.');
  }

  /** The session and its spare, if it has one. */
  withSpare(session: Session): Session[] {
    const spare = this.spareFor(session);
    return spare ? [session, spare] : [session];
  }

  spareFor(session: Session): MediaSession | undefined {
    return this.#spares.get(session.id);
  }

  async open<S extends Session, A>(request: SessionRequest, kind: SessionKind<S, A>): Promise<A> {
    this.assertOpen();
    const place = this.#sessions.reserve(request);
    let session: S | undefined;
    try {
      await kind.admit?.(place);
      await this.#options.pool.ready();
      this.assertOpen();
      session = this.#enter(place, request, kind);
      return await kind.open(session);
    } catch (error) {
      // If the session was closed meanwhile, that is the error to report, not what failed because of it.
      session?.assertOpen();
      throw toSfuError(error, 'node_unavailable');
    } finally {
      this.#sessions.release(place);
      if (session && !session.opened) this.end(session, 'closed');
    }
  }

  /**
   * Takes one of a person's viewing slots in a room, over all nodes. At the limit it ends the oldest of their sessions
   * on this node that is not connected; without one it throws `too_many_sessions`.
   */
  async takeWatchSlot(place: ReservedPlace): Promise<void> {
    for (;;) {
      const theirs = this.#sessions
        .ofPerson(place.grant)
        .filter((it) => !it.isSpare && (it instanceof ReservedPlace ? !it.grant.publish : it instanceof WatchSession));
      const release = theirs.length <= WATCH_SESSIONS_PER_PERSON_MAX && (await this.#takeSlot(place));
      if (release) return this.#sessions.holdSlot(place, release);
      const idle = theirs.find((it) => it instanceof WatchSession && it.opened && !it.connected);
      if (!(idle instanceof WatchSession))
        throw new SfuError(
          'too_many_sessions',
          `A person has at most ${WATCH_SESSIONS_PER_PERSON_MAX} viewing sessions in a room.`,
        );
      this.end(idle, 'replaced');
    }
  }

  /** Ends the earlier prepared session of this person. */
  replacePrepared({ grant: { room, identity } }: ReservedPlace): void {
    const theirs = this.#prepared.filter(({ grant }) => grant.room === room && grant.identity === identity);
    this.#endAll(theirs, 'replaced');
  }

  /** Throws `node_full` where the room or the node has too many prepared sessions. */
  assertTakesPrepared(room: string): void {
    const prepared = this.#prepared;
    const ofRoom = prepared.filter(({ grant }) => grant.room === room);
    if (prepared.length >= PREPARED_PER_NODE_MAX || ofRoom.length >= PREPARED_PER_ROOM_MAX)
      throw new SfuError('node_full', 'The room or the node has too many prepared sessions.');
  }

  get #prepared(): Session[] {
    return this.#sessions.all.filter((it) => it instanceof WatchSession && it.isPrepared);
  }

  /** Puts a prepared publisher on stage, in place of an earlier publisher. */
  takeStage(session: PublishSession, fence: number): void {
    const room = this.#options.rooms.get(session.grant.room);
    if (!room || !session.isPrepared) throw new SfuError('publish_not_allowed', 'The session is not prepared.');
    room.assertTakes(fence);
    const earlier = room.publisher;
    session.handleOnStage(fence);
    room.takeStage(session);
    if (earlier) this.end(earlier, 'replaced');
  }

  /** Ends the session, also one that is still being opened. */
  endNamed(id: string, reason: SessionCloseReason): void {
    const session = this.#sessions.get(id);
    if (session) this.end(session, reason);
    else this.#sessions.giveUp((place) => place.id === id);
  }

  /** Ends the room's publisher, also one that is still being opened. */
  endPublisher(name: string): void {
    this.#sessions.giveUp(({ grant }) => grant.publish && grant.room === name);
    const publisher = this.#options.rooms.get(name)?.publisher;
    if (publisher) this.end(publisher, 'closed');
  }

  /** Ends a person's sessions in a room, also those still being opened. */
  endPerson(room: string, identity: string): void {
    this.#sessions.giveUp(({ grant }) => grant.room === room && grant.identity === identity);
    const sessions = this.#options.rooms.get(room)?.sessions ?? [];
    // The identity of a pipe is a node's, not a person's.
    const theirs = sessions.filter((session) => session instanceof MediaSession && session.grant.identity === identity);
    this.#endAll(theirs, 'closed');
  }

  endRoom(name: string, reason: SessionCloseReason): void {
    this.#sessions.giveUp(({ grant }) => grant.room === name);
    const room = this.#options.rooms.get(name);
    if (room) this.#endAll(room.sessions, reason);
  }

  end(session: Session, reason: SessionCloseReason): void {
    this.#endAll([session], reason);
  }

  handleWorkerDied(worker: PooledWorker): void {
    for (const room of this.#options.rooms.all) {
      const lost = room.sessionsOn(worker);
      const saved = new Set(lost.filter((session) => this.spareFor(session)?.connected));
      if (saved.size > 0) this.#replaceAll(room, [...saved]);
      this.#endAll(
        lost.filter((session) => !saved.has(session)),
        'worker_died',
      );
      room.handleWorkerDied(worker);
    }
  }

  /** Ends all sessions and opens no more. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#sweep);
    for (const room of this.#options.rooms.all) this.#endAll(room.sessions, 'node_closed');
  }

  async #takeSlot(place: ReservedPlace): Promise<(() => void) | undefined> {
    const { watching } = this.#options;
    return watching ? watching.take([{ key: personKey(place.grant), limit: WATCH_SESSIONS_PER_PERSON_MAX }]) : () => {};
  }

  /** Puts a new session into its room in one turn, so that no open room is empty. */
  #enter<S extends Session, A>(place: ReservedPlace, { grant, spareOf }: SessionRequest, kind: SessionKind<S, A>): S {
    const { rooms, emit } = this.#options;
    const room = rooms.open(grant.room);
    try {
      const router = spareOf === undefined ? kind.place(room) : room.routerForSpare(this.#sparedBy(spareOf, grant));
      const session = kind.make({
        id: place.id,
        grant,
        router,
        emit,
        ...(spareOf && { spareOf }),
      });
      try {
        this.#sessions.fill(place, session);
      } catch (error) {
        room.closeIfEmpty(router);
        throw error;
      }
      const earlier = this.#earlierOf(session, room);
      room.enter(session, router);
      if (earlier) this.end(earlier, 'replaced');
      if (spareOf !== undefined && session instanceof MediaSession) this.#spares.set(spareOf, session);
      kind.prepare?.(room);
      return session;
    } finally {
      if (room.empty) rooms.close(room);
    }
  }

  #endAll(sessions: Session[], reason: SessionCloseReason): void {
    const ended = sessions
      .flatMap((session) => this.withSpare(session))
      .filter((session) => this.#take(session, reason));
    // The publisher is notified first: everybody else waits for its return.
    for (const { opened, id, grant } of publishersFirst(ended)) {
      if (opened) this.#options.emit({ type: 'sessionClosed', room: grant.room, session: id, reason });
    }
  }

  /** The worker of these sessions died, and each has a connected spare, which replaces it. */
  #replaceAll(room: Room, sessions: Session[]): void {
    const replaced = publishersFirst(sessions).flatMap((session) => {
      const spare = this.spareFor(session);
      this.#spares.delete(session.id);
      return spare ? { session, spare } : [];
    });
    // The viewers leave before the publisher, so that none is notified of removed tracks.
    for (const { session, spare } of replaced.toReversed()) {
      this.#sessions.passSlot(session.id, spare.id);
      this.#take(session, 'worker_died');
    }
    const sessionOf = new Map<MediaSession, string>(replaced.map(({ session, spare }) => [spare, session.id]));
    room.activate([...sessionOf.keys()], (spare) => {
      const session = sessionOf.get(spare);
      if (session) this.#options.emit({ type: 'takenOver', room: room.name, session, by: spare.id });
    });
  }

  /** The session that a new one replaces: an earlier spare of the same session, or the room's publisher. */
  #earlierOf(session: Session, room: Room): Session | undefined {
    if (session.spareOf !== undefined) return this.#spares.get(session.spareOf);
    return session instanceof PublishSession && !session.isPrepared ? room.publisher : undefined;
  }

  /** The session that a spare is for: the same person's, in the same room, of the same kind, and no spare itself. */
  #sparedBy(id: string, { room, identity, publish }: SessionGrant): MediaSession {
    const session = this.get(id);
    const { grant } = session;
    const isSameKind = grant.room === room && grant.identity === identity && grant.publish === publish;
    if (!(session instanceof MediaSession) || !session.opened || session.isSpare || !isSameKind) {
      throw new SfuError('spare_unavailable', `The session ${id} can have no spare.`);
    }
    return session;
  }

  /** Closes a session and removes it from its room; false if it is closed already. */
  #take(session: Session, reason: SessionCloseReason): boolean {
    if (session.closed) return false;
    const { rooms } = this.#options;
    session.close(reason);
    this.#sessions.delete(session);
    const { spareOf } = session;
    if (spareOf !== undefined && this.#spares.get(spareOf) === session) this.#spares.delete(spareOf);
    const room = rooms.get(session.grant.room);
    room?.leave(session);
    if (room?.empty) rooms.close(room);
    return true;
  }

  /** Closes expired sessions. Gateways renew sessions in use long before their leases end. */
  #handleSweep(): void {
    const { leaseMs, connectWithinMs = CONNECT_WITHIN_MS } = this.#options;
    const now = this.#options.now();
    for (const session of this.#sessions.all) {
      if (!isInForce(session.grant, now)) this.end(session, 'grant_expired');
      else if (session.unrenewedMs >= leaseMs) this.end(session, 'lease_expired');
      else if (session instanceof MediaSession && session.unconnectedMs >= connectWithinMs)
        this.end(session, 'connect_timeout');
    }
  }
}

function publishersFirst(sessions: readonly Session[]): Session[] {
  return [...sessions].sort((a, b) => Number(b instanceof PublishSession) - Number(a instanceof PublishSession));
}
