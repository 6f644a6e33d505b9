/**
 * The media sessions that a gateway looks after: who publishes, who watches, on which SFU node. Turns an access
 * decision into a session grant, follows the nodes' events, and closes what is no longer allowed. It knows the media
 * plane by `sfu/contract.ts` alone, leaves the choice of a node to `room-places.ts`, and knows no sockets (`onEvent`).
 */
import type {
  ConsumerOptions,
  DtlsParameters,
  ProduceRequest,
  SessionCloseReason,
  SessionGrant,
  SfuEvent,
  SfuNode,
  SfuStats,
} from '../../sfu/contract.ts';
import type { Clock } from '../platform/clock.ts';
import { KeyedQueue } from '../platform/jobs/keyed-queue.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { AppError } from '../protocol/errors.ts';
import { createId, type RoomId, type SessionId } from '../protocol/ids.ts';
import * as LIMITS from '../protocol/limits.ts';
import type { Room } from '../protocol/rooms.ts';
import type {
  ProduceInput,
  PublishAnswer,
  ResumeAnswer,
  StageState,
  TakeStageAnswer,
  TakeStageInput,
  WatchAnswer,
  WatchInput,
} from '../protocol/stage.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { Fleet } from './placement/fleet.ts';
import type { RoomPlaces } from './placement/room-places.ts';
import { Audiences } from './sessions/audiences.ts';
import { Evacuation } from './sessions/evacuation.ts';
import { Lives, type PublicationInput } from './sessions/lives.ts';
import { countMedia, extendWatching, type StageTraffic } from './sessions/room-media.ts';
import { SessionCommands } from './sessions/session-commands.ts';
import { isPublisher, SessionEnds } from './sessions/session-ends.ts';
import { SessionLeases } from './sessions/session-leases.ts';
import { isInUse, type SessionEntry, SessionTable } from './sessions/session-table.ts';
import {
  assertMayPublish,
  preparedGrant,
  publisherGrant,
  type StageCaller,
  viewerGrant,
} from './sessions/stage-caller.ts';
import { call, toAppError } from './sfu-errors.ts';
import { createIceServers, type TurnConfig } from './turn.ts';

export interface StageEvent {
  socket: string;
  /** A node's event, or `moveWanted`: the node drains, and the client should open another session beside this one. */
  event: Exclude<SfuEvent, { type: 'adopted' }> | { type: 'moveWanted'; room: string; session: string };
}

export class Stage {
  readonly #fleet: Fleet;
  readonly #places: RoomPlaces;
  readonly #clock: Clock;
  readonly #turn: TurnConfig | undefined;
  readonly #sessions = new SessionTable();
  /** Of two adoptions at once, each would tell this gateway that the other one has lost the session. */
  readonly #resumes = new KeyedQueue<SessionId>();
  /** Requests for one media session that change nothing for the room's live. */
  readonly commands: SessionCommands;
  readonly #evacuation: Evacuation;
  readonly #audiences: Audiences;
  readonly #lives: Lives;
  readonly #ends: SessionEnds;
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
    this.#ends = new SessionEnds({
      ...options,
      sessions: this.#sessions,
      lives: () => this.#lives,
      tell: (entry, reason) => this.#tell(entry, sessionClosed(entry, reason)),
    });
    this.#lives = new Lives({
      ...options,
      publishing: () => this.#sessions.publishing(),
      handleRefused: (room, publication, reason) => void this.#ends.endPublication(room, publication, reason),
    });
    this.#clock = options.clock;
    this.#turn = options.turn;
    this.commands = new SessionCommands({ sessions: this.#sessions, fleet: this.#fleet });
    this.#audiences = new Audiences({
      originOf: (room) => this.#places.origin(room),
      onError: (error, room) => options.log.warn({ err: error, room }, 'audience not sent'),
    });
    this.#evacuation = new Evacuation({
      // A spare moves with its session, and a prepared session ends with its node.
      sessionsOn: (node) => this.#sessions.onNode(node).filter(isInUse),
      ask: (entry) => this.#tell(entry, { type: 'moveWanted', room: entry.room, session: entry.session }),
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
      end: (session) => this.#ends.close(session, 'lease_expired'),
      handleLost: (node, entry, isAdopted) => {
        const { room, session } = entry;
        this.#handleSfuEvent(
          node,
          isAdopted ? { type: 'adopted', room, session } : sessionClosed(entry, 'lease_expired'),
        );
      },
    });
  }

  onEvent(listener: (event: StageEvent) => void): void {
    this.#onEvent = listener;
  }

  /** Dependencies that this process cannot reach, such as "sfu: no media worker"; empty if it reaches all. */
  unreachableDependencies(): string[] {
    return this.#fleet.unreachableDependencies();
  }

  /** What a client needs to watch. The room says whether it is live, since its publisher may be at another gateway. */
  state(
    room: Pick<Room, 'status' | 'liveStartedAt'>,
    { identity, router }: { identity: string; router?: string | undefined },
  ): StageState {
    const routerRtpCapabilities = this.#fleet.capabilitiesUnlessKnown(router);
    return {
      live: room.status === 'live',
      liveStartedAt: room.liveStartedAt ?? null,
      ...(routerRtpCapabilities && { routerRtpCapabilities }),
      iceServers: createIceServers(this.#turn, identity, this.#clock.now()),
      spares: true,
    };
  }

  /** Opens a viewer's session. For a caller without a socket it waits `LIMITS.watchAheadMs` for `resume`. */
  async watch(caller: StageCaller, input: WatchInput): Promise<WatchAnswer> {
    if (caller.access.state !== 'granted') throw new AppError('access_required');
    return this.#openViewer(caller, input, viewerGrant(caller));
  }

  /** Opens a transport without tracks for somebody who may be granted access in a moment; it ends by itself. */
  prepare(caller: StageCaller, input: WatchInput): Promise<WatchAnswer> {
    return this.#openViewer(caller, input, preparedGrant(caller, this.#clock.now()));
  }

  async #openViewer(caller: StageCaller, input: WatchInput, grant: SessionGrant): Promise<WatchAnswer> {
    const spared = input.spareOf && this.commands.ownForSpare(caller, input.spareOf, 'watch');
    const session = this.#open(caller, 'watch', input);
    return this.#orClose(session, { room: caller.room }, async () => {
      const viewer = !grant.subscribe || caller.access.reason === 'free' ? 'free' : 'paying';
      const media = { ...input, rtpCapabilities: this.#fleet.capabilitiesOf(input.rtpCapabilities) };
      const { node, answer } = spared
        ? { node: spared.id, answer: await spared.watch({ session, grant, ...media }) }
        : await this.#places.watch({ room: caller.room, viewer }, ({ node: on, upstream }) =>
            on.watch({ session, grant, ...media, ...(upstream && { upstream }) }),
          );
      if (!spared && !this.#sessions.get(session)) void this.#places.releaseViewer(caller.room, node);
      this.#assertStillOpen(session, node);
      const opened = answer as Pick<WatchAnswer, 'transport' | 'consumers'>;
      return { session, ...opened, connected: input.dtlsParameters !== undefined };
    });
  }

  /**
   * Opens the publisher's session; an earlier one of the room, in another tab or before a reload, is replaced. Of two
   * concurrent pages the one that takes the stage later stays, and the other is refused with `live_replaced`.
   */
  async publish(
    caller: StageCaller,
    input: { dtlsParameters?: DtlsParameters; spareOf?: SessionId } & PublicationInput,
  ): Promise<PublishAnswer> {
    assertMayPublish(caller);
    const { publication, restore, ...media } = input;
    const spared = input.spareOf && this.commands.ownForSpare(caller, input.spareOf, 'publish');
    const session = this.#open(caller, 'publish', input);
    const grant = publisherGrant(caller);
    return this.#orClose(session, { room: caller.room, publication }, async () => {
      const answer = spared
        ? await spared.publish({ session, grant, ...media })
        : await this.#takeStage({ caller, session, publication, restore }, (on, fence) =>
            on.publish({ session, grant, fence, ...media }),
          );
      if (spared) this.#assertStillOpen(session, spared.id);
      return asPublishAnswer(session, answer, input.dtlsParameters !== undefined);
    });
  }

  /** Opens a publisher's session that is connected by the time its creator goes live; see `takeStage`. */
  async preparePublisher(caller: StageCaller, input: { dtlsParameters?: DtlsParameters }): Promise<PublishAnswer> {
    assertMayPublish(caller);
    const session = this.#open(caller, 'publish', { isPrepared: true });
    return this.#orClose(session, { room: caller.room }, async () => {
      const node = await this.#places.nodeForPublisher(caller.room);
      const answer = await node.preparePublisher({ session, grant: publisherGrant(caller), ...input });
      this.#assertStillOpen(session, node.id);
      return asPublishAnswer(session, answer, input.dtlsParameters !== undefined);
    });
  }

  /**
   * Goes live with a prepared session: takes the stage as `publish` does, and puts these tracks on it. Throws
   * `session_not_found` where the session has ended, or the room's stage is on another node by now.
   */
  async takeStage(caller: StageCaller, input: TakeStageInput): Promise<TakeStageAnswer> {
    assertMayPublish(caller);
    const { session, publication, tracks } = input;
    const { entry, node } = this.commands.own(caller, session);
    if (!entry.isPrepared) throw new AppError('session_not_found');
    this.#ends.makeWay({ ...entry, isPrepared: false });
    this.#sessions.putOnStage(session, publication);
    this.#ends.countSessions();
    return this.#orClose(session, { room: caller.room, publication }, async () => {
      await this.#takeStage({ caller, session, publication }, async (on, fence) => {
        if (on.id !== node.id) throw new AppError('session_not_found');
        await on.takeStage({ session, fence });
      });
      const produced = await Promise.all(tracks.map((track) => this.produce(caller, { session, ...track })));
      return { producerIds: produced.map(({ producerId }) => producerId) };
    });
  }

  /** Puts a track on stage; the first one starts the live. */
  async produce(caller: StageCaller, input: ProduceInput): Promise<{ producerId: string }> {
    const { node, entry } = this.commands.own(caller, input.session);
    if (entry.direction !== 'publish') throw new AppError('publish_not_allowed');
    const answer = await call(node.produce(input as ProduceRequest)).catch(async (error) => {
      throw await this.#lives.orReplaced(error, entry.room, entry.publication);
    });
    // Its page may have left meanwhile, or resumed at another gateway.
    if (!this.#sessions.get(input.session)) throw new AppError('session_not_found');
    // What a spare keeps ready is not on stage.
    if (entry.spareOf === undefined) await this.#startLive(entry);
    return answer;
  }

  /** A participant's new socket takes over their session from an earlier socket, or from another gateway. */
  resume(caller: StageCaller, session: SessionId, publication?: string): Promise<ResumeAnswer> {
    return this.#resumes.run(session, () => this.#resume(caller, session, publication));
  }

  async #resume(caller: StageCaller, session: SessionId, publication?: string): Promise<ResumeAnswer> {
    const { room, identity, socket, connectedAtMs, issuer, signIn } = caller;
    const known = this.#sessions.get(session);
    const isTheirs = known?.room === room && known.identity === identity && isInUse(known);
    if (known && !isTheirs) throw new AppError('session_not_found');
    const here = this.#fleet.get(known?.node);
    const nodes = here ? [here] : await this.#places.nodesOf(room);
    // In parallel: a node that hangs must not delay a session on another one.
    const found = await Promise.any(
      nodes.map(async (node) => ({
        node: node.id,
        ...(await node.adopt({ session, room, identity, epoch: known?.epoch })),
      })),
    ).catch(() => undefined);
    if (!found) {
      this.#ends.forget(session);
      // Says whether the live may be restored in another session.
      if (caller.publish && publication) await this.#lives.assertHoldsStage(room, publication);
      throw new AppError('session_not_found');
    }
    const direction = found.publish ? 'publish' : 'watch';
    const of = { room, identity, issuer, signIn, direction, publication: publication ?? known?.publication } as const;
    const theirs = { ...of, socket, connectedAtMs, node: found.node, connected: true };
    this.#sessions.add({ ...theirs, session, epoch: found.epoch });
    const spare = found.spare && { ...found.spare, session: found.spare.session as SessionId };
    if (spare) this.#sessions.add({ ...theirs, session: spare.session, epoch: spare.epoch, spareOf: session });
    this.#ends.countSessions();
    this.#evacuation.handleResumed(session);
    // The live continues, and this gateway holds it from now on.
    const entry = this.#sessions.get(session);
    if (found.publish && entry)
      await this.#startLive(entry).catch((error) => {
        // The page has not got the session: it waits for another resume, unless there was one meanwhile.
        if (this.#sessions.get(session)?.socket === socket) this.#leases.orphan(session);
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
    await this.#ends.close(session, 'closed');
  }

  /** Ends a session that waits for a socket. */
  async closeUnclaimed(session: SessionId): Promise<void> {
    if (this.#sessions.get(session)?.socket === undefined) await this.#ends.close(session, 'closed');
  }

  /** Counters of the media from the room's publisher to one person; undefined while one of them has no session. */
  countMedia(room: RoomId, identity: string): Promise<StageTraffic | undefined> {
    return countMedia(this.#places, room, identity);
  }

  /** Extends a person's media sessions to the new end of their access, at all gateways. */
  extendWatching(room: RoomId, identity: string, untilMs: number): Promise<void> {
    return extendWatching(this.#places, { room, identity, untilMs });
  }

  /**
   * Ends the live at all gateways, as its creator asked, for good or for a pause. A publication that another page has
   * replaced loses its own sessions only.
   */
  async endLive(room: RoomId, publication?: string, pauseMinutes?: number): Promise<void> {
    // Not replaced where the database fails: then everything is closed.
    if (await this.#lives.isReplaced(room, publication)) {
      // The page that took the stage may have failed to open a session, which would have replaced these.
      await this.#ends.endPublication(room, publication, 'replaced');
      return;
    }
    try {
      // First, so that a concurrent start is either ended here or comes after the end.
      await this.#lives.end(room, pauseMinutes);
    } finally {
      await this.#ends.closeEverywhere({ room, matches: isPublisher }, (node) => node.closePublisher({ room }));
    }
  }

  /** Access is gone: every session of the participant in the room ends now, on all nodes. */
  async closeParticipant(room: RoomId, identity: string): Promise<void> {
    const matches = (entry: SessionEntry) => entry.identity === identity;
    await this.#ends.closeEverywhere({ room, matches }, (node) => node.closePerson({ room, identity }));
  }

  /** Ends the sessions of this gateway that wait for a socket and match; the others end with their sockets. */
  closeWaiting(matches: (entry: SessionEntry) => boolean): Promise<void> {
    return this.#ends.closeHere({ matches: (entry) => entry.socket === undefined && matches(entry) });
  }

  async closeRoom(room: RoomId): Promise<void> {
    await this.#ends.closeEverywhere({ room, reason: 'room_closed' }, (node) => node.closeRoom({ room }));
    await this.#places.forget(room);
    await this.#lives.forget(room);
  }

  /** Totals over all nodes. */
  stats(): Promise<SfuStats> {
    return call(this.#fleet.stats());
  }

  /** How many people with access are connected: the nodes keep a picture ready for them. */
  setAudience(room: RoomId, people: number): void {
    this.#audiences.set(room, people);
  }

  /** A socket is gone. After a clean disconnect its sessions end now; otherwise they wait to be resumed. */
  handleSocketGone(socket: string, clean: boolean): void {
    for (const entry of this.#sessions.ofSocket(socket)) {
      if (clean) void this.#ends.close(entry.session, 'closed');
      else this.#leases.orphan(entry.session);
    }
  }

  /** Redis is back, perhaps without its data. */
  handleRestored = (): void => this.#leases.handleRestored();

  async close(): Promise<void> {
    this.#leases.close();
    this.#evacuation.close();
    this.#lives.close();
    await this.#fleet.close();
  }

  /** Starts the live, or continues it at this gateway. A refused publisher's session is closed. */
  async #startLive(entry: SessionEntry): Promise<void> {
    try {
      await this.#lives.start(entry.room, entry.publication);
    } catch (error) {
      if (error instanceof AppError && error.code === 'live_replaced') await this.#ends.end(entry, 'replaced');
      else if (error instanceof AppError) await this.#ends.close(entry.session, 'closed');
      throw error;
    }
  }

  #open(
    { room, identity, socket, connectedAtMs, issuer, signIn }: StageCaller,
    direction: SessionEntry['direction'],
    { spareOf, isPrepared = false, publication }: Partial<Pick<SessionEntry, 'spareOf' | 'isPrepared' | 'publication'>>,
  ): SessionId {
    const session = createId('session');
    const opened = { room, identity, socket, direction, spareOf, isPrepared };
    this.#ends.makeWay(opened);
    const orphanedUntilMs = socket === undefined ? this.#clock.now() + LIMITS.watchAheadMs : undefined;
    this.#sessions.add({ session, connectedAtMs, issuer, signIn, orphanedUntilMs, publication, ...opened });
    this.#ends.countSessions();
    return session;
  }

  /** The publication takes the stage with the session that `put` opens on a node, or puts on stage there. */
  async #takeStage<A>(
    about: { caller: StageCaller; session: SessionId } & PublicationInput,
    put: (node: SfuNode, fence: number) => Promise<A>,
  ): Promise<A> {
    const { caller, session, publication, restore } = about;
    const fence = await this.#lives.admit(caller.room, { publication, restore });
    const { node, answer } = await this.#places.publish(
      caller.room,
      // A page that names no publication takes a new fence also where it only moves.
      publication === undefined ? undefined : fence,
      (on) => put(on, fence),
    );
    this.#sessions.place(session, node);
    // Another page may have taken the stage, or ended the live, while the node was working.
    if (publication) await this.#lives.assertHoldsStage(caller.room, publication);
    this.#assertStillOpen(session, node);
    return answer;
  }

  /** Closes the session if `act` fails. */
  async #orClose<A>(
    session: SessionId,
    { room, publication }: { room: RoomId; publication?: string | undefined },
    act: () => Promise<A>,
  ): Promise<A> {
    try {
      return await act();
    } catch (error) {
      await this.#ends.close(session, 'closed');
      throw await this.#lives.orReplaced(toAppError(error), room, publication);
    }
  }

  /** Access may have been revoked while the node opened the session: then it is closed again. Or the node is lost. */
  #assertStillOpen(session: SessionId, node: string): void {
    this.#sessions.place(session, node);
    if (!this.#fleet.get(node)) throw new AppError('stage_unavailable');
    if (this.#sessions.get(session)) return;
    void this.#ends.closeOnNode({ session, node }, 'closed');
    throw new AppError('access_required');
  }

  #tell({ socket }: SessionEntry, event: StageEvent['event']): void {
    if (socket !== undefined) this.#onEvent({ socket, event });
  }

  #handleSfuEvent(node: string, event: SfuEvent): void {
    const entry = this.#sessions.get(event.session as SessionId);
    // The session may have moved to another node.
    if (!entry || (entry.node !== undefined && entry.node !== node)) return;
    // Another gateway took the session over. If its page is still connected here, the page opens a new session.
    const told = event.type === 'adopted' ? sessionClosed(entry, 'lease_expired') : event;
    // Where another gateway looks after the spare, the session has ended for this one.
    const isElsewhere = told.type === 'takenOver' && !this.#sessions.takeOver(entry.session, told.by as SessionId);
    if (isElsewhere || told.type === 'sessionClosed') this.#ends.forget(entry.session);
    else if (told.type === 'transportState') this.#sessions.setConnected(entry.session, told.state === 'connected');
    this.#tell(entry, told);
  }

  /** A node is gone with its sessions: their clients open new ones. */
  #handleNodeGone(node: string): void {
    this.#places.handleGone(node);
    for (const entry of this.#sessions.onNode(node)) this.#handleSfuEvent(node, sessionClosed(entry, 'node_lost'));
  }

  /** Ends a session on a draining node: its client opens another one elsewhere. */
  #move(entry: SessionEntry): void {
    if (entry.node === undefined) return;
    this.#handleSfuEvent(entry.node, sessionClosed(entry, 'node_closed'));
    void this.#ends.closeOnNode(entry, 'node_closed');
  }
}

/** The event of a node, for a session that ended without one. */
function sessionClosed({ room, session }: SessionEntry, reason: SessionCloseReason) {
  return { type: 'sessionClosed', room, session, reason } as const;
}

function asPublishAnswer(session: SessionId, { transport }: { transport: unknown }, connected: boolean): PublishAnswer {
  return { session, transport: transport as PublishAnswer['transport'], connected };
}
