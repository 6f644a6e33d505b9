/**
 * The live media of every room, as far as a gateway knows it: who publishes, who watches, by which session on which SFU node. It turns an
 * access decision into a session grant, follows the node's events, and closes what is no longer allowed. It sees the media plane through
 * `sfu/contract.ts` alone, and no socket: events leave through `onEvent`.
 */
import {
  type DtlsParameters,
  type RtpCapabilities,
  type RtpParameters,
  type SessionCloseReason,
  type SessionTraffic,
  SfuError,
  type SfuErrorCode,
  type SfuEvent,
  type SfuNode,
  type SfuStats,
} from '../../sfu/contract.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { AppError, type ErrorCode } from '../protocol/errors.ts';
import { createId, type RoomId, type SessionId } from '../protocol/ids.ts';
import type { Access } from '../protocol/rooms.ts';
import type { PublishAnswer, StageState, TrackSource, Viewport, WatchAnswer } from '../protocol/stage.ts';
import type { Rooms } from '../rooms/rooms.ts';
import { type SessionEntry, SessionTable } from './session-table.ts';
import { createIceServers, type TurnConfig } from './turn.ts';

/** How long a live outlasts its publisher, so that a reload or a network change is not the end of it. */
const PUBLISHER_GRACE_MS = 20_000;
/** How long a media session waits to be taken over by its participant's next socket. */
const ADOPTION_MS = 20_000;
const RENEW_MS = 5_000;

/** Who asks: a participant on one socket, with the access that the gateway has just decided. */
export interface StageCaller {
  room: RoomId;
  identity: string;
  socket: string;
  access: Access;
  publish: boolean;
}

/** What has flowed so far between a room's publisher and one viewer. */
export interface StageTraffic {
  /** Names the media sessions that were counted; with others the counters begin anew. */
  key: string;
  creatorVideoBytes: number;
  fanVideoBytes: number;
  fanAnswerBytes: number;
}

export interface StageEvent {
  socket: string;
  event: SfuEvent;
}

export class Stage {
  readonly #node: SfuNode;
  readonly #rooms: Rooms;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #turn: TurnConfig | undefined;
  readonly #sessions = new SessionTable();
  /** Rooms with media on stage, and since when. */
  readonly #lives = new Map<RoomId, { startedAt: string; graceTimer?: NodeJS.Timeout }>();
  readonly #starting = new Map<RoomId, Promise<void>>();
  #onEvent: (event: StageEvent) => void = () => {};
  /** Media workers of the node when it was last asked. */
  #workers = 1;
  readonly #renewTimer: NodeJS.Timeout;
  readonly #unsubscribe: () => void;

  constructor(options: {
    node: SfuNode;
    rooms: Rooms;
    clock: Clock;
    log: Log;
    metrics: Metrics;
    turn: TurnConfig | undefined;
  }) {
    this.#node = options.node;
    this.#rooms = options.rooms;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#metrics = options.metrics;
    this.#turn = options.turn;
    this.#unsubscribe = options.node.on((event) => this.#handleSfuEvent(event));
    this.#renewTimer = setInterval(() => void this.#lookAfterNode(), RENEW_MS);
  }

  onEvent(listener: (event: StageEvent) => void): void {
    this.#onEvent = listener;
  }

  /** Why nobody could go live or watch through this gateway now; empty when they could. */
  whyNotReady(): string[] {
    return this.#workers > 0 ? [] : ['sfu: no media worker'];
  }

  isLive(room: RoomId): boolean {
    return this.#lives.has(room);
  }

  state(room: RoomId, identity: string): StageState {
    return {
      live: this.isLive(room),
      liveStartedAt: this.#lives.get(room)?.startedAt ?? null,
      routerRtpCapabilities: this.#node.routerRtpCapabilities as StageState['routerRtpCapabilities'],
      iceServers: createIceServers(this.#turn, identity, this.#clock.now()),
    };
  }

  async watch(
    caller: StageCaller,
    input: { rtpCapabilities: RtpCapabilities; viewport?: Viewport; dtlsParameters?: DtlsParameters },
  ): Promise<WatchAnswer> {
    const session = this.#open(caller, 'watch');
    const { until } = caller.access;
    const grant = {
      room: caller.room,
      identity: caller.identity,
      publish: false,
      subscribe: caller.access.state === 'granted',
      ...(until ? { until: Date.parse(until) } : {}),
    };
    try {
      const { transport, consumers } = await this.#node.watch({ session, grant, ...input });
      this.#assertStillOpen(session);
      return {
        session,
        transport: transport as WatchAnswer['transport'],
        consumers: consumers as WatchAnswer['consumers'],
        connected: input.dtlsParameters !== undefined,
      };
    } catch (error) {
      throw this.#abandon(session, error);
    }
  }

  /** Opens the publisher's session; an earlier one of the room, in another tab or before a reload, is replaced. */
  async publish(caller: StageCaller, input: { dtlsParameters?: DtlsParameters }): Promise<PublishAnswer> {
    if (!caller.publish || caller.access.state !== 'granted') throw new AppError('publish_not_allowed');
    const session = this.#open(caller, 'publish');
    const grant = { room: caller.room, identity: caller.identity, publish: true, subscribe: false };
    try {
      const { transport } = await this.#node.publish({ session, grant, ...input });
      this.#assertStillOpen(session);
      return {
        session,
        transport: transport as PublishAnswer['transport'],
        connected: input.dtlsParameters !== undefined,
      };
    } catch (error) {
      throw this.#abandon(session, error);
    }
  }

  async connect(caller: StageCaller, session: SessionId, dtlsParameters: DtlsParameters): Promise<void> {
    this.#own(caller, session);
    await this.#call(this.#node.connect({ session, dtlsParameters }));
  }

  async restartIce(caller: StageCaller, session: SessionId) {
    this.#own(caller, session);
    return this.#call(this.#node.restartIce({ session }));
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
    const entry = this.#own(caller, input.session);
    if (entry.direction !== 'publish') throw new AppError('publish_not_allowed');
    const answer = await this.#call(this.#node.produce(input));
    await this.#startLive(caller.room);
    return answer;
  }

  async unproduce(caller: StageCaller, input: { session: SessionId; producerId: string }): Promise<void> {
    this.#own(caller, input.session);
    await this.#call(this.#node.unproduce(input));
  }

  async setMuted(
    caller: StageCaller,
    input: { session: SessionId; producerId: string; muted: boolean },
  ): Promise<void> {
    this.#own(caller, input.session);
    await this.#call(this.#node.setMuted(input));
  }

  async setViewport(caller: StageCaller, input: { session: SessionId; viewport: Viewport }): Promise<void> {
    this.#own(caller, input.session);
    await this.#call(this.#node.setViewport(input));
  }

  /** A participant's next socket takes over a session of theirs that went on without one. */
  async resume(caller: StageCaller, session: SessionId): Promise<void> {
    const entry = this.#sessions.get(session);
    if (!entry || entry.room !== caller.room || entry.identity !== caller.identity)
      throw new AppError('session_not_found');
    const { lost } = await this.#call(this.#node.renew({ sessions: [session] }));
    if (lost.includes(session)) {
      this.#forget(session);
      throw new AppError('session_not_found');
    }
    this.#sessions.adopt(session, caller.socket);
  }

  async leave(caller: StageCaller, session: SessionId): Promise<void> {
    this.#own(caller, session);
    await this.#close(session, 'closed');
  }

  /** Counters of what flows from the room's publisher to one person's media sessions; undefined while one side has none. */
  async countMedia(room: RoomId, identity: string): Promise<StageTraffic | undefined> {
    const entries = [...this.#sessions.all()].filter((entry) => entry.room === room);
    const publishers = entries.filter(({ direction }) => direction === 'publish').map(({ session }) => session);
    const viewers = entries
      .filter((entry) => entry.direction === 'watch' && entry.identity === identity)
      .map(({ session }) => session);
    if (publishers.length === 0 || viewers.length === 0) return undefined;
    const counted = await this.#call(this.#node.traffic({ sessions: [...publishers, ...viewers] }));
    const of = (sessions: string[]) => counted.filter(({ session }) => sessions.includes(session));
    const sum = (traffic: SessionTraffic[], key: 'videoReceivedBytes' | 'videoSentBytes' | 'receivedBytes') =>
      traffic.reduce((total, each) => total + each[key], 0);
    return {
      key: counted.map(({ session }) => session).join(),
      creatorVideoBytes: sum(of(publishers), 'videoReceivedBytes'),
      fanVideoBytes: sum(of(viewers), 'videoSentBytes'),
      fanAnswerBytes: sum(of(viewers), 'receivedBytes'),
    };
  }

  /** Lets somebody's running media sessions last longer, as their access does. */
  async extendWatching(room: RoomId, identity: string, untilMs: number): Promise<void> {
    const own = [...this.#sessions.all()].filter(
      (entry) => entry.room === room && entry.identity === identity && entry.direction === 'watch',
    );
    await Promise.all(
      own.map(({ session }) =>
        // One that has just ended, or is still being opened, has its time from the decision about access.
        this.#node.updateGrant({ session, until: untilMs }).catch((error) => {
          if (!(error instanceof SfuError) || error.code !== 'session_not_found') throw toAppError(error);
        }),
      ),
    );
  }

  /** The creator's own end of the live: at once, without grace. */
  async endLive(room: RoomId): Promise<void> {
    await this.#closeWhere((entry) => entry.room === room && entry.direction === 'publish', 'closed');
    await this.#finishLive(room);
  }

  /** Access is gone: every session of the participant in the room ends now, on whatever node it is. */
  async closeParticipant(room: RoomId, identity: string): Promise<void> {
    await this.#closeWhere((entry) => entry.room === room && entry.identity === identity, 'closed');
  }

  async closeRoom(room: RoomId): Promise<void> {
    await this.#closeWhere((entry) => entry.room === room, 'room_closed');
    await this.#call(this.#node.closeRoom({ room }));
    await this.#finishLive(room);
  }

  /** What the media plane carries at the moment, by its own count. */
  async stats(): Promise<SfuStats> {
    return this.#call(this.#node.stats());
  }

  /** How many people with access are connected: keeps a first picture flowing for whoever is about to watch. */
  setAudience(room: RoomId, people: number): void {
    this.#node
      .setAudience({ room, people })
      .catch((error) => this.#log.warn({ err: error, room }, 'audience not told'));
  }

  /** A socket is gone. After a clean goodbye its sessions end now; otherwise they wait to be resumed. */
  handleSocketGone(socket: string, clean: boolean): void {
    for (const entry of this.#sessions.ofSocket(socket)) {
      if (clean) void this.#close(entry.session, 'closed');
      else this.#sessions.orphan(entry.session, this.#clock.now() + ADOPTION_MS);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#renewTimer);
    this.#unsubscribe();
    for (const live of this.#lives.values()) clearTimeout(live.graceTimer);
    this.#lives.clear();
    await this.#node.close();
  }

  #open(caller: StageCaller, direction: SessionEntry['direction']): SessionId {
    if (caller.access.state !== 'granted') throw new AppError('access_required');
    const session = createId('session');
    this.#sessions.add({ session, room: caller.room, identity: caller.identity, direction, socket: caller.socket });
    this.#countSessions();
    return session;
  }

  /** Access may have been revoked while the node was working: then the session that came of it must not live. */
  #assertStillOpen(session: SessionId): void {
    if (this.#sessions.get(session)) return;
    this.#node.closeSession({ session }).catch(() => {});
    throw new AppError('access_required');
  }

  #abandon(session: SessionId, error: unknown): unknown {
    this.#forget(session);
    return toAppError(error);
  }

  #own(caller: StageCaller, session: SessionId): SessionEntry {
    const entry = this.#sessions.get(session);
    if (!entry || entry.socket !== caller.socket) throw new AppError('session_not_found');
    return entry;
  }

  async #close(session: SessionId, reason: SessionCloseReason): Promise<void> {
    const entry = this.#sessions.get(session);
    this.#forget(session);
    await this.#call(this.#node.closeSession({ session, reason })).catch((error) => {
      // Gone already is what was wanted.
      if (!(error instanceof AppError) || error.code !== 'session_not_found') throw error;
    });
    if (entry?.direction === 'publish') this.#handlePublisherGone(entry.room);
  }

  async #closeWhere(matches: (entry: SessionEntry) => boolean, reason: SessionCloseReason): Promise<void> {
    await Promise.all([...this.#sessions.all()].filter(matches).map((entry) => this.#close(entry.session, reason)));
  }

  #forget(session: SessionId): void {
    this.#sessions.remove(session);
    this.#countSessions();
  }

  #countSessions(): void {
    for (const direction of ['publish', 'watch'] as const) {
      this.#metrics.mediaSessions.set({ direction }, this.#sessions.count(direction));
    }
  }

  async #call<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (error) {
      throw toAppError(error);
    }
  }

  async #startLive(room: RoomId): Promise<void> {
    const live = this.#lives.get(room);
    if (live) {
      clearTimeout(live.graceTimer);
      delete live.graceTimer;
      return;
    }
    // Camera and microphone arrive at the same time; the live starts once.
    const starting =
      this.#starting.get(room) ??
      (async () => {
        const started = await this.#rooms.startLive(await this.#rooms.getRoom(room));
        this.#lives.set(room, { startedAt: started.liveStartedAt ?? new Date(this.#clock.now()).toISOString() });
        this.#metrics.livesRunning.set(this.#lives.size);
      })().finally(() => this.#starting.delete(room));
    this.#starting.set(room, starting);
    await starting;
  }

  async #finishLive(room: RoomId): Promise<void> {
    const live = this.#lives.get(room);
    if (!live) return;
    clearTimeout(live.graceTimer);
    this.#lives.delete(room);
    this.#metrics.livesRunning.set(this.#lives.size);
    await this.#rooms.endLive(room);
  }

  #handlePublisherGone(room: RoomId): void {
    const live = this.#lives.get(room);
    if (!live || live.graceTimer) return;
    const publishing = [...this.#sessions.all()].some((entry) => entry.room === room && entry.direction === 'publish');
    if (publishing) return;
    live.graceTimer = setTimeout(() => {
      this.#finishLive(room).catch((error) => this.#log.error({ err: error, room }, 'live not ended'));
    }, PUBLISHER_GRACE_MS);
  }

  #handleSfuEvent(event: SfuEvent): void {
    const entry = this.#sessions.get(event.session as SessionId);
    if (!entry) return;
    if (event.type === 'sessionClosed') {
      this.#forget(entry.session);
      if (entry.direction === 'publish') this.#handlePublisherGone(entry.room);
    }
    if (entry.socket) this.#onEvent({ socket: entry.socket, event });
  }

  async #lookAfterNode(): Promise<void> {
    try {
      this.#workers = (await this.#node.stats()).workers;
      await this.#renewLeases();
    } catch (error) {
      this.#workers = 0;
      this.#log.warn({ err: error }, 'the SFU node does not answer');
    }
  }

  /** Keeps alive what has a socket, or had one a moment ago; what nobody came back for is closed. */
  async #renewLeases(): Promise<void> {
    const now = this.#clock.now();
    const kept: SessionId[] = [];
    for (const entry of this.#sessions.all()) {
      if (entry.socket === undefined && entry.orphanedUntilMs <= now) {
        this.#close(entry.session, 'lease_expired').catch((error) =>
          this.#log.warn({ err: error }, 'session not closed'),
        );
      } else kept.push(entry.session);
    }
    if (kept.length === 0) return;
    const { lost } = await this.#node.renew({ sessions: kept });
    for (const session of lost) {
      const entry = this.#sessions.get(session as SessionId);
      if (!entry) continue;
      this.#handleSfuEvent({ type: 'sessionClosed', room: entry.room, session, reason: 'lease_expired' });
    }
  }
}

const CODE_OF_SFU_CODE: Record<SfuErrorCode, ErrorCode> = {
  session_not_found: 'session_not_found',
  session_exists: 'internal',
  not_entitled: 'access_required',
  publish_not_allowed: 'publish_not_allowed',
  producer_not_found: 'producer_not_found',
  invalid_media_parameters: 'invalid_media_parameters',
  cannot_consume: 'cannot_consume',
  node_unavailable: 'stage_unavailable',
  node_full: 'stage_full',
};

function toAppError(error: unknown): unknown {
  return error instanceof SfuError ? new AppError(CODE_OF_SFU_CODE[error.code], undefined, { cause: error }) : error;
}
