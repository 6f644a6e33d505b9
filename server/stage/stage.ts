/**
 * The live media of every room, as far as a gateway knows it: who publishes, who watches, by which session on which SFU node. It turns an
 * access decision into a session grant, follows the nodes' events, and closes what is no longer allowed. It sees the media plane through
 * `sfu/contract.ts` alone, where somebody is put is `room-places.ts`' business, and it sees no socket: events leave through `onEvent`.
 */
import type {
  ConsumerOptions,
  DtlsParameters,
  RtpCapabilities,
  RtpParameters,
  SessionCloseReason,
  SfuEvent,
  SfuNode,
  SfuStats,
} from '../../sfu/contract.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { AppError } from '../protocol/errors.ts';
import { createId, type RoomId, type SessionId } from '../protocol/ids.ts';
import type { Room } from '../protocol/rooms.ts';
import type { PublishAnswer, ResumeAnswer, StageState, TrackSource, Viewport, WatchAnswer } from '../protocol/stage.ts';
import type { Rooms } from '../rooms/rooms.ts';
import { Audiences } from './audiences.ts';
import { Evacuation } from './evacuation.ts';
import type { Fleet } from './fleet.ts';
import { Lives, type PublicationInput } from './lives.ts';
import { countMedia, extendWatching, type StageTraffic } from './room-media.ts';
import type { RoomPlaces } from './room-places.ts';
import { call, SessionCommands, type StageCaller } from './session-commands.ts';
import { SessionLeases } from './session-leases.ts';
import { sessionsInTheWay } from './session-limits.ts';
import { type SessionEntry, SessionTable } from './session-table.ts';
import { toAppError } from './sfu-errors.ts';
import { createIceServers, type TurnConfig } from './turn.ts';

export interface StageEvent {
  socket: string;
  /** Besides what a node tells: the node of a session is about to leave, and another session is to be opened beside it. */
  event: SfuEvent | { type: 'moveWanted'; room: string; session: string };
}

export class Stage {
  readonly #fleet: Fleet;
  readonly #places: RoomPlaces;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #turn: TurnConfig | undefined;
  readonly #sessions = new SessionTable();
  /** What a participant asks of a media session of theirs that changes nothing for the room's live. */
  readonly commands: SessionCommands;
  readonly #evacuation: Evacuation;
  readonly #audiences: Audiences;
  readonly #lives: Lives;
  #onEvent: (event: StageEvent) => void = () => {};
  readonly #leases: SessionLeases;

  constructor(options: {
    fleet: Fleet;
    places: RoomPlaces;
    rooms: Rooms;
    clock: Clock;
    log: Log;
    metrics: Metrics;
    turn: TurnConfig | undefined;
  }) {
    this.#fleet = options.fleet;
    this.#places = options.places;
    this.#lives = new Lives({
      ...options,
      publishing: () => this.#sessions.publishing(),
      handleRefused: (room, publication) =>
        void this.#closePublishers(room, (entry) => entry.publication === publication),
    });
    this.#clock = options.clock;
    this.#log = options.log;
    this.#metrics = options.metrics;
    this.#turn = options.turn;
    this.commands = new SessionCommands({ sessions: this.#sessions, nodeOf: (id) => this.#nodeOf(id) });
    this.#audiences = new Audiences({
      tell: async (room, people) => (await this.#places.origin(room))?.setAudience({ room, people }),
      onError: (error, room) => this.#log.warn({ err: error, room }, 'audience not told'),
    });
    this.#evacuation = new Evacuation({
      // A spare goes with the session that it waits for.
      sessionsOn: (node) => this.#sessions.onNode(node).filter(({ spareOf }) => spareOf === undefined),
      ask: ({ room, session, socket }) => {
        if (socket !== undefined) this.#onEvent({ socket, event: { type: 'moveWanted', room, session } });
      },
      move: (entry) => this.#move(entry),
    });
    this.#fleet.listen({
      handleEvent: (node, event) => this.#handleSfuEvent(node, event),
      handleNode: (said) => {
        this.#places.handleNode(said);
        this.#evacuation.handleNode(said);
      },
      handleGone: (node) => this.#handleNodeGone(node),
    });
    this.#leases = new SessionLeases({
      ...options,
      sessions: this.#sessions,
      end: (session) => this.#close(session, 'lease_expired'),
      handleLost: (node, { room, session }, isAdopted) =>
        this.#handleSfuEvent(
          node,
          isAdopted
            ? { type: 'adopted', room, session }
            : { type: 'sessionClosed', room, session, reason: 'lease_expired' },
        ),
    });
  }

  onEvent(listener: (event: StageEvent) => void): void {
    this.#onEvent = listener;
  }

  /** Why nobody could go live or watch through this gateway now; empty when they could. */
  whyNotReady(): string[] {
    return this.#fleet.whyNotReady();
  }

  /** What somebody needs to know to watch; whether it is live is the room's to say, as its publisher may be with another gateway. */
  state(room: Pick<Room, 'status' | 'liveStartedAt'>, identity: string): StageState {
    return {
      live: room.status === 'live',
      liveStartedAt: room.liveStartedAt ?? null,
      routerRtpCapabilities: this.#fleet.routerRtpCapabilities as StageState['routerRtpCapabilities'],
      iceServers: createIceServers(this.#turn, identity, this.#clock.now()),
      spares: true,
    };
  }

  async watch(
    caller: StageCaller,
    input: {
      rtpCapabilities: RtpCapabilities;
      viewport?: Viewport;
      dtlsParameters?: DtlsParameters;
      spareOf?: SessionId;
    },
  ): Promise<WatchAnswer> {
    const spared = input.spareOf && this.commands.ownForSpare(caller, input.spareOf, 'watch');
    const session = this.#open(caller, 'watch', input.spareOf);
    const { until } = caller.access;
    const grant = {
      room: caller.room,
      identity: caller.identity,
      publish: false,
      subscribe: caller.access.state === 'granted',
      ...(until ? { until: Date.parse(until) } : {}),
      ...(caller.access.reason === 'private' ? { metered: true } : {}),
    };
    const viewer = caller.access.reason === 'free' ? 'free' : 'paying';
    try {
      const { node, answer } = spared
        ? { node: spared.id, answer: await spared.watch({ session, grant, ...input }) }
        : await this.#places.watch({ room: caller.room, viewer }, ({ node: on, upstream }) =>
            on.watch({ session, grant, ...input, ...(upstream && { upstream }) }),
          );
      this.#assertStillOpen(session, node);
      const { transport, consumers } = answer;
      return {
        session,
        transport: transport as WatchAnswer['transport'],
        consumers: consumers as WatchAnswer['consumers'],
        connected: input.dtlsParameters !== undefined,
      };
    } catch (error) {
      await this.#close(session, 'closed');
      throw toAppError(error);
    }
  }

  /**
   * Opens the publisher's session; an earlier one of the room, in another tab or before a reload, is replaced. Of two
   * pages at once the one that takes
   * the stage later stays, and the other is told `live_replaced`.
   */
  async publish(
    caller: StageCaller,
    input: { dtlsParameters?: DtlsParameters; spareOf?: SessionId } & PublicationInput,
  ): Promise<PublishAnswer> {
    if (!caller.publish || caller.access.state !== 'granted') throw new AppError('publish_not_allowed');
    const { publication, restore, ...media } = input;
    const spared = input.spareOf && this.commands.ownForSpare(caller, input.spareOf, 'publish');
    const session = this.#open(caller, 'publish', input.spareOf, publication);
    const grant = { room: caller.room, identity: caller.identity, publish: true, subscribe: false };
    try {
      const fence = spared ? undefined : await this.#lives.admit(caller.room, { publication, restore });
      const { node, answer } = spared
        ? { node: spared.id, answer: await spared.publish({ session, grant, ...media }) }
        : await this.#places.publish(
            caller.room,
            // A page that names no publication takes a new fence also where it only moves.
            publication === undefined ? undefined : fence,
            (on) => on.publish({ session, grant, fence, ...media }),
          );
      this.#sessions.place(session, node);
      // Another page may have taken the stage, or ended the live, while the node was working.
      if (!spared && publication) await this.#lives.assertHoldsStage(caller.room, publication);
      this.#assertStillOpen(session, node);
      const { transport } = answer;
      return {
        session,
        transport: transport as PublishAnswer['transport'],
        connected: input.dtlsParameters !== undefined,
      };
    } catch (error) {
      await this.#close(session, 'closed');
      throw await this.#lives.orReplaced(toAppError(error), caller.room, publication);
    }
  }

  /** Puts a track on stage; the first one starts the live. */
  async produce(
    caller: StageCaller,
    input: {
      session: SessionId;
      kind: 'audio' | 'video';
      source: TrackSource;
      rtpParameters: RtpParameters;
      muted?: boolean;
    },
  ): Promise<{ producerId: string }> {
    const { node, entry } = this.commands.own(caller, input.session);
    if (entry.direction !== 'publish') throw new AppError('publish_not_allowed');
    const answer = await call(node.produce(input)).catch(async (error) => {
      throw await this.#lives.orReplaced(error, entry.room, entry.publication);
    });
    // Its person may have gone meanwhile, and come back through another gateway.
    if (!this.#sessions.get(input.session)) throw new AppError('session_not_found');
    // What a spare keeps ready is not on stage.
    if (entry.spareOf === undefined) await this.#startLive(entry);
    return answer;
  }

  /** A participant's next socket takes over a session of theirs that went on without one, or with another gateway. */
  async resume(caller: StageCaller, session: SessionId, publication?: string): Promise<ResumeAnswer> {
    const { room, identity, socket } = caller;
    const known = this.#sessions.get(session);
    if (known && (known.room !== room || known.identity !== identity)) throw new AppError('session_not_found');
    const here = known?.node === undefined ? undefined : this.#fleet.get(known.node);
    const nodes = here ? [here] : await this.#places.nodesOf(room);
    // Whichever has it: a node that hangs must not hold up who is on another one.
    const found = await Promise.any(
      nodes.map(async (node) => ({
        node: node.id,
        ...(await node.adopt({ session, room, identity, epoch: known?.epoch })),
      })),
    ).catch(() => undefined);
    if (!found) {
      this.#forget(session);
      if (known) this.#handleEnded(known);
      // Whether the live may be restored in another session.
      if (caller.publish && publication) await this.#lives.assertHoldsStage(room, publication);
      throw new AppError('session_not_found');
    }
    const direction = found.publish ? 'publish' : 'watch';
    const theirs = { room, identity, socket, direction, node: found.node, connected: true } as const;
    this.#sessions.add({ ...theirs, session, epoch: found.epoch, publication: publication ?? known?.publication });
    const spare = found.spare && { ...found.spare, session: found.spare.session as SessionId };
    if (spare) this.#sessions.add({ ...theirs, session: spare.session, epoch: spare.epoch, spareOf: session });
    this.#countSessions();
    this.#evacuation.handleResumed(session);
    // The live went on with the publisher; so does what this gateway knows of it.
    const entry = this.#sessions.get(session);
    if (found.publish && entry)
      await this.#startLive(entry).catch((error) => {
        // Who is refused does not have it: it waits, to be asked for again.
        this.#leases.orphan(session);
        throw error;
      });
    const asWire = (consumers: ConsumerOptions[]) => consumers as ResumeAnswer['consumers'];
    return {
      consumers: asWire(found.consumers),
      ...(found.paused && { paused: true }),
      ...(spare && { spare: { session: spare.session, consumers: asWire(spare.consumers) } }),
    };
  }

  async leave(caller: StageCaller, session: SessionId): Promise<void> {
    this.commands.own(caller, session);
    await this.#close(session, 'closed');
  }

  /** Counters of what flows from the room's publisher to one person's media sessions; undefined while one side has none. */
  countMedia(room: RoomId, identity: string): Promise<StageTraffic | undefined> {
    return countMedia(this.#places, room, identity);
  }

  /** Lets somebody's running media sessions last longer, as their access does, whichever gateways look after them. */
  extendWatching(room: RoomId, identity: string, untilMs: number): Promise<void> {
    return extendWatching(this.#places, { room, identity, untilMs });
  }

  /** The creator's own end of the live, at once and everywhere; of a publication that another page has replaced since, there is nothing to end. */
  async endLive(room: RoomId, publication?: string): Promise<void> {
    // Without an answer of the database: nobody stays on stage who wanted to leave it.
    if (await this.#lives.isReplaced(room, publication)) {
      // The page that took the stage may never have come to be on it.
      await this.#closePublishers(room, (entry) => entry.publication === publication);
      return;
    }
    try {
      // First, so that who goes live meanwhile is either part of what ends here or comes after it.
      await this.#lives.end(room);
    } finally {
      const elsewhere = this.#onNodesOf(room, (node) => node.closePublisher({ room }));
      await this.#closePublishers(room);
      await elsewhere;
    }
  }

  /** Access is gone: every session of the participant in the room ends now, on whatever node it is. */
  async closeParticipant(room: RoomId, identity: string): Promise<void> {
    // Also what another gateway opened and nobody looks after any more.
    const elsewhere = this.#onNodesOf(room, (node) => node.closePerson({ room, identity }));
    await this.#closeWhere((entry) => entry.room === room && entry.identity === identity, 'closed');
    await elsewhere;
  }

  async closeRoom(room: RoomId): Promise<void> {
    const elsewhere = this.#onNodesOf(room, (node) => node.closeRoom({ room }));
    await this.#closeWhere((entry) => entry.room === room, 'room_closed');
    await elsewhere;
    await this.#places.forget(room);
    await this.#lives.forget(room);
  }

  /** What the media plane carries at the moment, by its own count. */
  async stats(): Promise<SfuStats> {
    const stats = await call(Promise.all(this.#fleet.nodes.map((node) => node.stats())));
    const sum = (key: keyof SfuStats) => stats.reduce((total, each) => total + each[key], 0);
    return {
      workers: sum('workers'),
      rooms: sum('rooms'),
      sessions: sum('sessions'),
      producers: sum('producers'),
      consumers: sum('consumers'),
    };
  }

  /** How many people with access are connected: keeps a first picture flowing for whoever is about to watch. */
  setAudience(room: RoomId, people: number): void {
    this.#audiences.set(room, people);
  }

  /** A socket is gone. After a clean goodbye its sessions end now; otherwise they wait to be resumed. */
  handleSocketGone(socket: string, clean: boolean): void {
    for (const entry of this.#sessions.ofSocket(socket)) {
      if (clean) void this.#close(entry.session, 'closed');
      else this.#leases.orphan(entry.session);
    }
  }

  /** Redis is back, perhaps without what it knew. */
  handleRestored = (): void => this.#leases.handleRestored();

  async close(): Promise<void> {
    this.#leases.close();
    this.#evacuation.close();
    this.#lives.close();
    await this.#fleet.close();
  }

  /** Asks every node that the room may be on. What a node that cannot be reached does not hear, its leases bring about. */
  async #onNodesOf(room: RoomId, ask: (node: SfuNode) => Promise<void>): Promise<void> {
    const nodes = await this.#places.nodesOf(room);
    const asked = await Promise.allSettled(nodes.map(ask));
    for (const { reason } of asked.filter((it) => it.status === 'rejected'))
      this.#log.warn({ err: reason, room }, 'sessions not closed on a node; its leases will');
  }

  /** The live begins, or goes on here. What must not be on stage any more is closed. */
  async #startLive(entry: SessionEntry): Promise<void> {
    try {
      await this.#lives.start(entry.room, entry.publication);
    } catch (error) {
      if (error instanceof AppError && error.code === 'live_replaced') await this.#replace(entry);
      else if (error instanceof AppError) await this.#close(entry.session, 'closed');
      throw error;
    }
  }

  #open(
    caller: StageCaller,
    direction: SessionEntry['direction'],
    spareOf: SessionId | undefined,
    publication?: string,
  ): SessionId {
    if (caller.access.state !== 'granted') throw new AppError('access_required');
    const session = createId('session');
    const { room, identity, socket } = caller;
    for (const earlier of sessionsInTheWay(this.#sessions, { room, identity, socket, direction, spareOf }))
      void this.#replace(earlier);
    this.#sessions.add({ session, room, identity, direction, socket, spareOf, publication });
    this.#countSessions();
    return session;
  }

  /** Access may have been revoked while the node was working: then the session that came of it must not live. */
  #assertStillOpen(session: SessionId, node: string): void {
    this.#sessions.place(session, node);
    if (this.#sessions.get(session)) return;
    this.#fleet
      .get(node)
      ?.closeSession({ session })
      .catch(() => {});
    throw new AppError('access_required');
  }

  #nodeOf(id: string | undefined): SfuNode | undefined {
    return id === undefined ? undefined : this.#fleet.get(id);
  }

  async #close(session: SessionId, reason: SessionCloseReason): Promise<void> {
    const entry = this.#sessions.get(session);
    this.#remove(session);
    await this.#nodeOf(entry?.node)
      ?.closeSession({ session, epoch: entry?.epoch, reason })
      // Nobody renews it any more, so that a node which can't be reached closes it by itself.
      .catch((error) => this.#log.warn({ err: error, session }, 'session not closed; its lease will'));
    // Not before: while the session is there its node is needed.
    this.#release(entry);
    if (entry) this.#handleEnded(entry);
  }

  /** Ends a session that is in the way of another one. */
  async #replace(entry: SessionEntry): Promise<void> {
    const { room, session, socket } = entry;
    // First: what else the page asks of the session is answered `session_not_found`, which does not say why.
    if (socket !== undefined)
      this.#onEvent({ socket, event: { type: 'sessionClosed', room, session, reason: 'replaced' } });
    await this.#close(session, 'replaced');
  }

  #closePublishers(room: RoomId, fits: (entry: SessionEntry) => boolean = () => true): Promise<void> {
    return this.#closeWhere((entry) => entry.room === room && entry.direction === 'publish' && fits(entry), 'closed');
  }

  async #closeWhere(matches: (entry: SessionEntry) => boolean, reason: SessionCloseReason): Promise<void> {
    await Promise.all([...this.#sessions.all()].filter(matches).map((entry) => this.#close(entry.session, reason)));
  }

  #forget(session: SessionId): void {
    const entry = this.#sessions.get(session);
    this.#remove(session);
    this.#release(entry);
  }

  #remove(session: SessionId): void {
    this.#sessions.remove(session);
    this.#countSessions();
  }

  #release(entry: SessionEntry | undefined): void {
    if (entry?.node === undefined || entry.direction !== 'watch' || entry.spareOf !== undefined) return;
    void this.#places.releaseViewer(entry.room, entry.node);
  }

  #countSessions(): void {
    for (const direction of ['publish', 'watch'] as const) {
      this.#metrics.mediaSessions.set({ direction }, this.#sessions.count(direction));
    }
  }

  #handleEnded({ room, direction, spareOf }: SessionEntry): void {
    if (direction === 'publish' && spareOf === undefined) this.#lives.handlePublisherGone(room);
  }

  #handleSfuEvent(node: string, event: SfuEvent): void {
    const entry = this.#sessions.get(event.session as SessionId);
    // A session that was moved, or adopted elsewhere, is no longer this node's to tell about.
    if (!entry || (entry.node !== undefined && entry.node !== node)) return;
    if (event.type === 'sessionClosed' || event.type === 'adopted') {
      this.#forget(entry.session);
      this.#handleEnded(entry);
    } else if (event.type === 'takenOver' && !this.#sessions.takeOver(entry.session, event.by as SessionId)) {
      // Its spare is another gateway's to look after: to this one the session has ended.
      this.#forget(entry.session);
      this.#handleEnded(entry);
    }
    if (event.type === 'transportState') this.#sessions.setConnected(entry.session, event.state === 'connected');
    if (entry.socket) this.#onEvent({ socket: entry.socket, event });
  }

  /** A node is gone with all that it carried: everybody is told at once and comes anew. */
  #handleNodeGone(node: string): void {
    this.#places.handleGone(node);
    for (const { room, session } of this.#sessions.onNode(node)) {
      this.#handleSfuEvent(node, { type: 'sessionClosed', room, session, reason: 'node_lost' });
    }
  }

  /** Has a participant leave a node that drains: they come anew and are put elsewhere. */
  #move(entry: SessionEntry): void {
    const { room, session, node, epoch } = entry;
    if (node === undefined) return;
    this.#handleSfuEvent(node, { type: 'sessionClosed', room, session, reason: 'node_closed' });
    this.#nodeOf(node)
      ?.closeSession({ session, epoch, reason: 'node_closed' })
      .catch((error) => this.#log.warn({ err: error, session }, 'session not closed; its lease will'));
  }
}
