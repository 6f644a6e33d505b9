/**
 * Routes the server's events to the parts of a room, and keeps the parts in step: access, the live and the end of the
 * room concern several of them. It holds no logic of a part.
 */
import type { EventData, EventName, Inside, Welcome } from '../../server/protocol/realtime.ts';
import type { Access, Room as RoomInfo } from '../../server/protocol/rooms.ts';
import type { GrantedSession } from '../../server/protocol/stage.ts';
import type { Chat } from './chat/chat.ts';
import type { Emitter } from './emitter.ts';
import type { LogeError } from './errors.ts';
import type { RoomEventMap } from './events.ts';
import type { PrivateSession } from './money/private-session.ts';
import type { Tipping } from './money/tipping.ts';
import type { Wallet } from './money/wallet.ts';
import type { RoomState } from './room-state.ts';
import type { LocalParticipant } from './stage/local-participant.ts';
import type { Stage } from './stage/stage.ts';

type EventHandlers = { [N in EventName]: (data: EventData<N>) => void };

interface RoomParts {
  state: RoomState;
  chat: Chat;
  stage: Stage;
  wallet: Wallet;
  tipping: Tipping;
  privateSession: PrivateSession;
  localParticipant: LocalParticipant;
  emit: Emitter<RoomEventMap>['emit'];
  /** Fetches the creator's earnings. */
  refreshEarnings(): Promise<unknown>;
}

export class RoomEvents {
  readonly #parts: RoomParts;
  readonly #handlers: EventHandlers;

  constructor(parts: RoomParts) {
    this.#parts = parts;
    this.#handlers = this.#createHandlers();
  }

  handleEvent<N extends EventName>(name: N, data: EventData<N>): void {
    (this.#handlers[name] as ((data: unknown) => void) | undefined)?.(data);
  }

  handleReconnecting(error: LogeError | null): void {
    this.#parts.localParticipant.publisher.handleConnectionLost();
    this.#parts.emit('reconnecting', { error });
  }

  handleWelcome(welcome: Welcome, downMs: number | null): void {
    const wasGranted = this.#parts.state.access.state === 'granted';
    const { access, inside, room, live } = welcome;
    this.#parts.state.noteServerTime(welcome.serverTime);
    const emitRights = this.#handleSelf(welcome);
    if (welcome.participant.role === 'creator') {
      void this.#parts.refreshEarnings().catch(() => undefined);
      void this.#parts.tipping.refreshRequests().catch(() => undefined);
    }
    if (room.access.kind === 'private') void this.#parts.privateSession.refresh().catch(() => undefined);
    if (downMs === null) {
      this.#parts.state.begin(welcome);
      this.#parts.wallet.begin(welcome.wallet);
      if (inside) this.#enter(inside);
      else this.#waitForAccess();
      this.#parts.emit('connected', { access });
      return;
    }
    this.#parts.state.setRoom(room);
    this.#parts.wallet.handleState(welcome.wallet);
    this.#parts.state.setViewerCount(welcome.viewerCount);
    this.#parts.state.setTicketsLeft(welcome.ticketsLeft);
    // Emit what changed while the connection was down.
    emitRights();
    if (access.state !== 'granted' && wasGranted) this.#handleRevoked(access);
    else if (inside && !wasGranted) this.#handleGranted({ access, inside });
    else if (inside) this.#resume(inside, downMs);
    else this.#waitForAccess();
    this.#parts.state.access = access;
    this.#setLive(live, (live ? room.liveStartedAt : room.liveEndedAt) ?? welcome.serverTime, room);
    if (room.status === 'ended') this.#handleRoomEnded(room);
  }

  handleDisconnected(error: LogeError | null): void {
    this.#parts.localParticipant.close('disconnected');
    this.#parts.stage.leave();
    this.#parts.state.end();
    this.#parts.emit('disconnected', { error });
  }

  /** Clears everything, so that no state of one room leaks into the next. */
  reset(): void {
    this.#parts.localParticipant.handleSelf(null);
    this.#parts.stage.reset();
    this.#parts.chat.close();
    this.#parts.tipping.close();
    this.#parts.tipping.handleRequests([]);
    this.#parts.privateSession.reset();
    this.#parts.wallet.begin(null);
    this.#parts.state.reset();
  }

  #createHandlers(): EventHandlers {
    const { subscriber } = this.#parts.stage;
    const { publisher } = this.#parts.localParticipant;
    return {
      // The connection handles these two itself.
      'rooms:welcome': () => {},
      'rooms:goodbye': () => {},
      'rooms:rightsChanged': (self) => this.#handleSelf(self)(),
      'rooms:accessGranted': (data) => this.#handleGranted(data),
      'rooms:accessRevoked': ({ access }) => this.#handleRevoked(access),
      'rooms:viewerCount': ({ count }) => this.#parts.state.setViewerCount(count),
      'rooms:changed': ({ room }) => this.#parts.state.setChanged(room),
      'rooms:ended': ({ room }) => this.#handleRoomEnded(room),
      'stage:liveStarted': ({ startedAt }) => this.#setLive(true, startedAt),
      'stage:liveEnded': ({ endedAt, ...pause }) => this.#setLive(false, endedAt, pause),
      'stage:consumersAdded': (data) => subscriber.handleConsumersAdded(data),
      'stage:consumersRemoved': (data) => subscriber.handleConsumersRemoved(data),
      'stage:trackMuted': (data) => subscriber.handleTrackMuted(data),
      'stage:layersWanted': (data) => publisher.handleLayersWanted(data),
      'stage:keyFrameWanted': (data) => publisher.handleKeyFrameWanted(data),
      'stage:uplinkNarrow': (data) => publisher.handleUplinkNarrow(data),
      'stage:moveWanted': (data) => {
        subscriber.handleMoveWanted(data);
        publisher.handleMoveWanted(data);
      },
      'stage:paused': (data) => subscriber.handlePaused(data),
      'stage:takenOver': (data) => {
        for (const part of [subscriber, publisher]) part.handleTakenOver(data);
      },
      'stage:sessionClosed': (data) => {
        for (const part of [subscriber, publisher]) part.handleSessionClosed(data);
      },
      'stage:transportState': (data) => {
        for (const part of [subscriber, publisher]) part.handleTransportState(data);
      },
      'chat:frame': (frame) => this.#parts.chat.handleFrame(frame),
      ...this.#parts.chat.handlers,
      'money:walletChanged': (wallet) => this.#parts.wallet.handleState(wallet),
      'money:ticketsLeft': ({ ticketsLeft }) => this.#parts.state.setTicketsLeft(ticketsLeft),
      'money:earningsChanged': (earnings) => this.#parts.state.setEarnings(earnings),
      ...this.#parts.privateSession.handlers,
      'money:goalProgress': ({ goal }) => this.#parts.tipping.handleGoal(goal),
      'money:requestsChanged': ({ requests }) => this.#parts.tipping.handleRequests(requests),
      'money:tipMenuChanged': (menu) => this.#parts.tipping.handleMenu(menu),
    };
  }

  /** Takes over role and rights. The result emits `rightsChanged` if they are others than before. */
  #handleSelf(self: Pick<Welcome, 'participant' | 'can'>): () => void {
    const { localParticipant, chat, emit } = this.#parts;
    const read = () => JSON.stringify([localParticipant.role, localParticipant.permissions]);
    const before = read();
    localParticipant.handleSelf(self);
    chat.handleRights(self.can);
    if (read() === before) return () => {};
    return () => emit('rightsChanged', { role: self.participant.role, permissions: self.can });
  }

  #enter(inside: Inside, watching?: GrantedSession): void {
    this.#parts.chat.handleInside(inside);
    this.#parts.tipping.handleState(inside.tipping);
    this.#parts.stage.enter(inside.stage, watching);
  }

  #waitForAccess(): void {
    this.#parts.stage.leave();
    this.#parts.stage.prepare();
  }

  #resume(inside: Inside, downMs: number): void {
    this.#parts.chat.handleInside(inside);
    this.#parts.tipping.handleState(inside.tipping);
    this.#parts.stage.handleReconnected();
    void this.#parts.localParticipant.publisher.handleReconnected(downMs);
  }

  #handleGranted({ access, inside, watching }: EventData<'rooms:accessGranted'>): void {
    const wasGranted = this.#parts.state.access.state === 'granted';
    this.#parts.state.access = access;
    this.#enter(inside, watching);
    if (!wasGranted) this.#parts.emit('accessGranted', access);
  }

  #handleRevoked(access: Access): void {
    this.#parts.state.access = access;
    this.#parts.localParticipant.close('access');
    this.#waitForAccess();
    this.#parts.chat.close();
    this.#parts.tipping.close();
    this.#parts.emit('accessRevoked', access);
  }

  #handleRoomEnded(info: RoomInfo): void {
    this.#parts.localParticipant.close('room_ended');
    this.#parts.stage.leave();
    this.#parts.state.setEnded(info);
  }

  #setLive(live: boolean, at: string, pause?: Pick<RoomInfo, 'pausedUntil' | 'pauseAnnounced'>): void {
    if (!this.#parts.state.setLive(live, at, pause)) return;
    if (live) this.#parts.stage.handleLiveStarted();
    else {
      this.#parts.stage.handleLiveEnded();
      void this.#parts.localParticipant.publisher.handleLiveEnded();
    }
  }
}
