/**
 * Being on stage: one session that sends local tracks. It keeps what should be sent apart from the session that sends it, so that
 * after the loss of a worker or a node it sends the same again. Where the tracks come from is not known here.
 */
import type { Producer } from 'mediasoup-client/types';
import type { SessionId } from '../../server/protocol/ids.ts';
import type { EventData, RequestAnswer } from '../../server/protocol/realtime.ts';
import type { TrackSource } from '../../server/protocol/stage.ts';
import { backoffMs, delay } from './backoff.ts';
import type { Connection } from './connection.ts';
import { LogeError, type LogeErrorCode, toLogeError } from './errors.ts';
import type { LocalLiveEndReason } from './events.ts';
import { LayerControl } from './layer-control.ts';
import { STAGE } from './limits.ts';
import type { Log } from './log.ts';
import type { MediaEngine } from './media-engine.ts';
import type { MediaTransport } from './media-transport.ts';
import { matchTrack, type OutgoingTrack, tellMuted } from './outgoing-track.ts';
import { produceTrack } from './produce-track.ts';
import { openPublishSession } from './publish-session.ts';
import { SpareKeeper } from './spare-keeper.ts';

type Sending = Map<TrackSource, { producer: Producer; layers: LayerControl }>;

interface Spare {
  media: MediaTransport;
  sending: Sending;
}

export interface PublisherHandlers {
  /** Over, and not by `end()`: taken over, refused, or lost. */
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
  | { kind: 'starting' }
  | { kind: 'live'; media: MediaTransport }
  /** On stage by intention, without a session; `waiting` while there is no socket to ask over. */
  | { kind: 'restoring'; waiting: boolean };

/** Why the server closed the session, and what that means here; other reasons are losses, after which it is made anew. */
const END_REASONS: Record<string, LocalLiveEndReason> = {
  replaced: 'replaced',
  closed: 'ended',
  room_closed: 'room_ended',
  grant_expired: 'access',
};

export class Publisher {
  readonly #connection: PublisherDependencies['connection'];
  readonly #engine: MediaEngine;
  readonly #log: Log;
  readonly #handlers: PublisherHandlers;
  readonly #tracks = new Map<TrackSource, OutgoingTrack>();
  #sending: Sending = new Map();
  /** A session that was moved: it goes on for those who still watch over it. */
  #parting: { media: MediaTransport; sending: Sending; timer: ReturnType<typeof setTimeout> } | null = null;
  #moving = false;
  readonly #spares: SpareKeeper<Spare>;
  /** Of a spare that is being opened. */
  #nextSpare: MediaTransport | null = null;
  /** Layers wanted for a producer whose id we do not know yet. */
  readonly #earlyLayers = new Map<string, number>();
  #state: State = { kind: 'off' };
  /** Calls off the opening that is under way: there is one at a time. */
  #run = new AbortController();
  #changes: Promise<unknown> = Promise.resolve();

  constructor(dependencies: PublisherDependencies) {
    this.#connection = dependencies.connection;
    this.#engine = dependencies.engine;
    this.#log = dependencies.log;
    this.#handlers = dependencies.handlers;
    this.#spares = new SpareKeeper({
      open: (of, signal) => this.#openSpare(of, signal),
      session: ({ media }) => media.session,
      isClosed: ({ media }) => media.closed,
      close: ({ media }, tell) => {
        media.close();
        if (tell) this.#leave(media.session);
      },
      log: dependencies.log,
    });
  }

  get isOn(): boolean {
    return this.#state.kind === 'live' || this.#state.kind === 'restoring';
  }

  get session(): SessionId | null {
    return this.#state.kind === 'live' ? this.#state.media.session : null;
  }

  get isFlowing(): boolean {
    return this.#state.kind === 'live' && this.#state.media.transport.connectionState === 'connected';
  }

  async getStats(): Promise<RTCStatsReport | null> {
    return this.#state.kind === 'live' ? this.#state.media.transport.getStats() : null;
  }

  /** Goes on stage with these tracks; resolves when the server has all of them. */
  async publish(tracks: readonly OutgoingTrack[]): Promise<void> {
    if (this.#state.kind !== 'off') throw new LogeError('publish_in_progress');
    const run = this.#begin();
    this.#state = { kind: 'starting' };
    this.#tracks.clear();
    for (const track of tracks) this.#tracks.set(track.source, track);
    try {
      await this.#open(run);
    } catch (error) {
      this.#abandon();
      throw toLogeError(error, 'stage_unavailable');
    }
    if (run.aborted) throw new LogeError('not_publishing', 'Going live was cancelled.');
  }

  /** Leaves the stage: the media stops at once, then everyone is told. */
  async end(): Promise<void> {
    const wasOn = this.#state.kind !== 'off';
    this.#close();
    if (wasOn) await this.#connection.requestReliably('stage:endLive', {});
  }

  /** Stops without telling the server, which knows. */
  close(): void {
    this.#close();
  }

  /** Adds a track, or replaces the one of its source. */
  put(outgoing: OutgoingTrack): Promise<void> {
    return this.#change(async () => {
      this.#tracks.set(outgoing.source, outgoing);
      const sending = this.#sending.get(outgoing.source);
      if (sending && !sending.producer.closed) await sending.producer.replaceTrack({ track: outgoing.track });
      else if (this.#state.kind === 'live') await this.#produce(this.#state.media, outgoing);
      this.#spares.renew();
    });
  }

  remove(source: TrackSource): Promise<void> {
    return this.#change(async () => {
      this.#tracks.delete(source);
      const parting = this.#parting;
      // Those who still watch over it would see the last picture until it ends; it may have ended already.
      if (parting)
        this.#unproduce(parting.media.session, parting.sending, source).catch((error) =>
          this.#log('debug', 'end of a track not told', { code: toLogeError(error, 'internal').code }),
        );
      this.#spares.renew();
      await this.#unproduce(this.session, this.#sending, source);
    });
  }

  async #unproduce(session: SessionId | null, sending: Sending, source: TrackSource): Promise<void> {
    const producer = sending.get(source)?.producer;
    sending.delete(source);
    if (!producer) return;
    producer.close();
    if (session) await this.#connection.request('stage:unproduce', { session, producerId: producer.id });
  }

  setMuted(source: TrackSource, muted: boolean): Promise<void> {
    return this.#change(async () => {
      const outgoing = this.#tracks.get(source);
      if (!outgoing) return;
      this.#tracks.set(source, { ...outgoing, muted });
      const sending = this.#sending.get(source);
      const { session } = this;
      if (sending && session)
        await tellMuted({ connection: this.#connection, session, producer: sending.producer }, muted);
    });
  }

  /** The socket is back: the session is taken over, or the live is taken up anew. */
  async handleReconnected(): Promise<void> {
    if (this.#state.kind === 'restoring' && this.#state.waiting) {
      await this.#restore('reconnected');
      return;
    }
    if (this.#state.kind !== 'live') return;
    const { media } = this.#state;
    const resumed = await this.#resume(media);
    // The connection broke again: the next welcome brings us back here.
    if (resumed === 'connection_failed' || !this.#isCurrent(media)) return;
    if (typeof resumed === 'string') {
      void this.#restore(`resume refused: ${resumed}`);
      return;
    }
    media.handleReconnected();
    if (this.#engine.keepsSpares)
      this.#spares.confirm(media.session, resumed.spare?.session)?.media.handleReconnected();
  }

  handleLayersWanted({ session, producerId, maxSpatialLayer }: EventData<'stage:layersWanted'>): void {
    const sending = this.#find(producerId);
    if (sending) {
      sending.layers.want(maxSpatialLayer);
      return;
    }
    if (this.#state.kind === 'live' && !this.#moving && this.#state.media.session !== session) return;
    if (this.#state.kind !== 'off' && this.#earlyLayers.size < STAGE.earlyEvents)
      this.#earlyLayers.set(producerId, maxSpatialLayer);
  }

  /** Chromium leaves a request of RTCP's unheard shortly after the last one; asked through its sender, it gives a key frame at once. */
  handleKeyFrameWanted({ session, producerId }: EventData<'stage:keyFrameWanted'>): void {
    if (this.#state.kind !== 'live' || (this.#state.media.session !== session && !this.#parting)) return;
    this.#find(producerId)?.layers.giveKeyFrame();
  }

  /** The node that we send to is about to leave: another session is opened beside ours, which goes on until nobody watches over it. */
  handleMoveWanted({ session }: EventData<'stage:moveWanted'>): void {
    if (this.#moving || this.#state.kind !== 'live' || this.#state.media.session !== session) return;
    this.#moving = true;
    this.#log('info', 'moving to another media session', { session });
    this.#change(() => this.#move(this.#run.signal))
      // The server ends our session when it can wait no longer, and we take the live up again.
      .catch((error) => this.#log('info', 'not moved', { code: toLogeError(error, 'internal').code }))
      .finally(() => {
        this.#moving = false;
      });
  }

  /** The worker that we sent to is gone, and what we kept ready is on stage: it is sent from now on. */
  handleTakenOver({ session, by }: EventData<'stage:takenOver'>): void {
    if (this.#state.kind !== 'live' || this.#state.media.session !== session) return;
    const { media: before } = this.#state;
    const spare = this.#spares.take(by);
    if (!spare) {
      void this.#restore('taken over by a spare that is not there');
      return;
    }
    this.#state = { kind: 'live', media: spare.media };
    this.#sending = spare.sending;
    for (const { layers } of spare.sending.values()) layers.wantAll();
    before.close();
    this.#log('info', 'the spare has taken over', { session: by });
    this.#change(() => this.#matchTracks(spare)).catch((error) =>
      this.#log('info', 'tracks not matched', { code: toLogeError(error, 'internal').code }),
    );
    this.#keepSpare(spare.media);
  }

  handleTransportState({ session, state }: EventData<'stage:transportState'>): void {
    const inUse = this.#state.kind === 'live' ? this.#state.media : null;
    for (const media of [inUse, this.#spares.spare?.media])
      if (media?.session === session) media.handleServerState(state);
  }

  handleSessionClosed({ session, reason }: EventData<'stage:sessionClosed'>): void {
    if (this.#parting?.media.session === session) {
      this.#part();
      return;
    }
    this.#spares.handleClosed(session);
    if (this.#nextSpare?.session === session) this.#nextSpare.close();
    if (this.#state.kind !== 'live' || this.#state.media.session !== session) return;
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
    const { media } = this.#state;
    const resumed = await this.#resume(media);
    if (resumed === 'session_not_found' && this.#isCurrent(media)) this.#finish('ended', null);
  }

  /** Takes the session over, or learns why not. */
  async #resume(media: MediaTransport): Promise<RequestAnswer<'stage:resume'> | LogeErrorCode> {
    try {
      return await this.#connection.request('stage:resume', { session: media.session });
    } catch (error) {
      return toLogeError(error, 'internal').code;
    }
  }

  /** One change after another: a quick off and on of the screen must not end in the wrong order. */
  #change(run: () => Promise<void>): Promise<void> {
    const result = this.#changes.then(run);
    this.#changes = result.catch(() => undefined);
    return result;
  }

  async #openMedia(spareOf?: SessionId): Promise<MediaTransport> {
    const media: MediaTransport = await openPublishSession({
      engine: this.#engine,
      connection: this.#connection,
      log: this.#log,
      isMuted: (source) => this.#tracks.get(source)?.muted ?? false,
      onBroken: () => {
        if (this.#isCurrent(media)) void this.#restore('the path could not be restored');
        else if (this.#spares.spare?.media === media) this.#spares.handleBroken();
      },
      ...(spareOf && { spareOf }),
    });
    return media;
  }

  async #open(signal: AbortSignal): Promise<void> {
    const media = await this.#openMedia();
    if (signal.aborted) {
      media.close();
      this.#leave(media.session);
      return;
    }
    this.#state = { kind: 'live', media };
    await this.#produceAll(media, this.#sending);
    if (this.#isCurrent(media)) this.#keepSpare(media);
  }

  #keepSpare(media: MediaTransport): void {
    if (this.#engine.keepsSpares) this.#spares.keep(media.session);
  }

  async #openSpare(spareOf: SessionId, signal: AbortSignal): Promise<Spare> {
    const media = await this.#openMedia(spareOf);
    const spare: Spare = { media, sending: new Map() };
    this.#nextSpare = media;
    try {
      if (!signal.aborted) await this.#produceAll(media, spare.sending, true);
    } catch (error) {
      media.close();
      this.#leave(media.session);
      throw error;
    } finally {
      if (this.#nextSpare === media) this.#nextSpare = null;
    }
    return spare;
  }

  async #matchTracks({ media, sending }: Spare): Promise<void> {
    for (const [source, { producer }] of sending) {
      const outgoing = this.#tracks.get(source);
      const sent = { connection: this.#connection, session: media.session, producer };
      if (outgoing && this.#isCurrent(media)) await matchTrack(sent, outgoing);
    }
  }

  async #move(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#state.kind !== 'live') return;
    const sending: Sending = new Map();
    const media = await this.#openMedia();
    try {
      await this.#produceAll(media, sending);
    } catch (error) {
      media.close();
      this.#leave(media.session);
      throw error;
    }
    if (signal.aborted || this.#state.kind !== 'live') {
      media.close();
      this.#leave(media.session);
      return;
    }
    // A spare may have taken over meanwhile.
    const before = this.#state.media;
    this.#part();
    const timer = setTimeout(() => this.#part(), STAGE.partingMs);
    this.#parting = { media: before, sending: this.#sending, timer };
    this.#sending = sending;
    this.#state = { kind: 'live', media };
    this.#keepSpare(media);
    this.#log('info', 'moved to another media session', { session: media.session });
  }

  /** Lets go of the session that was moved. */
  #part(): void {
    const parting = this.#parting;
    if (!parting) return;
    this.#parting = null;
    clearTimeout(parting.timer);
    parting.media.close();
    this.#leave(parting.media.session);
  }

  #find(producerId: string) {
    const all = [...this.#sending.values(), ...(this.#parting?.sending.values() ?? [])];
    return all.find(({ producer }) => producer.id === producerId);
  }

  async #produceAll(media: MediaTransport, sending: Sending, waiting = false): Promise<void> {
    // mediasoup-client negotiates them in this order: the picture first, it takes longer to begin.
    const tracks = [...this.#tracks.values()].sort(
      (a, b) => Number(b.track.kind === 'video') - Number(a.track.kind === 'video'),
    );
    await Promise.all(tracks.map((track) => this.#produce(media, track, { sending, waiting })));
  }

  async #produce(
    media: MediaTransport,
    outgoing: OutgoingTrack,
    { sending, waiting } = { sending: this.#sending, waiting: false },
  ): Promise<void> {
    const { source, track } = outgoing;
    const producer = await produceTrack({
      device: await this.#engine.ready(),
      transport: media.transport,
      source,
      track,
      waiting,
    });
    if (media.closed || this.#tracks.get(source)?.track.id !== track.id) {
      producer.close();
      return;
    }
    const layers = new LayerControl(producer, (layer) => {
      if (track.kind === 'video') this.#handlers.onLayers(source, layer);
    });
    sending.set(source, { producer, layers });
    if (this.#tracks.get(source)?.muted) producer.pause();
    const early = this.#earlyLayers.get(producer.id);
    this.#earlyLayers.delete(producer.id);
    if (early !== undefined && track.kind === 'video') layers.want(early);
  }

  async #restore(reason: string): Promise<void> {
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
        await this.#open(run);
        return;
      } catch (error) {
        if (run.aborted) return;
        failure = toLogeError(error, 'stage_unavailable');
        this.#log('info', 'the live could not be taken up again', { code: failure.code, attempt });
        this.#dropSession();
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
    this.#close();
    this.#handlers.onEnded(reason, error);
  }

  #close(): void {
    this.#run.abort();
    this.#dropSession();
    this.#tracks.clear();
    this.#state = { kind: 'off' };
  }

  /** Going live failed half-way: the server need not keep the session until its lease runs out. */
  #abandon(): void {
    const { session } = this;
    this.#close();
    if (session) this.#leave(session);
  }

  #leave(session: SessionId): void {
    if (this.#connection.state !== 'connected') return;
    this.#connection.request('stage:leave', { session }).catch((error) => {
      this.#log('debug', 'leaving not told', { code: toLogeError(error, 'internal').code });
    });
  }

  #dropSession(): void {
    const media = this.#state.kind === 'live' ? this.#state.media : null;
    this.#part();
    this.#spares.drop();
    this.#sending = new Map();
    this.#earlyLayers.clear();
    media?.close();
  }

  #isCurrent(media: MediaTransport): boolean {
    return this.#state.kind === 'live' && this.#state.media === media;
  }
}
