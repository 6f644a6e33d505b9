/**
 * Watches the stage over one media session. It joins, handles added and removed tracks, resumes the session after a
 * reconnect, rejoins when the session has ended, and moves to another session without a cut when the server asks for
 * it. It does not know how tracks are shown.
 */
import type { SessionId } from '../../../../server/protocol/ids.ts';
import type { EventData } from '../../../../server/protocol/realtime.ts';
import type { ConsumerOptions, GrantedSession, Viewport } from '../../../../server/protocol/stage.ts';
import { backoffMs, delay } from '../../backoff.ts';
import type { Connection } from '../../connection/connection.ts';
import { LogeError, toLogeError } from '../../errors.ts';
import type { StagePause, StageTrack } from '../../events.ts';
import { STAGE } from '../../limits.ts';
import type { Log } from '../../log.ts';
import type { MediaEngine } from '../../media/media-engine.ts';
import { leaveSession, MediaTransport } from '../../media/media-transport.ts';
import { SpareKeeper } from '../spare-keeper.ts';
import { AheadSession } from './ahead-session.ts';
import { type EarlyEvent, EarlyEvents } from './early-events.ts';
import { PausedPlayback } from './paused-playback.ts';
import { SessionMove } from './session-move.ts';
import { type AskToWatch, describeViewer, WAIT_AFTER } from './watch-request.ts';
import { WatchedSession } from './watched-session.ts';

export interface SubscriberHandlers {
  onTrackAdded(track: StageTrack): void;
  /** `rejoining`: a replacement follows, keep showing the last picture. */
  onTrackRemoved(track: StageTrack, rejoining: boolean): void;
  onTrackMuted(track: StageTrack): void;
  onPauseChanged(pause: StagePause | null): void;
  onSoundOnly(): void;
  onError(error: LogeError): void;
  viewport(): Viewport | undefined;
}

interface SubscriberDependencies {
  connection: Pick<Connection, 'request' | 'state'>;
  engine: MediaEngine;
  log: Log;
  handlers: SubscriberHandlers;
}

type State =
  | { kind: 'off' }
  /** Waits until the live starts, access is granted, or the socket is back. */
  | { kind: 'waiting' }
  | { kind: 'joining'; run: AbortController }
  | { kind: 'watching'; watched: WatchedSession; joinedAt: number };

interface OpenOptions {
  signal: AbortSignal;
  /** Called before the events that arrived ahead of the answer are handled. */
  place(watched: WatchedSession): void;
  spareOf?: SessionId;
  /** Default: `stage:watch` over the socket. */
  ask?: AskToWatch;
  requestSignal?: AbortSignal;
}

const STABLE_AFTER_MS = 5_000;

export class Subscriber {
  readonly #connection: SubscriberDependencies['connection'];
  readonly #engine: MediaEngine;
  readonly #log: Log;
  readonly #handlers: SubscriberHandlers;
  readonly #playback: PausedPlayback;
  #stateNow: State = { kind: 'off' };
  #reportedSoundOnly = false;
  readonly #move: SessionMove;
  readonly #ahead: AheadSession;
  readonly #spares: SpareKeeper<WatchedSession>;
  readonly #early = new EarlyEvents();
  #failures = 0;

  constructor(dependencies: SubscriberDependencies) {
    this.#connection = dependencies.connection;
    this.#engine = dependencies.engine;
    this.#log = dependencies.log;
    this.#handlers = dependencies.handlers;
    this.#playback = new PausedPlayback({
      ...dependencies,
      onChange: (pause) => dependencies.handlers.onPauseChanged(pause),
    });
    this.#move = new SessionMove({
      open: (options) => this.#openSession(options),
      canShow: () => this.#state.kind === 'watching',
      show: (watched) => this.#showMoved(watched),
      log: dependencies.log,
    });
    this.#ahead = new AheadSession(dependencies);
    this.#spares = new SpareKeeper({
      ...dependencies,
      open: (options) => this.#openSession(options),
      isLineDead: () => this.#state.kind === 'watching' && this.#state.watched.isLineDead,
    });
  }

  get isStarted(): boolean {
    return this.#state.kind !== 'off';
  }

  get session(): SessionId | null {
    return this.#state.kind === 'watching' ? this.#state.watched.media.session : null;
  }

  get tracks(): readonly StageTrack[] {
    return this.#state.kind === 'watching' ? this.#state.watched.tracks : [];
  }

  get pause(): StagePause | null {
    return this.#playback.pause;
  }

  get #state(): State {
    return this.#stateNow;
  }

  set #state(state: State) {
    this.#stateNow = state;
    this.#reportSoundOnly();
  }

  /** Whether the line carries no picture at the moment. */
  get isSoundOnly(): boolean {
    return this.#state.kind === 'watching' && this.#state.watched.isSoundOnly;
  }

  /** Statistics of the transport (W3C webrtc-stats); null while nothing is watched. */
  async getStats(): Promise<RTCStatsReport | null> {
    return this.#state.kind === 'watching' ? this.#state.watched.media.transport.getStats() : null;
  }

  /**
   * Opens a session while the socket is still being opened. Its tracks are shown by `start()`, once the server has
   * welcomed the socket, which then takes the session over.
   */
  openAhead(ask: AskToWatch): void {
    this.#ahead.open((options) => this.#openSession({ ...options, ask }));
  }

  /** The user is about to buy access: opens a transport, which gets its tracks with the access. */
  prepare(ask: AskToWatch): void {
    if (this.isStarted) return;
    this.#ahead.prepare((options) => this.#openSession({ ...options, ask }));
  }

  /** A session came with the access: a new one, or the prepared one with its tracks. */
  async handleGranted({ transport, connected = false, ...granted }: GrantedSession): Promise<void> {
    const { session, consumers } = granted;
    if (transport) this.openAhead(async () => ({ transport, connected, ...granted }));
    else if (!(await this.#ahead.admit(session, consumers))) this.#leave(session);
  }

  /** Starts watching, if not started yet. */
  start(): void {
    if (this.#state.kind === 'off' || this.#state.kind === 'waiting') void this.#join();
  }

  /** Closes everything at once. `leave` also ends the session on the server, which does so itself when access ends. */
  stop(options: { leave: boolean }): void {
    const session = this.session;
    this.#close(false);
    this.#state = { kind: 'off' };
    this.#failures = 0;
    if (options.leave && session) this.#leave(session);
  }

  /** The socket is back: resumes the session, or opens a new one. */
  async handleReconnected(): Promise<void> {
    if (this.#state.kind !== 'watching') return this.start();
    const { watched } = this.#state;
    const { media } = watched;
    // The move was requested over the lost socket; the server requests it again if needed.
    this.#move.abandon();
    try {
      const answer = await media.resume();
      const { consumers, paused, spare } = answer;
      if (!this.#isCurrent(watched)) return;
      media.handleReconnected(answer);
      watched.handleReconnected();
      this.#catchUp(watched, consumers);
      if (paused) void this.#playback.play(media);
      const kept = this.#spares.confirm(media.session, spare?.session);
      if (kept && spare) {
        kept.media.handleReconnected();
        this.#catchUp(kept, spare.consumers);
      }
      this.#sendCurrentViewport();
    } catch (error) {
      const { code } = toLogeError(error, 'internal');
      // The connection broke again; the next welcome retries.
      if (code !== 'connection_failed' && this.#isCurrent(watched)) this.#abandon(`resume refused: ${code}`);
    }
  }

  sendViewport(viewport: Viewport): void {
    const { session } = this;
    if (!session || this.#connection.state !== 'connected') return;
    this.#connection.request('stage:viewport', { session, viewport }).catch((error) => {
      this.#log('debug', 'viewport update failed', { code: toLogeError(error, 'internal').code });
    });
  }

  handleConsumersAdded({ session, consumers }: EventData<'stage:consumersAdded'>): void {
    this.#forSession(session, (watched) => void watched.consume(consumers));
  }

  handleConsumersRemoved({ session, consumerIds, lost = false }: EventData<'stage:consumersRemoved'>): void {
    this.#forSession(session, (watched) => {
      for (const id of consumerIds) {
        const track = watched.remove(id);
        if (track && this.#isCurrent(watched)) this.#handlers.onTrackRemoved(track, lost);
      }
    });
  }

  handleTrackMuted({ session, consumerId, muted }: EventData<'stage:trackMuted'>): void {
    this.#forSession(session, (watched) => {
      const track = watched.setMuted(consumerId, muted);
      if (track && this.#isCurrent(watched)) this.#handlers.onTrackMuted(track);
    });
  }

  handleTransportState({ session, state }: EventData<'stage:transportState'>): void {
    this.#forSession(session, ({ media }) => media.handleServerState(state));
  }

  handlePaused({ session }: EventData<'stage:paused'>): void {
    this.#forSession(session, ({ media }) => void this.#playback.play(media));
  }

  /** Our worker died, and the server has put our spare in its place: shows the spare from now on. */
  handleTakenOver({ session, by }: EventData<'stage:takenOver'>): void {
    if (this.session !== session || this.#state.kind !== 'watching') return;
    const spare = this.#spares.take(by);
    if (!spare) {
      this.#leave(by as SessionId);
      this.#rejoin('unknown spare took over');
      return;
    }
    this.#move.abandon();
    this.#replace(this.#state.watched, spare, true);
    this.#log('info', 'spare session took over', { session: by });
  }

  handleSessionClosed({ session, reason }: EventData<'stage:sessionClosed'>): void {
    this.#forSession(session, (watched) => {
      if (this.#isCurrent(watched)) {
        if (this.#move.watched) this.#move.complete();
        else this.#rejoin(reason);
      } else if (this.#move.watched === watched) this.#move.abandon();
      else this.#spares.handleClosed(session);
    });
  }

  /** Our node is draining: opens a second session, which replaces ours once it has a picture. */
  handleMoveWanted({ session }: EventData<'stage:moveWanted'>): void {
    if (this.session !== null && this.session === session) this.#move.begin(this.session);
  }

  /** Events may arrive before the answer that names their session has been handled; they are buffered. */
  #forSession(session: string, handle: (watched: WatchedSession) => void): void {
    const inUse = this.#state.kind === 'watching' ? this.#state.watched : null;
    const known = [inUse, this.#move.watched, this.#spares.spare, this.#spares.next];
    const watched = known.find((each) => each?.media.session === session);
    if (watched) handle(watched);
    else this.#early.keep({ session, handle: () => this.#forSession(session, handle) });
  }

  #showMoved(watched: WatchedSession): void {
    if (this.#state.kind !== 'watching') return;
    const before = this.#state.watched;
    this.#replace(before, watched, false);
    before.media.leave();
  }

  /** Shows another session. `lost`: keeps the last picture of the old session until the new one has a picture. */
  #replace(before: WatchedSession, watched: WatchedSession, lost: boolean): void {
    this.#state = { kind: 'watching', watched, joinedAt: Date.now() };
    this.#failures = 0;
    const removed = before.close();
    const reportRemoved = (): void => {
      for (const track of removed) this.#handlers.onTrackRemoved(track, lost);
    };
    // A working picture is removed after the new one was added. A lost one is reported first, as a picture to keep.
    if (lost) reportRemoved();
    for (const track of watched.tracks) this.#handlers.onTrackAdded(track);
    if (!lost) reportRemoved();
    // Viewport changes during the move were sent for the old session.
    this.#sendCurrentViewport();
    this.#spares.keep(watched.media.session);
  }

  async #join(): Promise<void> {
    const run = new AbortController();
    this.#state = { kind: 'joining', run };
    let isReported = false;
    while (!run.signal.aborted) {
      await delay(backoffMs(STAGE.rejoinBackoffMs, this.#failures, 0.3), run.signal);
      if (run.signal.aborted) return;
      try {
        await this.#joinOnce(run.signal);
        return;
      } catch (error) {
        if (run.signal.aborted) return;
        const failure = toLogeError(error, 'stage_unavailable');
        this.#log('info', 'watch failed', { code: failure.code, reason: failure.message, failures: this.#failures });
        this.#failures += 1;
        const waits = WAIT_AFTER.has(failure.code);
        // Keep retrying at the session limit: another page of the same person may close at any time.
        const isOver = waits || !(failure.retryable || failure.code === 'too_many_media_sessions');
        if (isOver) this.#state = { kind: 'waiting' };
        if (!waits && !failure.retryable && !isReported) this.#handlers.onError(failure);
        isReported ||= !failure.retryable;
        if (isOver) return;
      }
    }
  }

  async #joinOnce(signal: AbortSignal): Promise<void> {
    const place = (watched: WatchedSession): void => {
      this.#state = { kind: 'watching', watched, joinedAt: Date.now() };
      this.#spares.keep(watched.media.session);
    };
    const ahead = await this.#ahead.take();
    if (signal.aborted) return ahead?.media.close();
    if (!ahead) return this.#openSession({ signal, place });
    place(ahead);
    for (const track of ahead.tracks) this.#handlers.onTrackAdded(track);
    await this.handleReconnected();
  }

  async #openSession(options: OpenOptions): Promise<void> {
    await this.#early.during((early) => this.#open(options, early));
  }

  async #open(options: OpenOptions, early: readonly EarlyEvent[]): Promise<void> {
    const { signal, place, spareOf, ask } = options;
    const input = await describeViewer(this.#engine, this.#handlers.viewport);
    const viewer = { ...input, ...(spareOf ? { spareOf } : {}) };
    const answer = await (ask ? ask(viewer, options.requestSignal) : this.#connection.request('stage:watch', viewer));
    const leave = (): void => (ask ? this.#ahead.giveBack(answer.session) : this.#leave(answer.session));
    if (signal.aborted) return leave();
    const media: MediaTransport = await MediaTransport.create({
      direction: 'recv',
      answer,
      engine: this.#engine,
      connection: this.#connection,
      log: this.#log,
      onBroken: () => {
        if (this.#isCurrent(watched)) this.#abandon('media transport lost');
        else if (this.#move.watched === watched) this.#move.abandon();
        else if (this.#spares.spare === watched) this.#spares.handleBroken();
      },
      onBack: () => watched.handleBack(),
      onUnreachable: () => {
        if (this.#isCurrent(watched)) this.#handlers.onError(new LogeError('media_unreachable'));
      },
    });
    if (signal.aborted) {
      media.close();
      return leave();
    }
    const watched: WatchedSession = new WatchedSession({
      media,
      log: this.#log,
      handlers: {
        // Tracks of a session that is not shown yet are reported when it replaces the shown one.
        onTrackAdded: (track) => {
          if (this.#isCurrent(watched)) this.#handlers.onTrackAdded(track);
        },
        isShown: () => this.#isCurrent(watched),
        onSoundOnly: () => this.#reportSoundOnly(),
        onError: (error) => {
          if (this.#isCurrent(watched)) this.#handlers.onError(error);
        },
      },
    });
    place(watched);
    const isWaiting = answer.consumers.length === 0 && spareOf === undefined;
    const consumed = isWaiting ? watched.connectWithoutTracks(this.#engine) : watched.consume(answer.consumers);
    // Buffered events refer to the tracks of the answer, so handle them after consume().
    for (const event of early) if (event.session === answer.session) event.handle();
    if (this.#isCurrent(watched)) this.#sendCurrentViewport(input.viewport);
    await consumed;
  }

  /** Another session begins with the picture. */
  #reportSoundOnly(): void {
    if (this.isSoundOnly === this.#reportedSoundOnly) return;
    this.#reportedSoundOnly = this.isSoundOnly;
    this.#handlers.onSoundOnly();
  }

  /** Applies what happened to the tracks while the socket was lost. */
  #catchUp(watched: WatchedSession, consumers: readonly ConsumerOptions[]): void {
    const isShown = this.#isCurrent(watched);
    watched.catchUp(consumers, {
      onRemoved: (track, isReplaced) => isShown && this.#handlers.onTrackRemoved(track, isReplaced),
      onMuted: (track) => isShown && this.#handlers.onTrackMuted(track),
    });
  }

  /** Sends the viewport, unless `stage:watch` has already sent the same one. */
  #sendCurrentViewport(sent?: Viewport): void {
    const viewport = this.#handlers.viewport();
    if (viewport && (viewport.width !== sent?.width || viewport.height !== sent.height)) this.sendViewport(viewport);
  }

  /** Leaves a session that the server may still have, and rejoins. */
  #abandon(reason: string): void {
    if (this.session) this.#leave(this.session);
    this.#rejoin(reason);
  }

  #rejoin(reason: string): void {
    if (this.#state.kind === 'watching' && Date.now() - this.#state.joinedAt > STABLE_AFTER_MS) this.#failures = 0;
    else this.#failures += 1;
    this.#log('info', 'media session ended, rejoining', { reason, failures: this.#failures });
    this.#close(true);
    // A listener of the removed tracks may have stopped watching.
    if (!this.isStarted) return;
    this.#state = { kind: 'waiting' };
    if (this.#connection.state === 'connected') this.start();
  }

  #close(rejoining: boolean): void {
    this.#move.abandon();
    this.#ahead.drop();
    this.#spares.drop();
    if (this.#state.kind === 'joining') this.#state.run.abort();
    if (this.#state.kind !== 'watching') return;
    const { watched } = this.#state;
    // Change the state first, so that listeners read the current `session` and `tracks`.
    this.#state = { kind: 'waiting' };
    for (const track of watched.close()) this.#handlers.onTrackRemoved(track, rejoining);
  }

  #isCurrent(watched: WatchedSession): boolean {
    return this.#state.kind === 'watching' && this.#state.watched === watched;
  }

  #leave(session: SessionId): void {
    leaveSession(session, { connection: this.#connection, log: this.#log });
  }
}
