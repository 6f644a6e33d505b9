/**
 * The realtime side of the gateway: opens a participant's socket after the handshake, welcomes them with what their access allows, and
 * passes facts on to whom they concern. It holds connections; every decision is a domain's.
 */
import type { Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import { CHAT_BUS_TOPIC, type ChatAppended } from '../chat/chat.ts';
import type { MoneyFacts } from '../money/money-facts.ts';
import { FACTS_BUS_TOPIC, type Fact } from '../platform/outbox.ts';
import { SharedRead } from '../platform/shared-read.ts';
import type { ChatPage } from '../protocol/chat.ts';
import { AppError } from '../protocol/errors.ts';
import type { RoomId } from '../protocol/ids.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { ClientToServerEvents, Inside, ServerToClientEvents, Welcome } from '../protocol/realtime.ts';
import type { Room } from '../protocol/rooms.ts';
import type { StageEvent } from '../stage/stage.ts';
import { ChatFanout } from './chat-fanout.ts';
import { ChatLive } from './chat-live.ts';
import { Connection, type RoomSocket } from './connection.ts';
import type { GatewayContext } from './context.ts';
import { GoalFanout } from './goal-fanout.ts';
import { authorise, type Handshake, isHandshakeOriginAllowed } from './handshake.ts';
import { Pipeline } from './pipeline.ts';
import { Presence } from './presence.ts';
import { tellPrivateFact, tellPrivateProgress } from './private-requests.ts';
import { createSocketLimits, type SocketLimits } from './rate-limits.ts';
import { createHandlers } from './requests.ts';

/** Together the time after which a silent connection counts as lost. */
const PING_INTERVAL_MS = 10_000;
const PING_TIMEOUT_MS = 8_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Earnings are told at most this often, however many tips come in. */
const EARNINGS_INTERVAL_MS = 500;
/** Socket.IO's reasons for an end that the client itself wanted. */
const CLEAN_ENDS = new Set(['client namespace disconnect', 'server namespace disconnect']);

const inside = (room: RoomId) => `inside:${room}`;
const everyone = (room: RoomId) => `room:${room}`;

export class SocketGateway {
  readonly #context: GatewayContext;
  readonly #io: Server<ClientToServerEvents, ServerToClientEvents>;
  readonly #presence: Presence;
  readonly #limits: SocketLimits;
  readonly #pipeline: Pipeline;
  readonly #fanout: ChatFanout;
  readonly #chatLive: ChatLive;
  readonly #goals: GoalFanout;
  readonly #bySocket = new Map<string, Connection>();
  readonly #earningsTimers = new Map<RoomId, NodeJS.Timeout>();
  readonly #unsubscribe: (() => void)[];
  /** What every newcomer of a room is shown alike: read once for all who come in at the same moment. */
  readonly #newestChat: SharedRead<RoomId, ChatPage>;
  readonly #tipping: SharedRead<RoomId, Inside['tipping']>;
  #closing = false;

  constructor(context: GatewayContext, server: HttpServer) {
    this.#context = context;
    this.#limits = createSocketLimits();
    this.#newestChat = new SharedRead((room) => context.chat.catchUp(room, undefined));
    this.#tipping = new SharedRead((room) => context.money.getTipping(room));
    this.#io = new Server(server, {
      serveClient: false,
      transports: ['websocket', 'polling'],
      maxHttpBufferSize: LIMITS.socketPacketBytes,
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      connectTimeout: HANDSHAKE_TIMEOUT_MS,
      perMessageDeflate: false,
      cors: { origin: (_origin, callback) => callback(null, true), credentials: false },
      // CORS does not cover WebSockets; the origin is checked here for both transports.
      allowRequest: (request, callback) =>
        callback(this.#closing ? 'shutting_down' : null, isHandshakeOriginAllowed(context, request)),
    });
    this.#presence = new Presence({
      onCount: (room, count) => this.#io.local.to(everyone(room)).emit('rooms:viewerCount', { count }),
      onAudience: (room, people) => {
        context.stage.setAudience(room, people);
        this.#chatLive.roster.note(room);
      },
    });
    this.#chatLive = new ChatLive({
      context,
      presence: this.#presence,
      // The event and its data belong together by `EmitInside`; the compiler loses sight of that here.
      emitInside: (room, event, data) => this.#io.local.to(inside(room)).emit(event, ...([data] as never)),
    });
    this.#pipeline = new Pipeline({
      handlers: createHandlers(context, this.#chatLive),
      limits: this.#limits,
      log: context.log,
      metrics: context.metrics,
    });
    this.#fanout = new ChatFanout((room, entries) => this.#io.local.to(inside(room)).emit('chat:frame', { entries }));
    this.#goals = new GoalFanout({
      read: (room) => context.money.getGoal(room),
      hasAudience: (room) => this.#presence.inRoom(room).length > 0,
      send: (room, goal) => this.#io.local.to(inside(room)).emit('money:goalProgress', { goal }),
      log: context.log,
    });
    this.#io.use((socket, next) => this.#handleHandshake(socket, next));
    this.#io.on('connection', (socket) => void this.#handleConnection(socket));
    context.stage.onEvent((event) => this.#handleStageEvent(event));
    context.money.privateSessions.onProgress((progress) => tellPrivateProgress(this.#presence, progress));
    this.#unsubscribe = [
      context.bus.subscribe(CHAT_BUS_TOPIC, (message) => {
        const { room, entries } = message as ChatAppended;
        this.#fanout.add(room, entries);
      }),
      context.bus.subscribe(FACTS_BUS_TOPIC, (message) => this.#handleFact(message as Fact)),
    ];
  }

  viewerCount(room: RoomId): number {
    return this.#presence.viewerCount(room);
  }

  async #handleHandshake(socket: RoomSocket, next: (error?: Error) => void): Promise<void> {
    try {
      if (this.#closing) throw new AppError('shutting_down');
      const handshake: Handshake = await authorise(this.#context, socket, {
        presence: this.#presence,
        limits: this.#limits,
      });
      socket.data = handshake;
      next();
    } catch (error) {
      const known = error instanceof AppError ? error : new AppError('internal');
      if (known !== error) this.#context.log.error({ err: error }, 'handshake failed');
      this.#context.metrics.connectionsRefused.inc({ code: known.code });
      // Socket.IO hands `data` to the client with `connect_error`.
      next(Object.assign(new Error(known.code), { data: known.toWire() }));
    }
  }

  async #handleConnection(socket: RoomSocket): Promise<void> {
    const { claims, can, since, address } = socket.data as Handshake;
    const connection = new Connection({ socket, claims, can, since, address, actions: this.#actions });
    this.#bySocket.set(socket.id, connection);
    this.#context.metrics.sockets.inc();
    socket.onAny((event, ...args) => void this.#pipeline.handle(connection, event, args));
    socket.on('disconnect', (reason) => this.#handleDisconnect(connection, reason));
    // Present before access is decided: a fact that arrives meanwhile finds this connection.
    this.#presence.add(connection);
    await socket.join(everyone(connection.roomId));
    try {
      await connection.welcome((room, view) => this.#sendWelcome(connection, room, view));
      this.#presence.refresh(connection.roomId);
    } catch (error) {
      const { code, message } = this.#pipeline.toWireError(error, connection, 'welcome');
      socket.emit('rooms:goodbye', { code, message, reconnect: true });
      socket.disconnect(true);
    }
  }

  async #sendWelcome(connection: Connection, room: Room, view: Inside | null): Promise<void> {
    const { participant, can, access, roomId } = connection;
    const { money, stage, clock } = this.#context;
    const welcome: Welcome = {
      participant,
      can: { publish: can.publish, chat: can.chat, tip: can.tip, moderate: can.moderate },
      room,
      access,
      viewerCount: this.#presence.viewerCount(roomId),
      live: stage.isLive(roomId),
      wallet: participant.role === 'fan' ? await money.getWallet(participant.identity) : null,
      inside: view,
      serverTime: new Date(clock.now()).toISOString(),
    };
    connection.socket.emit('rooms:welcome', welcome);
    if (view) this.#chatLive.welcome(connection);
  }

  readonly #actions = {
    decide: ({ roomId, participant, can }: Connection) =>
      this.#context.rooms.decide({ roomId, ...participant, subscribe: can.subscribe }),
    lookInside: async ({ roomId, participant, since }: Connection): Promise<Inside> => {
      const [chat, beside, tipping] = await Promise.all([
        since === undefined ? this.#newestChat.get(roomId) : this.#context.chat.catchUp(roomId, since),
        this.#context.chat.lookInside(roomId, participant.identity),
        this.#tipping.get(roomId),
      ]);
      return { chat, ...beside, tipping, stage: this.#context.stage.state(roomId, participant.identity) };
    },
    enter: (connection: Connection) => {
      void connection.socket.join(inside(connection.roomId));
      this.#presence.refresh(connection.roomId);
    },
    leave: async (connection: Connection) => {
      void connection.socket.leave(inside(connection.roomId));
      this.#presence.refresh(connection.roomId);
      this.#context.metrics.accessRevocations.inc({ reason: connection.access.reason ?? 'required' });
      await this.#context.stage.closeParticipant(connection.roomId, connection.participant.identity);
    },
    onError: (error: unknown, connection: Connection) => {
      // Access that cannot be decided is no access: the client comes back and asks again.
      this.#context.log.error({ err: error, room: connection.roomId }, 'access not decided');
      connection.socket.disconnect(true);
    },
  };

  #handleDisconnect(connection: Connection, reason: string): void {
    connection.close();
    this.#bySocket.delete(connection.socket.id);
    this.#presence.remove(connection);
    this.#context.metrics.sockets.dec();
    this.#context.stage.handleSocketGone(connection.socket.id, CLEAN_ENDS.has(reason));
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
        target.emit('stage:consumersRemoved', { session, consumerIds: event.consumerIds });
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
      case 'sessionClosed':
        target.emit('stage:sessionClosed', { session, reason: event.reason });
        return;
      case 'transportState':
        target.emit('stage:transportState', { session, state: event.state });
    }
  }

  /** Facts arrive at least once; each of these may be said twice without harm. */
  #handleFact(fact: Fact): void {
    const room = fact.room as RoomId | null;
    tellPrivateFact(this.#presence, fact);
    switch (fact.topic) {
      case 'access.changed':
        for (const connection of this.#presence.ofIdentity(fact.identity ?? '')) {
          if (connection.roomId === room) void connection.reconsider();
        }
        return;
      case 'wallet.changed':
        for (const { socket } of this.#presence.ofIdentity(fact.identity ?? '')) {
          socket.emit('money:walletChanged', fact.data.wallet);
        }
        return;
      case 'wallets.changed':
        for (const { identity, wallet } of (fact.data as MoneyFacts['wallets.changed']).wallets) {
          for (const { socket } of this.#presence.ofIdentity(identity)) socket.emit('money:walletChanged', wallet);
        }
        return;
      case 'earnings.changed':
        if (room) {
          this.#tellEarnings(room);
          this.#goals.noteTips(room);
        }
        return;
      case 'goal.changed':
        if (room) this.#goals.noteGoal(room);
        return;
      case 'tipMenu.changed': {
        const { menu } = fact.data as MoneyFacts['tipMenu.changed'];
        if (room) this.#io.local.to(inside(room)).emit('money:tipMenuChanged', menu);
        return;
      }
      case 'live.started':
        if (room) this.#io.local.to(everyone(room)).emit('stage:liveStarted', { startedAt: fact.createdAt });
        return;
      case 'live.ended':
        if (room) this.#io.local.to(everyone(room)).emit('stage:liveEnded', { endedAt: fact.createdAt });
        return;
      case 'room.ended':
        if (room) void this.#handleRoomEnded(room);
    }
  }

  async #handleRoomEnded(roomId: RoomId): Promise<void> {
    try {
      const room = await this.#context.rooms.getRoom(roomId);
      this.#io.local.to(everyone(roomId)).emit('rooms:ended', { room });
      await Promise.all(this.#presence.inRoom(roomId).map((connection) => connection.reconsider()));
      await this.#context.stage.closeRoom(roomId);
    } catch (error) {
      this.#context.log.error({ err: error, room: roomId }, 'room not closed');
    }
  }

  #tellEarnings(room: RoomId): void {
    if (this.#earningsTimers.has(room)) return;
    const tell = async () => {
      this.#earningsTimers.delete(room);
      const creators = this.#presence.inRoom(room).filter(({ participant }) => participant.role === 'creator');
      if (creators.length === 0) return;
      const earnings = await this.#context.money.getEarnings(room);
      for (const { socket } of creators) socket.emit('money:earningsChanged', earnings);
    };
    const timer = setTimeout(() => {
      tell().catch((error) => this.#context.log.error({ err: error, room }, 'earnings not told'));
    }, EARNINGS_INTERVAL_MS);
    this.#earningsTimers.set(room, timer);
  }

  /** Says goodbye, so that clients come back elsewhere or in a moment, and closes every socket. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    for (const timer of this.#earningsTimers.values()) clearTimeout(timer);
    const { code, message } = new AppError('shutting_down').toWire();
    this.#io.local.emit('rooms:goodbye', { code, message, reconnect: true });
    this.#fanout.close();
    this.#chatLive.close();
    this.#goals.close();
    await this.#io.close();
    this.#presence.close();
  }
}
