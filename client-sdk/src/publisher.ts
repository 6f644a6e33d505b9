/**
 * Being on stage: one session that sends local tracks. It keeps what should be sent apart from the session that sends it, so that
 * after the loss of a worker or a node it sends the same again. Where the tracks come from is not known here.
 */
import type { Producer } from 'mediasoup-client/types';
import type { SessionId } from '../../server/protocol/ids.ts';
import type { EventData, RequestInput } from '../../server/protocol/realtime.ts';
import type { TrackSource } from '../../server/protocol/stage.ts';
import { backoffMs, delay } from './backoff.ts';
import type { Connection } from './connection.ts';
import { codecOptionsFor, encodingsFor } from './encodings.ts';
import { LogeError, toLogeError } from './errors.ts';
import type { LocalLiveEndReason } from './events.ts';
import { LayerControl } from './layer-control.ts';
import { STAGE } from './limits.ts';
import type { Log } from './log.ts';
import type { MediaEngine } from './media-engine.ts';
import { MediaTransport } from './media-transport.ts';

export interface OutgoingTrack {
  readonly source: TrackSource;
  readonly track: MediaStreamTrack;
  readonly muted: boolean;
}

export interface PublisherHandlers {
  /** Over, and not by `end()`: taken over, refused, or lost. */
  onEnded(reason: LocalLiveEndReason, error: LogeError | null): void;
  onTrackEnded(source: TrackSource): void;
  onLayers(source: TrackSource, maxSpatialLayer: number): void;
  onError(error: LogeError): void;
}

interface PublisherDependencies {
  connection: Pick<Connection, 'request' | 'requestReliably' | 'state'>;
  engine: MediaEngine;
  log: Log;
  handlers: PublisherHandlers;
}

type State =
  | { kind: 'off' }
  | { kind: 'starting'; run: AbortController }
  | { kind: 'live'; media: MediaTransport }
  /** On stage by intention, without a session; `run` is null while there is no socket to ask over. */
  | { kind: 'restoring'; run: AbortController | null };

interface Sending {
  producer: Producer;
  layers: LayerControl;
}

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
  readonly #sending = new Map<TrackSource, Sending>();
  /** Layers wanted for a producer whose id we do not know yet. */
  readonly #earlyLayers = new Map<string, number>();
  #state: State = { kind: 'off' };
  #changes: Promise<unknown> = Promise.resolve();

  constructor(dependencies: PublisherDependencies) {
    this.#connection = dependencies.connection;
    this.#engine = dependencies.engine;
    this.#log = dependencies.log;
    this.#handlers = dependencies.handlers;
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
    const run = new AbortController();
    this.#state = { kind: 'starting', run };
    this.#tracks.clear();
    for (const track of tracks) this.#tracks.set(track.source, track);
    try {
      await this.#open(run.signal);
    } catch (error) {
      if (!run.signal.aborted) this.#abandon();
      throw toLogeError(error, 'stage_unavailable');
    }
    if (run.signal.aborted) throw new LogeError('not_publishing', 'Going live was cancelled.');
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
    });
  }

  remove(source: TrackSource): Promise<void> {
    return this.#change(async () => {
      this.#tracks.delete(source);
      const sending = this.#sending.get(source);
      this.#sending.delete(source);
      if (!sending) return;
      sending.producer.close();
      const { session } = this;
      if (session) await this.#connection.request('stage:unproduce', { session, producerId: sending.producer.id });
    });
  }

  setMuted(source: TrackSource, muted: boolean): Promise<void> {
    return this.#change(async () => {
      const outgoing = this.#tracks.get(source);
      if (!outgoing) return;
      this.#tracks.set(source, { ...outgoing, muted });
      const sending = this.#sending.get(source);
      const { session } = this;
      if (!sending || !session) return;
      if (muted) sending.producer.pause();
      else sending.producer.resume();
      await this.#connection.requestReliably('stage:mute', { session, producerId: sending.producer.id, muted });
    });
  }

  /** The socket is back: the session is taken over, or the live is taken up anew. */
  async handleReconnected(): Promise<void> {
    if (this.#state.kind === 'restoring' && !this.#state.run) return void this.#restore('reconnected');
    if (this.#state.kind !== 'live') return;
    const { media } = this.#state;
    try {
      await this.#connection.request('stage:resume', { session: media.session });
      media.handleReconnected();
    } catch (error) {
      const { code } = toLogeError(error, 'internal');
      if (code !== 'connection_failed' && this.#isCurrent(media)) void this.#restore(`resume refused: ${code}`);
    }
  }

  handleLayersWanted({ session, producerId, maxSpatialLayer }: EventData<'stage:layersWanted'>): void {
    if (this.#state.kind === 'live' && this.#state.media.session !== session) return;
    const sending = [...this.#sending.values()].find(({ producer }) => producer.id === producerId);
    if (sending) {
      sending.layers.want(maxSpatialLayer);
      return;
    }
    if (this.#state.kind !== 'off' && this.#earlyLayers.size < STAGE.earlyEvents)
      this.#earlyLayers.set(producerId, maxSpatialLayer);
  }

  handleTransportState({ session, state }: EventData<'stage:transportState'>): void {
    if (this.#state.kind === 'live' && this.#state.media.session === session)
      this.#state.media.handleServerState(state);
  }

  handleSessionClosed({ session, reason }: EventData<'stage:sessionClosed'>): void {
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
    try {
      await this.#connection.request('stage:resume', { session: media.session });
    } catch (error) {
      if (toLogeError(error, 'internal').code === 'session_not_found' && this.#isCurrent(media))
        this.#finish('ended', null);
    }
  }

  /** One change after another: a quick off and on of the screen must not end in the wrong order. */
  #change(run: () => Promise<void>): Promise<void> {
    const result = this.#changes.then(run);
    this.#changes = result.catch(() => undefined);
    return result;
  }

  async #open(signal: AbortSignal): Promise<void> {
    const [, dtlsParameters] = await Promise.all([this.#engine.ready(), this.#engine.dtlsParameters()]);
    const answer = await this.#connection.request('stage:publish', dtlsParameters ? { dtlsParameters } : {});
    const media: MediaTransport = await MediaTransport.create({
      direction: 'send',
      answer,
      engine: this.#engine,
      connection: this.#connection,
      log: this.#log,
      onBroken: () => {
        if (this.#isCurrent(media)) void this.#restore('the path could not be restored');
      },
    });
    if (signal.aborted) return media.close();
    media.transport.on('produce', ({ kind, rtpParameters, appData }, callback, errback) => {
      const source = appData.source as TrackSource;
      this.#connection
        .request('stage:produce', {
          session: media.session,
          kind,
          source,
          rtpParameters: rtpParameters as unknown as RequestInput<'stage:produce'>['rtpParameters'], // mediasoup's JSON, checked by the SFU.
          muted: this.#tracks.get(source)?.muted ?? false,
        })
        .then(({ producerId }) => callback({ id: producerId }), errback);
    });
    this.#state = { kind: 'live', media };
    // mediasoup-client negotiates them in this order: the picture first, it takes longer to begin.
    const tracks = [...this.#tracks.values()].sort(
      (a, b) => Number(b.track.kind === 'video') - Number(a.track.kind === 'video'),
    );
    await Promise.all(tracks.map((track) => this.#produce(media, track)));
  }

  async #produce(media: MediaTransport, outgoing: OutgoingTrack): Promise<void> {
    const { source, track } = outgoing;
    const device = await this.#engine.ready();
    if (track.kind === 'video' && !device.canProduce('video')) throw new LogeError('media_not_supported');
    if (source === 'screen' && track.contentHint === '') track.contentHint = 'detail';
    const codec = device.sendRtpCapabilities.codecs?.find(({ mimeType }) => mimeType.toLowerCase() === 'video/vp8');
    const producer = await media.transport.produce({
      track,
      encodings: encodingsFor(source, track),
      codecOptions: codecOptionsFor(source, track),
      ...(track.kind === 'video' && codec ? { codec } : {}),
      // Whoever captured the track decides when the device is let go.
      stopTracks: false,
      appData: { source },
    });
    if (!this.#isCurrent(media) || this.#tracks.get(source)?.track.id !== track.id) return producer.close();
    const layers = new LayerControl(producer, (layer) => this.#handlers.onLayers(source, layer));
    this.#sending.set(source, { producer, layers });
    producer.on('trackended', () => this.#handlers.onTrackEnded(source));
    if (this.#tracks.get(source)?.muted) producer.pause();
    const early = this.#earlyLayers.get(producer.id);
    this.#earlyLayers.delete(producer.id);
    if (early !== undefined && track.kind === 'video') layers.want(early);
  }

  async #restore(reason: string): Promise<void> {
    this.#log('info', 'taking the live up again', { reason });
    const run = new AbortController();
    this.#dropSession();
    this.#state = { kind: 'restoring', run };
    for (let attempt = 0; attempt < STAGE.republishAttempts && !run.signal.aborted; attempt += 1) {
      await delay(backoffMs(STAGE.rejoinBackoffMs, attempt, 0.3), run.signal);
      if (run.signal.aborted) return;
      if (this.#connection.state !== 'connected') {
        this.#state = { kind: 'restoring', run: null };
        return;
      }
      try {
        await this.#open(run.signal);
        return;
      } catch (error) {
        if (run.signal.aborted) return;
        const failure = toLogeError(error, 'stage_unavailable');
        this.#log('info', 'the live could not be taken up again', { code: failure.code, attempt });
        this.#dropSession();
        this.#state = { kind: 'restoring', run };
        if (!failure.retryable) return this.#finish('lost', failure);
      }
    }
    if (!run.signal.aborted) this.#finish('lost', new LogeError('stage_unavailable'));
  }

  #finish(reason: LocalLiveEndReason, error: LogeError | null): void {
    this.#close();
    this.#handlers.onEnded(reason, error);
  }

  #close(): void {
    if (this.#state.kind === 'starting') this.#state.run.abort();
    if (this.#state.kind === 'restoring') this.#state.run?.abort();
    this.#dropSession();
    this.#tracks.clear();
    this.#state = { kind: 'off' };
  }

  /** Going live failed half-way: the server need not keep the session until its lease runs out. */
  #abandon(): void {
    const { session } = this;
    this.#close();
    if (session && this.#connection.state === 'connected') {
      this.#connection.request('stage:leave', { session }).catch((error) => {
        this.#log('debug', 'leaving not told', { code: toLogeError(error, 'internal').code });
      });
    }
  }

  #dropSession(): void {
    const media = this.#state.kind === 'live' ? this.#state.media : null;
    this.#sending.clear();
    this.#earlyLayers.clear();
    media?.close();
  }

  #isCurrent(media: MediaTransport): boolean {
    return this.#state.kind === 'live' && this.#state.media === media;
  }
}
