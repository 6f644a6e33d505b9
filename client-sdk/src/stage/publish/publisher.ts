/**
 * Being on stage: one session that sends local tracks. It keeps what should be sent apart from the session that sends it, so that
 * after the loss of a worker or a node it sends the same again. Where the tracks come from is not known here.
 */
import type { SessionId } from '../../../../server/protocol/ids.ts';
import type { EventData, RequestAnswer } from '../../../../server/protocol/realtime.ts';
import type { TrackSource } from '../../../../server/protocol/stage.ts';
import { backoffMs, delay } from '../../backoff.ts';
import type { Connection } from '../../connection/connection.ts';
import { LogeError, type LogeErrorCode, toLogeError } from '../../errors.ts';
import type { LocalLiveEndReason } from '../../events.ts';
import { STAGE } from '../../limits.ts';
import type { Log } from '../../log.ts';
import type { MediaEngine } from '../../media/media-engine.ts';
import type { MediaTransport } from '../../media/media-transport.ts';
import { createKey } from '../../random-key.ts';
import { SpareKeeper } from '../spare-keeper.ts';
import type { LayerControl } from './layer-control.ts';
import { type OutgoingTrack, SentTracks } from './sent-tracks.ts';

export interface PublisherHandlers {
  /** Over, and not by `end()`: ended or taken over elsewhere, refused, interrupted, or lost. */
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
  /** A loss now is a failure of `publish()`, which tells its caller. */
  | { kind: 'starting'; sent: SentTracks | null }
  | { kind: 'live'; sent: SentTracks }
  /** On stage by intention, without a session; `waiting` while there is no socket to ask over. */
  | { kind: 'restoring'; waiting: boolean };

/** Why the server closed the session, and what that means here; other reasons are losses, after which it is made anew. */
const END_REASONS: Record<string, LocalLiveEndReason> = {
  replaced: 'replaced',
  closed: 'ended',
  room_closed: 'room_ended',
  grant_expired: 'access',
};

/** Why the server does not let a live be restored, and what that means here. */
const REFUSALS: Partial<Record<LogeErrorCode, LocalLiveEndReason>> = { live_replaced: 'replaced', live_over: 'ended' };

export class Publisher {
  readonly #connection: PublisherDependencies['connection'];
  readonly #engine: MediaEngine;
  readonly #log: Log;
  readonly #handlers: PublisherHandlers;
  readonly #tracks = new Map<TrackSource, OutgoingTrack>();
  /** A session that was moved: it goes on for those who still watch over it. */
  #parting: { sent: SentTracks; timer: ReturnType<typeof setTimeout> } | null = null;
  #moving = false;
  readonly #spares: SpareKeeper<SentTracks>;
  /** Of a spare that is being opened. */
  #nextSpare: SentTracks | null = null;
  /** Layers wanted for a producer whose id we do not know yet. */
  readonly #earlyLayers = new Map<string, number>();
  #state: State = { kind: 'off' };
  /** Calls off the opening that is under way: there is one at a time. */
  #run = new AbortController();
  /** Names this going-live to the server, which lets no other restore it. */
  #publication = '';
  /** Runs while the socket is lost: the server waits no longer than this for its publisher. */
  #graceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(dependencies: PublisherDependencies) {
    this.#connection = dependencies.connection;
    this.#engine = dependencies.engine;
    this.#log = dependencies.log;
    this.#handlers = dependencies.handlers;
    this.#spares = new SpareKeeper({
      open: (of, signal) => this.#openSpare(of, signal),
      session: ({ media }) => media.session,
      isClosed: ({ media }) => media.closed,
      close: ({ media }, tell) => (tell ? media.leave() : media.close()),
      log: dependencies.log,
    });
  }

  get isOn(): boolean {
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

  /** The tracks of the session that is in use. */
  get #sent(): SentTracks | null {
    return 'sent' in this.#state ? this.#state.sent : null;
  }

  /** Goes on stage with these tracks; resolves when the server has all of them. */
  async publish(tracks: readonly OutgoingTrack[]): Promise<void> {
    if (this.#state.kind !== 'off') throw new LogeError('publish_in_progress');
    const run = this.#begin();
    this.#state = { kind: 'starting', sent: null };
    this.#publication = createKey();
    this.#tracks.clear();
    for (const track of tracks) this.#tracks.set(track.source, track);
    try {
      const sent = await this.#openSession({});
      if (run.aborted) sent.media.leave();
      else await this.#start(sent);
    } catch (error) {
      if (!run.aborted) this.#close(toLogeError(error, 'stage_unavailable'), true);
    }
    // Whatever called it off says why.
    if (run.aborted) throw run.reason;
  }

  /** Leaves the stage: the media stops at once, then everyone is told. */
  async end(): Promise<void> {
    const wasOn = this.#state.kind !== 'off';
    this.#close();
    if (wasOn) await this.#connection.requestReliably('stage:endLive', { publication: this.#publication });
  }

  /** Stops without telling the server, which knows. */
  close(): void {
    this.#close();
  }

  /** Adds a track, or replaces the one of its source. */
  async put(outgoing: OutgoingTrack): Promise<void> {
    if (this.#state.kind === 'off') return;
    this.#tracks.set(outgoing.source, outgoing);
    this.#spares.renew();
    const sent = this.#sent;
    try {
      await this.#follow();
    } catch (error) {
      const { code } = toLogeError(error, 'internal');
      // The server may have the track without our knowing it by its id: only another session is sure not to have it.
      if (
        (code === 'connection_failed' || code === 'timeout') &&
        this.#state.kind === 'live' &&
        this.#state.sent === sent
      )
        void this.#restore('a track may be on stage or not');
      throw error;
    }
  }

  async remove(source: TrackSource): Promise<void> {
    this.#tracks.delete(source);
    this.#spares.renew();
    await this.#follow();
  }

  async setMuted(source: TrackSource, muted: boolean): Promise<void> {
    const outgoing = this.#tracks.get(source);
    if (!outgoing) return;
    this.#tracks.set(source, { ...outgoing, muted });
    await this.#follow();
  }

  /** The socket is lost: the media goes on for as long as the server waits for us. Past that our creator has to be asked. */
  handleConnectionLost(): void {
    clearTimeout(this.#graceTimer);
    // Whoever is going live is told so, and tries again.
    if (this.#state.kind === 'starting') this.#close(new LogeError('connection_failed'));
    if (this.isOn) this.#graceTimer = setTimeout(() => this.#interrupt(), STAGE.graceMs);
  }

  /** The socket is back after `downMs`: the session is taken over, or the live is restored where that is still its publisher's. */
  async handleReconnected(downMs: number): Promise<void> {
    clearTimeout(this.#graceTimer);
    // A computer that slept has run no timer.
    if (this.isOn && downMs >= STAGE.graceMs) return this.#interrupt();
    if (this.#state.kind === 'restoring' && this.#state.waiting) {
      await this.#restore('reconnected');
      return;
    }
    if (this.#state.kind !== 'live') return;
    const { sent } = this.#state;
    const resumed = await this.#resumeOrEnd(sent.media);
    if (!resumed) return;
    sent.media.handleReconnected();
    this.#followLater();
    if (this.#engine.keepsSpares)
      this.#spares.confirm(sent.media.session, resumed.spare?.session)?.media.handleReconnected();
  }

  handleLayersWanted({ session, producerId, maxSpatialLayer }: EventData<'stage:layersWanted'>): void {
    const layers = this.#findLayers(producerId);
    if (layers) {
      layers.want(maxSpatialLayer);
      return;
    }
    if (this.#state.kind === 'live' && !this.#moving && this.session !== session) return;
    if (this.#state.kind !== 'off' && this.#earlyLayers.size < STAGE.earlyEvents)
      this.#earlyLayers.set(producerId, maxSpatialLayer);
  }

  /** Chromium leaves a request of RTCP's unheard shortly after the last one; asked through its sender, it gives a key frame at once. */
  handleKeyFrameWanted({ session, producerId }: EventData<'stage:keyFrameWanted'>): void {
    if (this.#state.kind !== 'live' || (this.session !== session && !this.#parting)) return;
    this.#findLayers(producerId)?.giveKeyFrame();
  }

  /** The node that we send to is about to leave: another session is opened beside ours, which goes on until nobody watches over it. */
  handleMoveWanted({ session }: EventData<'stage:moveWanted'>): void {
    if (this.#moving || this.#state.kind !== 'live' || this.session !== session) return;
    this.#moving = true;
    this.#log('info', 'moving to another media session', { session });
    this.#move(this.#run.signal)
      // The server ends our session when it can wait no longer, and we take the live up again.
      .catch((error) => this.#log('info', 'not moved', { code: toLogeError(error, 'internal').code }))
      .finally(() => {
        this.#moving = false;
      });
  }

  /** The worker that we sent to is gone, and what we kept ready is on stage: it is sent from now on. */
  handleTakenOver({ session, by }: EventData<'stage:takenOver'>): void {
    if (this.#state.kind !== 'live' || this.session !== session) return;
    const { media: before } = this.#state.sent;
    const spare = this.#spares.take(by);
    if (!spare) {
      void this.#restore('taken over by a spare that is not there');
      return;
    }
    this.#state = { kind: 'live', sent: spare };
    spare.sendAll();
    before.close();
    this.#log('info', 'the spare has taken over', { session: by });
    // It was made ready a while ago: a device may have been changed, or muted, since.
    this.#followLater();
    this.#keepSpare(spare);
  }

  handleTransportState({ session, state }: EventData<'stage:transportState'>): void {
    for (const sent of [this.#sent, this.#spares.spare])
      if (sent?.media.session === session) sent.media.handleServerState(state);
  }

  handleSessionClosed({ session, reason }: EventData<'stage:sessionClosed'>): void {
    if (this.#parting?.sent.media.session === session) this.#part();
    this.#spares.handleClosed(session);
    if (this.#nextSpare?.media.session === session) this.#nextSpare.media.close();
    if (this.session !== session) return;
    const ending = END_REASONS[reason];
    if (ending) this.#finish(ending, null);
    else void this.#restore(reason);
  }

  /**
   * The live is over for everyone. That may be an older live than ours, whose news is late, or another window of ours that ended it:
   * the server knows whether our session is still there.
   */
  async handleLiveEnded(): Promise<void> {
    if (this.#state.kind !== 'live') return;
    await this.#resumeOrEnd(this.#state.sent.media);
  }

  /** Takes the session over; null where it is gone, and what follows from that has been done. */
  async #resumeOrEnd(media: MediaTransport): Promise<RequestAnswer<'stage:resume'> | null> {
    const resumed = await this.#resume(media);
    // The connection broke again: the next welcome asks again.
    if (resumed === 'connection_failed' || !this.#isCurrent(media)) return null;
    if (typeof resumed !== 'string') return resumed;
    const ending = REFUSALS[resumed];
    if (ending) this.#finish(ending, null);
    else void this.#restore(`resume refused: ${resumed}`);
    return null;
  }

  /** Takes the session over, or learns why not. */
  async #resume(media: MediaTransport): Promise<RequestAnswer<'stage:resume'> | LogeErrorCode> {
    try {
      return await this.#connection.request('stage:resume', { session: media.session, publication: this.#publication });
    } catch (error) {
      return toLogeError(error, 'internal').code;
    }
  }

  /** Brings every session that somebody may watch in line with what should be sent. */
  async #follow(): Promise<void> {
    const parting = this.#parting?.sent;
    // It may have ended already.
    if (parting) parting.follow().catch((error) => this.#logUntold(error));
    await this.#sent?.follow();
  }

  #followLater(): void {
    this.#follow().catch((error) => this.#logUntold(error));
  }

  #logUntold(error: unknown): void {
    this.#log('info', 'change of a track not told', { code: toLogeError(error, 'internal').code });
  }

  async #openSession({ restore = false, spareOf }: { restore?: boolean; spareOf?: SessionId }): Promise<SentTracks> {
    const sent: SentTracks = await SentTracks.open({
      engine: this.#engine,
      connection: this.#connection,
      log: this.#log,
      publication: this.#publication,
      restore,
      spareOf,
      wanted: this.#tracks,
      onBroken: () => {
        if (this.#isCurrent(sent.media)) void this.#restore('the path could not be restored');
        else if (this.#spares.spare === sent) this.#spares.handleBroken();
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
    await sent.follow();
    if (!this.#isCurrent(sent.media)) return;
    this.#state = { kind: 'live', sent };
    this.#keepSpare(sent);
  }

  async #reopen(signal: AbortSignal): Promise<void> {
    const sent = await this.#openSession({ restore: true });
    if (signal.aborted) return sent.media.leave();
    this.#state = { kind: 'live', sent };
    await sent.follow();
    if (this.#isCurrent(sent.media)) this.#keepSpare(sent);
  }

  #keepSpare({ media }: SentTracks): void {
    if (this.#engine.keepsSpares) this.#spares.keep(media.session);
  }

  async #openSpare(spareOf: SessionId, signal: AbortSignal): Promise<SentTracks> {
    const spare = await this.#openSession({ spareOf });
    this.#nextSpare = spare;
    try {
      await this.#fill(spare, signal);
    } finally {
      if (this.#nextSpare === spare) this.#nextSpare = null;
    }
    return spare;
  }

  async #move(signal: AbortSignal): Promise<void> {
    const sent = await this.#openSession({ restore: true });
    await this.#fill(sent, signal);
    if (signal.aborted || this.#state.kind !== 'live') return sent.media.leave();
    // A spare may have taken over meanwhile.
    const before = this.#state.sent;
    this.#part();
    before.part();
    const timer = setTimeout(() => this.#part(), STAGE.partingMs);
    this.#parting = { sent: before, timer };
    this.#state = { kind: 'live', sent };
    this.#followLater();
    this.#keepSpare(sent);
    this.#log('info', 'moved to another media session', { session: sent.media.session });
  }

  /** Puts the tracks on a session beside the one in use. When that is called off, no further track is put there. */
  async #fill(sent: SentTracks, signal: AbortSignal): Promise<void> {
    const stop = (): void => sent.media.close();
    signal.addEventListener('abort', stop);
    try {
      if (!signal.aborted) await sent.follow();
    } catch (error) {
      sent.media.leave();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** Lets go of the session that was moved. */
  #part(): void {
    const parting = this.#parting;
    if (!parting) return;
    this.#parting = null;
    clearTimeout(parting.timer);
    parting.sent.media.leave();
  }

  #findLayers(producerId: string): LayerControl | undefined {
    return this.#sent?.layersOf(producerId) ?? this.#parting?.sent.layersOf(producerId);
  }

  async #restore(reason: string): Promise<void> {
    if (this.#state.kind === 'starting') {
      this.#close(new LogeError('stage_unavailable', `The media session was lost: ${reason}.`), true);
      return;
    }
    this.#log('info', 'taking the live up again', { reason });
    const run = this.#begin();
    this.#dropSession();
    let failure = new LogeError('stage_unavailable');
    for (let attempt = 0; attempt < STAGE.republishAttempts; attempt += 1) {
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
        this.#log('info', 'the live could not be taken up again', { code: failure.code, attempt });
        this.#dropSession();
        if (failure.code === 'live_replaced') return this.#finish('replaced', null);
        // The server has waited for us in vain.
        if (failure.code === 'live_over') return this.#interrupt();
        if (!failure.retryable) break;
      }
    }
    this.#finish('lost', failure);
  }

  #begin(): AbortSignal {
    this.#run.abort();
    this.#run = new AbortController();
    return this.#run.signal;
  }

  #finish(reason: LocalLiveEndReason, error: LogeError | null): void {
    const wasOn = this.isOn;
    this.#close(error ?? new LogeError(reason === 'replaced' ? 'live_replaced' : 'live_over'));
    if (wasOn) this.#handlers.onEnded(reason, error);
  }

  /** Nobody publishes again before they were asked. */
  #interrupt(): void {
    this.#finish('interrupted', null);
  }

  /** `why` is what a `publish()` that is under way rejects with; `leave` where the server would keep the session until its lease runs out. */
  #close(why = new LogeError('not_publishing', 'Going live was cancelled.'), leave = false): void {
    clearTimeout(this.#graceTimer);
    this.#run.abort(why);
    const sent = this.#sent;
    this.#dropSession();
    this.#tracks.clear();
    this.#state = { kind: 'off' };
    if (leave) sent?.media.leave();
  }

  #dropSession(): void {
    const sent = this.#sent;
    this.#part();
    this.#spares.drop();
    this.#earlyLayers.clear();
    sent?.media.close();
  }

  #isCurrent(media: MediaTransport): boolean {
    return this.#sent?.media === media;
  }
}
