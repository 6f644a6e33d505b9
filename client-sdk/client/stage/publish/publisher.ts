/**
 * Publishes local tracks. It keeps the tracks that should be sent separately from the media session that sends them, so
 * that it can restore the live on a new session after the loss of a worker or node. It does not know where tracks come
 * from.
 */
import type { SessionId } from '../../../../server/protocol/ids.ts';
import * as LIMITS from '../../../../server/protocol/limits.ts';
import type { EventData, RequestAnswer } from '../../../../server/protocol/realtime.ts';
import type { TrackSource } from '../../../../server/protocol/stage.ts';
import { backoffMs, delay } from '../../backoff.ts';
import type { Connection } from '../../connection/connection.ts';
import { LogeError, type LogeErrorCode, toLogeError } from '../../errors.ts';
import type { LocalLiveEndReason } from '../../events.ts';
import { STAGE } from '../../limits.ts';
import type { Log } from '../../log.ts';
import type { MediaEngine } from '../../media/media-engine.ts';
import { createKey } from '../../random-key.ts';
import { SpareKeeper } from '../spare-keeper.ts';
import type { LayerControl } from './layer-control.ts';
import { PreparedSession } from './prepared-session.ts';
import type { OutgoingTrack, SentTracks } from './sent-tracks.ts';

export interface PublisherHandlers {
  /** The live has ended without a call of `close()`. */
  onEnded(reason: LocalLiveEndReason, error: LogeError | null): void;
  onLayers(source: TrackSource, maxSpatialLayer: number): void;
}

interface PublisherDependencies {
  connection: Pick<Connection, 'request' | 'requestReliably' | 'state'>;
  engine: MediaEngine;
  log: Log;
  handlers: PublisherHandlers;
}

type State =
  | { kind: 'off' }
  /** While `publish()` runs; a loss rejects it. */
  | { kind: 'starting'; sent: SentTracks | null }
  | { kind: 'live'; sent: SentTracks }
  /** Without a session; `waiting` until the socket is connected. */
  | { kind: 'restoring'; waiting: boolean };

/** The server's reasons for closing a session that end the live; after other reasons the live is restored. */
const END_REASONS: Record<string, LocalLiveEndReason> = {
  replaced: 'replaced',
  closed: 'ended',
  room_closed: 'room_ended',
  grant_expired: 'access',
};

/** Errors of `stage:resume`, and of `stage:publish` that restores, which end the live. */
const END_CODES: Partial<Record<LogeErrorCode, LocalLiveEndReason>> = {
  live_replaced: 'replaced',
  live_over: 'ended',
  live_interrupted: 'interrupted',
};

export class Publisher {
  readonly #connection: PublisherDependencies['connection'];
  readonly #engine: MediaEngine;
  readonly #log: Log;
  readonly #handlers: PublisherHandlers;
  readonly #tracks = new Map<TrackSource, OutgoingTrack>();
  #isMoving = false;
  /** The old session after a move, which keeps sending to its remaining viewers for a while. */
  #retiring: SentTracks | null = null;
  #retiringTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #spares: SpareKeeper<SentTracks>;
  readonly #prepared: PreparedSession;
  /** Layers requested for producers whose id is not known yet, by producer id. */
  readonly #earlyLayers = new Map<string, number>();
  #state: State = { kind: 'off' };
  /** Cancels the running `publish()`, restore or move. */
  #run = new AbortController();
  /** Key of this `publish()`: the server lets only its owner restore the live. */
  #publication = '';
  /** Sessions in a row that the server has closed because they never connected. */
  #unseen = 0;
  /** Runs while the socket is disconnected; ends the live when the server stops waiting for it. */
  #graceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(dependencies: PublisherDependencies) {
    this.#connection = dependencies.connection;
    this.#engine = dependencies.engine;
    this.#log = dependencies.log;
    this.#handlers = dependencies.handlers;
    this.#spares = new SpareKeeper({
      ...dependencies,
      open: async ({ spareOf, signal, place }) => {
        const spare = await this.#openSession({ spareOf });
        place(spare);
        await this.#fill(spare, signal);
      },
    });
    this.#prepared = new PreparedSession({
      open: () => this.#openSession({ isPrepared: true }),
      fill: (sent) => this.#fill(sent),
      log: dependencies.log,
    });
  }

  get isLive(): boolean {
    return this.#state.kind === 'live' || this.#state.kind === 'restoring';
  }

  get session(): SessionId | null {
    return this.#sent?.media.session ?? null;
  }

  get isFlowing(): boolean {
    return this.#sent?.media.transport.connectionState === 'connected';
  }

  async getStats(): Promise<RTCStatsReport | null> {
    return this.#sent?.media.transport.getStats() ?? null;
  }

  /** The session in use. */
  get #sent(): SentTracks | null {
    return 'sent' in this.#state ? this.#state.sent : null;
  }

  /** Starts a live with these tracks; resolves when the server has all of them. */
  async publish(tracks: readonly OutgoingTrack[]): Promise<void> {
    if (this.#state.kind !== 'off') throw new LogeError('publish_in_progress');
    const run = this.#begin();
    this.#state = { kind: 'starting', sent: null };
    this.#publication = createKey();
    this.#unseen = 0;
    this.#want(tracks);
    try {
      const prepared = await this.#prepared.take(this.#publication, run);
      if (!prepared) run.throwIfAborted();
      const sent = prepared ?? (await this.#openSession());
      if (run.aborted) sent.leave();
      else await this.#start(sent);
    } catch (error) {
      if (!run.aborted) this.#close(toLogeError(error, 'stage_unavailable'), true);
    }
    // The reason tells who cancelled it.
    if (run.aborted) throw run.reason;
  }

  /** Connects for `publish()` with these tracks, so that it starts at once; nothing is sent before. */
  prepare(tracks: readonly OutgoingTrack[]): void {
    if (this.#state.kind !== 'off') return;
    this.#want(tracks);
    this.#prepared.prepare();
  }

  /** Ends what `prepare()` has opened. */
  dropPrepared(): void {
    this.#prepared.drop();
  }

  /** Stops sending, without a request. Returns the publication, if one was on or starting. */
  close(): string | undefined {
    const wasOn = this.#state.kind !== 'off';
    this.dropPrepared();
    this.#close();
    return wasOn ? this.#publication : undefined;
  }

  /** Adds a track, or replaces the one of its source. */
  async put(outgoing: OutgoingTrack): Promise<void> {
    if (this.#state.kind === 'off') return;
    this.#tracks.set(outgoing.source, outgoing);
    this.#spares.renew();
    const sent = this.#sent;
    try {
      await this.#sync();
    } catch (error) {
      const { code } = toLogeError(error, 'internal');
      // The server may have the track under an id that we do not know: open a new session to be sure.
      if (
        (code === 'connection_failed' || code === 'timeout') &&
        this.#state.kind === 'live' &&
        this.#state.sent === sent
      )
        void this.#restore('result of a track change unknown');
      throw error;
    }
  }

  async remove(source: TrackSource): Promise<void> {
    this.#tracks.delete(source);
    this.#spares.renew();
    await this.#sync();
  }

  async setMuted(source: TrackSource, muted: boolean): Promise<void> {
    const outgoing = this.#tracks.get(source);
    if (!outgoing) return;
    this.#tracks.set(source, { ...outgoing, muted });
    await this.#sync();
  }

  /** The socket was lost: media continues during the server's grace period, then the live is interrupted. */
  handleConnectionLost(): void {
    clearTimeout(this.#graceTimer);
    this.dropPrepared();
    if (this.#state.kind === 'starting') this.#close(new LogeError('connection_failed'));
    if (this.isLive) this.#graceTimer = setTimeout(() => this.#finish('interrupted'), LIMITS.sessionGraceMs);
  }

  /** The socket is back after `downMs`: resumes the session, or restores the live if it is still ours. */
  async handleReconnected(downMs: number): Promise<void> {
    clearTimeout(this.#graceTimer);
    // Timers do not run while a computer is suspended.
    if (this.isLive && downMs >= LIMITS.sessionGraceMs) return this.#finish('interrupted');
    if (this.#state.kind === 'restoring' && this.#state.waiting) {
      await this.#restore('reconnected');
      return;
    }
    if (this.#state.kind !== 'live') return;
    const { sent } = this.#state;
    const resumed = await this.#resumeOrEnd(sent);
    if (!resumed) return;
    sent.media.handleReconnected(resumed);
    this.#syncInBackground();
    this.#spares.confirm(sent.media.session, resumed.spare?.session)?.media.handleReconnected();
  }

  handleLayersWanted({ session, producerId, maxSpatialLayer }: EventData<'stage:layersWanted'>): void {
    const layers = this.#findLayers(producerId);
    if (layers) {
      layers.want(maxSpatialLayer);
      return;
    }
    if (this.#state.kind === 'live' && !this.#isMoving && this.session !== session) return;
    if (this.#state.kind !== 'off' && this.#earlyLayers.size < STAGE.earlyEvents)
      this.#earlyLayers.set(producerId, maxSpatialLayer);
  }

  /**
   * Chromium ignores RTCP key frame requests that follow shortly after another; through its sender it encodes one at
   * once.
   */
  handleKeyFrameWanted({ session, producerId }: EventData<'stage:keyFrameWanted'>): void {
    if (this.#state.kind !== 'live' || (this.session !== session && !this.#retiring)) return;
    this.#findLayers(producerId)?.requestKeyFrame();
  }

  handleUplinkNarrow({ session, share }: EventData<'stage:uplinkNarrow'>): void {
    if (this.session === session) this.#sent?.handleUplinkNarrow(share);
  }

  /** Our node is draining: opens a second session, while the old one keeps sending to its remaining viewers. */
  handleMoveWanted({ session }: EventData<'stage:moveWanted'>): void {
    if (this.#isMoving || this.#state.kind !== 'live' || this.session !== session) return;
    this.#isMoving = true;
    this.#log('info', 'moving to another media session', { session });
    this.#move(this.#run.signal)
      // If the move fails, the server will end the session, and the live is restored then.
      .catch((error) => this.#log('info', 'media session move failed', { code: toLogeError(error, 'internal').code }))
      .finally(() => {
        this.#isMoving = false;
      });
  }

  /** Our worker died, and the server has put our spare in its place: sends over the spare from now on. */
  handleTakenOver({ session, by }: EventData<'stage:takenOver'>): void {
    if (this.#state.kind !== 'live' || this.session !== session) return;
    const before = this.#state.sent;
    const spare = this.#spares.take(by);
    if (!spare) {
      void this.#restore('unknown spare took over');
      return;
    }
    this.#state = { kind: 'live', sent: spare };
    spare.activate();
    before.close();
    this.#log('info', 'spare session took over', { session: by });
    // Tracks may have been replaced or muted since the spare was opened.
    this.#syncInBackground();
    this.#spares.keep(spare.media.session);
  }

  handleTransportState({ session, state }: EventData<'stage:transportState'>): void {
    if (this.session === session && state === 'connected') this.#unseen = 0;
    for (const sent of [this.#sent, this.#spares.spare])
      if (sent?.media.session === session) sent.media.handleServerState(state);
  }

  handleSessionClosed({ session, reason }: EventData<'stage:sessionClosed'>): void {
    if (this.#retiring?.media.session === session) this.#leaveRetiring();
    this.#spares.handleClosed(session);
    this.#prepared.handleClosed(session);
    if (this.session !== session) return;
    const ending = END_REASONS[reason];
    if (reason === 'connect_timeout') this.#unseen += 1;
    if (ending) this.#finish(ending);
    else if (this.#unseen > 1) this.#endUnseen();
    else void this.#restore(reason);
  }

  /**
   * The live has ended for everyone. The event may be late and concern an earlier live, so ask the server whether our
   * session still exists.
   */
  async handleLiveEnded(): Promise<void> {
    if (this.#state.kind === 'live') await this.#resumeOrEnd(this.#state.sent);
  }

  /** Resumes the session, or ends or restores the live if that fails; null then. */
  async #resumeOrEnd(sent: SentTracks): Promise<RequestAnswer<'stage:resume'> | null> {
    try {
      const resumed = await sent.media.resume({ publication: this.#publication });
      return this.#sent === sent ? resumed : null;
    } catch (error) {
      const { code } = toLogeError(error, 'internal');
      // The connection broke again; the next welcome retries.
      if (code === 'connection_failed' || this.#sent !== sent) return null;
      const ending = END_CODES[code];
      if (ending) this.#finish(ending);
      else void this.#restore(`resume refused: ${code}`);
      return null;
    }
  }

  /** Applies track changes to all sessions that may have viewers. */
  async #sync(): Promise<void> {
    // The old session may have ended on the server already.
    if (this.#retiring) this.#syncInBackground(this.#retiring.sync());
    await this.#sent?.sync();
  }

  #syncInBackground(sync = this.#sync()): void {
    sync.catch((error) => this.#log('info', 'track sync failed', { code: toLogeError(error, 'internal').code }));
  }

  #want(tracks: readonly OutgoingTrack[]): void {
    this.#tracks.clear();
    for (const track of tracks) this.#tracks.set(track.source, track);
  }

  /** Without a kind, for a new live. */
  async #openSession(kind: { restore?: boolean; spareOf?: SessionId; isPrepared?: boolean } = {}): Promise<SentTracks> {
    const { restore = false, spareOf, isPrepared = false } = kind;
    const code = await import('./sent-tracks.ts').catch((error) => {
      throw toLogeError(error, 'code_unavailable');
    });
    const sent: SentTracks = await code.SentTracks.open({
      engine: this.#engine,
      connection: this.#connection,
      log: this.#log,
      publication: this.#publication,
      restore,
      spareOf,
      isPrepared,
      wanted: this.#tracks,
      onBroken: () => {
        if (this.#sent === sent) void this.#restore('media transport lost');
        else if (this.#spares.spare === sent) this.#spares.handleBroken();
        else if (isPrepared) sent.leave();
      },
      onUnreachable: () => {
        if (isPrepared && this.#sent !== sent) sent.leave();
        else if (!restore && this.#sent === sent) this.#endUnseen();
      },
      onLayers: (source, layer) => this.#handlers.onLayers(source, layer),
      takeEarlyLayers: (producerId) => {
        const layers = this.#earlyLayers.get(producerId);
        this.#earlyLayers.delete(producerId);
        return layers;
      },
    });
    return sent;
  }

  async #start(sent: SentTracks): Promise<void> {
    this.#state = { kind: 'starting', sent };
    await sent.sync();
    if (this.#sent !== sent) return;
    this.#state = { kind: 'live', sent };
    this.#spares.keep(sent.media.session);
  }

  async #reopen(signal: AbortSignal): Promise<void> {
    const sent = await this.#openSession({ restore: true });
    if (signal.aborted) return sent.leave();
    this.#state = { kind: 'live', sent };
    await sent.sync();
    if (this.#sent === sent) this.#spares.keep(sent.media.session);
  }

  async #move(signal: AbortSignal): Promise<void> {
    const sent = await this.#openSession({ restore: true });
    await this.#fill(sent, signal);
    if (signal.aborted || this.#state.kind !== 'live') return sent.leave();
    this.#leaveRetiring();
    // A spare may have taken over, so read the session again.
    this.#retiring = this.#state.sent;
    this.#retiring.retire();
    this.#retiringTimer = setTimeout(() => this.#leaveRetiring(), STAGE.retiringMs);
    this.#state = { kind: 'live', sent };
    this.#syncInBackground();
    this.#spares.keep(sent.media.session);
    this.#log('info', 'moved to another media session', { session: sent.media.session });
  }

  /** Sends all tracks over a session that is not in use yet; an abort stops that. */
  async #fill(sent: SentTracks, signal?: AbortSignal): Promise<void> {
    const stop = (): void => sent.close();
    signal?.addEventListener('abort', stop);
    try {
      if (!signal?.aborted) await sent.sync();
    } catch (error) {
      sent.leave();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  #leaveRetiring(): void {
    clearTimeout(this.#retiringTimer);
    this.#retiring?.leave();
    this.#retiring = null;
  }

  #findLayers(producerId: string): LayerControl | undefined {
    return this.#sent?.layersOf(producerId) ?? this.#retiring?.layersOf(producerId);
  }

  async #restore(reason: string): Promise<void> {
    if (this.#state.kind === 'starting') {
      this.#close(new LogeError('stage_unavailable', `The media session was lost: ${reason}.`), true);
      return;
    }
    this.#log('info', 'restoring the live', { reason });
    const run = this.#begin();
    this.#dropSession();
    let failure = new LogeError('stage_unavailable');
    for (let attempt = 0; attempt < STAGE.restoreAttempts; attempt += 1) {
      this.#state = { kind: 'restoring', waiting: this.#connection.state !== 'connected' };
      if (this.#state.waiting) return;
      await delay(backoffMs(STAGE.rejoinBackoffMs, attempt, 0.3), run);
      if (run.aborted) return;
      try {
        await this.#reopen(run);
        return;
      } catch (error) {
        if (run.aborted) return;
        failure = toLogeError(error, 'stage_unavailable');
        this.#log('info', 'live restore failed', { code: failure.code, attempt });
        this.#dropSession();
        const ending = END_CODES[failure.code];
        if (ending) return this.#finish(ending);
        if (!failure.retryable) break;
      }
    }
    this.#finish('lost', failure);
  }

  /** The media never reached the server. If the request does not either, the server ends the live later. */
  #endUnseen(): void {
    const publication = this.#publication;
    this.#finish('lost', new LogeError('media_unreachable'));
    this.#connection.requestReliably('stage:endLive', { publication }).catch(() => {});
  }

  #begin(): AbortSignal {
    this.#run.abort();
    this.#run = new AbortController();
    return this.#run.signal;
  }

  #finish(reason: LocalLiveEndReason, error: LogeError | null = null): void {
    const wasLive = this.isLive;
    this.#close(error ?? new LogeError(reason === 'replaced' ? 'live_replaced' : 'live_over'));
    if (wasLive) this.#handlers.onEnded(reason, error);
  }

  /**
   * `reason` rejects a running `publish()`; `leave` also ends the session on the server, which would keep it until its
   * lease expires.
   */
  #close(reason = new LogeError('not_publishing', 'Going live was cancelled.'), leave = false): void {
    clearTimeout(this.#graceTimer);
    this.#run.abort(reason);
    const sent = this.#sent;
    this.#dropSession();
    this.#tracks.clear();
    this.#state = { kind: 'off' };
    if (leave) sent?.leave();
  }

  #dropSession(): void {
    this.#leaveRetiring();
    this.#spares.drop();
    this.#earlyLayers.clear();
    this.#sent?.close();
  }
}
