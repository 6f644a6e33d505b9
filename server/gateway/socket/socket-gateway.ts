/**
 * The realtime side of the gateway: opens a participant's socket after the handshake, sends the welcome that their
 * access allows, and delivers facts. It holds connections; every decision is a domain's.
 */
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import { Server } from 'socket.io';
import { CHAT_BUS_TOPIC, type ChatAppended } from '../../chat/chat.ts';
import { type LogPage, pageFor } from '../../chat/log/log-entry.ts';
import { roomTopic } from '../../platform/bus.ts';
import { isoIn, MINUTE_MS } from '../../platform/clock.ts';
import { NEWCOMERS_REST_MS } from '../../platform/db/read-timing.ts';
import { SharedRead } from '../../platform/db/shared-read.ts';
import { PeriodicJob } from '../../platform/jobs/periodic-job.ts';
import { FACTS_BUS_TOPIC, type Fact } from '../../platform/outbox/outbox.ts';
import type { AdapterClients } from '../../platform/redis/redis-adapter-clients.ts';
import { shareCounts } from '../../platform/shared-slots.ts';
import type { TokenClaims } from '../../protocol/accounts/accounts.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Inside, ServerToClientEvents, Welcome } from '../../protocol/realtime.ts';
import type { Room } from '../../protocol/rooms.ts';
import type { GrantedSession } from '../../protocol/stage.ts';
import type { Admission } from '../../rooms/rooms.ts';
import type { StageEvent } from '../../stage/stage.ts';
import { withIceServers } from '../../stage/turn.ts';
import { ChatFanout } from '../chat/chat-fanout.ts';
import { ChatLive } from '../chat/chat-live.ts';
import type { GatewayContext } from '../context.ts';
import { createLimiterFactory, createSocketLimits, type SocketLimits } from '../rate-limits.ts';
import { Connection, type Prepared, type RoomSocket } from './connection.ts';
import { FactFanout } from './fact-fanout.ts';
import { FairWebSocketServer, isPageLeft } from './fair-web-sockets.ts';
import { authorise, type Handshake } from './handshake.ts';
import { Pipeline } from './pipeline.ts';
import { Presence } from './presence.ts';
import { tellPrivateProgress } from './private-facts.ts';
import { RoomSubscriptions } from './room-subscriptions.ts';
import { SocketBacklogs } from './socket-backlog.ts';
import { SocketEdge } from './socket-edge.ts';
import { creatorRoom, identityRoom, insideRoom, lobbyRoom, personRoom, type SocketServer } from './socket-rooms.ts';
import { SocketSlots } from './socket-slots.ts';

/** Interval plus timeout: after this time a silent connection counts as lost. */
const PING_INTERVAL_MS = 10_000;
const PING_TIMEOUT_MS = 8_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Socket.IO's disconnect reasons that mean a deliberate end. */
const CLEAN_ENDS = new Set(['client namespace disconnect', 'server namespace disconnect']);

/** Bus topic: the count of another gateway for this room changed. */
const PRESENCE_BUS_TOPIC = 'presence';

export class SocketGateway {
  readonly #context: GatewayContext;
  readonly #io: SocketServer;
  readonly #presence: Presence;
  readonly #limits: SocketLimits;
  readonly #slots: SocketSlots;
  readonly #edge: SocketEdge;
  readonly #backlogs: SocketBacklogs;
  readonly #pipeline: Pipeline;
  readonly #fanout: ChatFanout;
  readonly #chatLive: ChatLive;
  readonly #facts: FactFanout;
  readonly #subscriptions: RoomSubscriptions;
  readonly #attendance: PeriodicJob;
  readonly #bySocket = new Map<string, Connection>();
  /** Connections that had their handshake. */
  readonly #handshakes = new WeakSet<RoomSocket['conn']>();
  readonly #unsubscribe: (() => void)[];
  /** Reads that are the same for every newcomer of a room, shared by all who join at the same moment. */
  readonly #newestChat: SharedRead<RoomId, LogPage>;
  readonly #recentChat: SharedRead<RoomId, LogPage>;
  readonly #rooms: SharedRead<RoomId, Room>;
  readonly #tipping: SharedRead<RoomId, Inside['tipping']>;
  #closing = false;

  constructor(context: GatewayContext, server: HttpServer) {
    this.#context = context;
    this.#limits = createSocketLimits(createLimiterFactory(context.redis));
    const rest = { restMs: NEWCOMERS_REST_MS };
    this.#newestChat = new SharedRead((room) => context.chat.catchUp(room, undefined), rest);
    this.#recentChat = new SharedRead((room) => context.chat.history(room, { limit: LIMITS.chatPageEntries }), rest);
    this.#rooms = new SharedRead((room) => context.rooms.getRoom(room), rest);
    this.#tipping = new SharedRead((room) => context.money.tipping.get(room), rest);
    this.#io = this.#attach(server);
    const { redis, log } = context;
    const shared = redis && shareCounts('sockets', { client: redis.commands, connections: redis.connections });
    this.#slots = new SocketSlots({ shared, log });
    this.#edge = new SocketEdge({ context, limits: this.#limits, slots: this.#slots });
    this.#io.engine.on('connection', (socket) => this.#edge.handleSocket(socket));
    this.#presence = new Presence({
      counts: context.headCounts,
      onCount: (room, count) => this.#io.local.to(lobbyRoom(room)).emit('rooms:viewerCount', { count }),
      onAudience: (room, people) => {
        context.stage.setAudience(room, people);
        this.#chatLive.roster.note(room);
      },
      onReported: (room) => context.bus.publish(roomTopic(PRESENCE_BUS_TOPIC, room), {}),
    });
    this.#chatLive = new ChatLive({
      context,
      presence: this.#presence,
      // `EmitInside` ties the event to its data; the compiler cannot follow that here.
      emitInside: (room, event, data) => this.#io.local.to(insideRoom(room)).emit(event, ...([data] as never)),
      onErased: (room, identity) => this.#fanout.forget(room, identity),
    });
    this.#backlogs = new SocketBacklogs({ metrics: context.metrics, connections: () => this.#bySocket.values() });
    this.#pipeline = new Pipeline({
      domains: { ...context, chatLive: this.#chatLive },
      limits: this.#limits,
      backlogs: this.#backlogs,
      decide: (claims) => this.#decide(claims),
    });
    this.#fanout = new ChatFanout({
      read: (room, range) => context.chat.history(room, range),
      newest: (rooms) => context.chat.newest(rooms),
      isBusConnected: () => context.bus.isConnected,
      readablePerSecond: context.config.chatReadablePerSecond,
      log: context.log,
      metrics: context.metrics,
    });
    this.#facts = new FactFanout({
      context,
      io: this.#io,
      presence: this.#presence,
      readRoom: (room) => this.#rooms.get(room),
    });
    this.#subscriptions = new RoomSubscriptions(context.bus, {
      [CHAT_BUS_TOPIC]: (room, message) => this.#fanout.add(room, (message as ChatAppended).entries),
      [FACTS_BUS_TOPIC]: (room, message) => this.#facts.handleFact(room, message as Fact),
      [PRESENCE_BUS_TOPIC]: (room) => this.#presence.recount(room),
      ...this.#chatLive.busHandlers,
    });
    this.#attendance = new PeriodicJob({
      name: 'attendance',
      everyMs: MINUTE_MS,
      log: context.log,
      run: () => context.rooms.attendances.count(this.#presence.inside()),
      waitsForClock: false,
    });
    this.#attendance.start();
    this.#unsubscribe = this.#listen(context);
  }

  #attach(server: HttpServer): SocketServer {
    const { redis } = this.#context;
    return new Server(server, {
      serveClient: false,
      transports: ['websocket', 'polling'],
      wsEngine: FairWebSocketServer,
      maxHttpBufferSize: LIMITS.socketPacketBytes,
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      connectTimeout: HANDSHAKE_TIMEOUT_MS,
      perMessageDeflate: false,
      ...(redis ? { adapter: createAdapter(redis.adapter) } : {}),
      cors: { origin: (_origin, callback) => callback(null, true), credentials: false },
      // CORS does not cover WebSockets; the origin is checked here for both transports.
      allowRequest: (request, callback) =>
        void this.#admit(request).then(
          () => callback(null, true),
          (error) => callback(JSON.stringify(this.#refuse(error).toWire()), false),
        ),
    });
  }

  /** Returns what ends the subscriptions that would outlive this gateway. */
  #listen(context: GatewayContext): (() => void)[] {
    this.#io.use((socket, next) => this.#handleHandshake(socket, next));
    this.#io.on('connection', (socket) => void this.#handleConnection(socket));
    context.stage.onEvent((event) => this.#handleStageEvent(event));
    context.money.privateSessions.onProgress((progress) => tellPrivateProgress(this.#io, progress));
    context.factTail.onFact((fact) => this.#facts.handleMissed(fact));
    return [
      context.apiKeys.ring.onEnded((ended) => {
        for (const connection of this.#bySocket.values()) {
          if (ended.has(connection.claims.iss)) connection.dismiss(new AppError('token_invalid'));
        }
        void context.stage.closeWaiting(({ issuer = '' }) => ended.has(issuer));
      }),
      context.bus.onRestored(() => {
        this.#fanout.handleMissed();
        context.stage.handleRestored();
        void this.#facts.reconsiderAll();
      }),
      // Facts that another gateway could not pass on come from their table too.
      context.bus.onMissed(() => {
        this.#fanout.handleMissed();
        void this.#facts.reconsiderAll();
      }),
      context.bus.subscribe(FACTS_BUS_TOPIC, (fact) => this.#facts.handlePersonFact(fact as Fact)),
    ];
  }

  viewerCount(room: RoomId): Promise<number> {
    return this.#presence.countViewers(room);
  }

  async #handleHandshake(socket: RoomSocket, next: (error?: Error) => void): Promise<void> {
    try {
      if (this.#closing) throw new AppError('shutting_down');
      // The budget and the sockets of an address are counted by connections, so each has one handshake.
      if (this.#handshakes.has(socket.conn)) throw new AppError('too_many_connections');
      this.#handshakes.add(socket.conn);
      socket.data = await authorise(this.#context, socket, this.#slots);
      next();
    } catch (error) {
      const known = this.#refuse(error);
      // Socket.IO hands `data` to the client with `connect_error`.
      next(Object.assign(new Error(known.code), { data: known.toWire() }));
    }
  }

  async #admit(request: IncomingMessage): Promise<void> {
    if (this.#closing) throw new AppError('shutting_down');
    await this.#edge.admit(request);
  }

  #refuse(error: unknown): AppError {
    const known = error instanceof AppError ? error : new AppError('internal');
    if (known !== error) this.#context.log.error({ err: error }, 'handshake failed');
    this.#context.metrics.connectionsRefused.inc({ code: known.code });
    return known;
  }

  async #handleConnection(socket: RoomSocket): Promise<void> {
    const { claims, since, router, address, release } = socket.data as Handshake;
    const connection = new Connection({ socket, claims, since, router, address, actions: this.#actions });
    this.#bySocket.set(socket.id, connection);
    this.#context.metrics.sockets.inc();
    socket.onAny((event, ...args) => void this.#pipeline.handle(connection, event, args));
    socket.on('disconnect', (reason) => {
      release();
      this.#handleDisconnect(connection, reason);
    });
    // Added before access is decided, so that a fact that arrives meanwhile finds this connection.
    this.#presence.add(connection);
    const { roomId, participant } = connection;
    await socket.join([lobbyRoom(roomId), identityRoom(participant.identity)]);
    if (participant.role === 'creator') await socket.join(creatorRoom(roomId));
    try {
      // Its key may have ended since the handshake.
      if (!this.#context.apiKeys.ring.isLive(connection.claims.iss)) throw new AppError('token_invalid');
      await this.#subscriptions.open(roomId);
      await connection.welcome((decided, view) => this.#sendWelcome(connection, decided, view));
      this.#presence.refresh(connection);
    } catch (error) {
      connection.dismiss(this.#pipeline.toWireError(error, connection, 'welcome'));
    }
  }

  /** The admission as of now: a token of the site counts as long as the session that made it. */
  async #decide(claims: TokenClaims): Promise<Admission> {
    await this.#context.people.sessions.assertLive(claims);
    return this.#context.rooms.admit(claims);
  }

  async #sendWelcome(connection: Connection, decided: Room, view: Inside | null): Promise<void> {
    const { participant, rights, access, roomId } = connection;
    const { config, money, clock } = this.#context;
    const hasWallet = participant.role === 'fan' && money.wallets.mode === 'on';
    if (decided.access.kind === 'private') await connection.socket.join(personRoom(roomId, participant.identity));
    const wallet = hasWallet ? await money.wallets.get(participant.identity) : null;
    // Read last, serialised with live updates, so that an older state never follows a newer one.
    const room = await this.#rooms.get(roomId);
    const welcome: Welcome = {
      participant,
      can: rights,
      room,
      access,
      viewerCount: this.#presence.viewerCount(roomId),
      live: room.status === 'live',
      wallet,
      currency: config.currency,
      inside: view,
      ticketsLeft: view ? null : ((await money.tickets.countLeft(room, [participant.identity]))?.[0] ?? null),
      minLiveMinutes: Math.floor(config.minLiveSeconds / 60),
      serverTime: isoIn(clock),
    };
    connection.socket.emit('rooms:welcome', welcome);
  }

  /**
   * After the loss of a gateway everyone reconnects within a second and missed about the same entries: they share one
   * read.
   */
  async #resumeChat(room: RoomId, since: number): Promise<LogPage> {
    const recent = await this.#recentChat.get(room);
    // Not the page's `lastSeq`, which was read before its entries and may be behind them.
    const lastSeq = recent.entries.at(-1)?.seq ?? 0;
    const firstSeq = recent.entries[0]?.seq ?? lastSeq + 1;
    if (since < firstSeq - 1 || since > lastSeq) return this.#context.chat.catchUp(room, since);
    return { entries: recent.entries.filter(({ seq }) => seq > since), lastSeq };
  }

  readonly #actions = {
    decide: ({ claims }: Connection) => this.#decide(claims),
    readSnapshot: async ({ roomId, participant, router }: Connection, since: number | undefined): Promise<Inside> => {
      const [chat, beside, tipping, room] = await Promise.all([
        since === undefined ? this.#newestChat.get(roomId) : this.#resumeChat(roomId, since),
        this.#context.chat.readSnapshot(roomId, participant.identity),
        this.#tipping.get(roomId),
        this.#rooms.get(roomId),
      ]);
      const { identity } = participant;
      return {
        chat: pageFor(chat, identity),
        ...beside,
        tipping,
        stage: this.#context.stage.state(room, { identity, router }),
      };
    },
    watch: async (connection: Connection, { input, session }: Prepared): Promise<GrantedSession | undefined> => {
      const { stage, log } = this.#context;
      const { stageCaller } = connection;
      try {
        const admitted = session && (await stage.commands.admit(stageCaller, session).catch(() => undefined));
        if (admitted) return { session, ...admitted } as GrantedSession;
        const answer = await stage.watch(stageCaller, input);
        // The socket closed meanwhile.
        if (connection.closed) stage.handleSocketGone(connection.socket.id, connection.endedCleanly);
        return withIceServers(this.#context, connection.participant.identity, answer);
      } catch (error) {
        // The client will ask for it, and gets the reason then.
        log.debug({ err: error, room: connection.roomId }, 'session not opened with the access');
        return undefined;
      }
    },
    enter: async (connection: Connection) => {
      await connection.socket.join(insideRoom(connection.roomId));
      this.#presence.refresh(connection);
      await this.#fanout.open(connection.roomId);
      if (!this.#presence.isOpen(connection.roomId)) this.#fanout.closeRoom(connection.roomId);
    },
    settle: (connection: Connection, { chat }: Inside) => {
      // The page may end after `lastSeq`, which was read before it.
      const lastSeq = Math.max(chat.lastSeq, chat.entries.at(-1)?.seq ?? 0);
      this.#fanout.join(connection.roomId, connection, lastSeq);
      this.#chatLive.welcome(connection);
    },
    changeRights: (connection: Connection) => {
      this.#presence.refresh(connection);
      if (connection.isInside) this.#chatLive.welcome(connection);
    },
    leave: async (connection: Connection) => {
      this.#fanout.leave(connection.roomId, connection);
      void connection.socket.leave(insideRoom(connection.roomId));
      this.#presence.refresh(connection);
      this.#context.metrics.accessRevocations.inc({ reason: connection.access.reason ?? 'required' });
      await this.#context.stage.closeParticipant(connection.roomId, connection.participant.identity);
    },
    onError: (error: unknown, connection: Connection) => {
      // Access that cannot be decided is denied: the client reconnects and asks again.
      this.#context.log.error({ err: error, room: connection.roomId }, 'access not decided');
      connection.socket.disconnect(true);
    },
  };

  #handleDisconnect(connection: Connection, reason: string): void {
    connection.close({ cleanly: CLEAN_ENDS.has(reason) || isPageLeft(connection.socket.conn.transport) });
    this.#bySocket.delete(connection.socket.id);
    this.#presence.remove(connection);
    this.#fanout.leave(connection.roomId, connection);
    if (!this.#presence.isOpen(connection.roomId)) {
      this.#subscriptions.close(connection.roomId);
      this.#fanout.closeRoom(connection.roomId);
    }
    this.#context.metrics.sockets.dec();
    this.#context.stage.handleSocketGone(connection.socket.id, connection.endedCleanly);
  }

  #handleStageEvent({ socket, event }: StageEvent): void {
    const target = this.#bySocket.get(socket)?.socket;
    if (!target) return;
    const { session } = event;
    switch (event.type) {
      case 'consumersAdded':
        target.emit('stage:consumersAdded', {
          session,
          consumers: event.consumers as Parameters<ServerToClientEvents['stage:consumersAdded']>[0]['consumers'],
        });
        return;
      case 'consumersRemoved':
        target.emit('stage:consumersRemoved', { session, consumerIds: event.consumerIds, lost: event.lost });
        return;
      case 'trackMuted':
        target.emit('stage:trackMuted', { session, consumerId: event.consumerId, muted: event.muted });
        return;
      case 'layersWanted':
        target.emit('stage:layersWanted', {
          session,
          producerId: event.producerId,
          maxSpatialLayer: event.maxSpatialLayer,
        });
        return;
      case 'keyFrameWanted':
        target.emit('stage:keyFrameWanted', { session, producerId: event.producerId });
        return;
      case 'uplinkNarrow':
        target.emit('stage:uplinkNarrow', { session, share: event.share });
        return;
      case 'moveWanted':
        target.emit('stage:moveWanted', { session });
        return;
      case 'takenOver':
        target.emit('stage:takenOver', { session, by: event.by });
        return;
      case 'paused':
        target.emit('stage:paused', { session });
        return;
      case 'sessionClosed':
        target.emit('stage:sessionClosed', { session, reason: event.reason });
        return;
      case 'transportState':
        target.emit('stage:transportState', { session, state: event.state });
    }
  }

  /** Sends a goodbye, so that clients reconnect elsewhere or later, and closes every socket. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const end of this.#unsubscribe) end();
    const { code, message } = new AppError('shutting_down').toWire();
    this.#io.local.emit('rooms:goodbye', { code, message, reconnect: true });
    this.#backlogs.close();
    this.#fanout.close();
    this.#chatLive.close();
    this.#facts.close();
    await this.#attendance.close();
    await this.#io.close();
    this.#subscriptions.closeAll();
    this.#presence.close();
    await this.#slots.close();
  }
}

/** The adapter checks its clients by shape; ours have that shape. */
function createAdapter({ publisher, subscriber, channelPrefix }: AdapterClients) {
  return createShardedAdapter(publisher, subscriber, { channelPrefix, subscriptionMode: 'dynamic' });
}
