/**
 * A media session that sends tracks. `sync()` applies the difference between the sent and the wanted tracks, one change
 * per source at a time, so that the last state wins when tracks change during a request.
 */
import type { Device, Producer, RtpEncodingParameters, RtpParameters, Transport } from 'mediasoup-client/types';
import type { SessionId } from '../../../../server/protocol/ids.ts';
import type { RequestAnswer, RequestInput } from '../../../../server/protocol/realtime.ts';
import type { TrackSource } from '../../../../server/protocol/stage.ts';
import type { Connection } from '../../connection/connection.ts';
import { LogeError, toLogeError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { MediaEngine } from '../../media/media-engine.ts';
import { MediaTransport } from '../../media/media-transport.ts';
import { createKey } from '../../random-key.ts';
import { codecOptionsFor, encodingsFor } from './encodings.ts';
import { LayerControl } from './layer-control.ts';
import type { UplinkLayers } from './uplink-layers.ts';

/** A local track that should be sent. */
export interface OutgoingTrack {
  readonly source: TrackSource;
  readonly track: MediaStreamTrack;
  readonly muted: boolean;
}

/** Handed through mediasoup-client from the call of `produce` to its event. */
interface ProduceData extends Record<string, unknown> {
  source: TrackSource;
  muted: boolean;
  /** The server's answer. */
  asked?: Promise<RequestAnswer<'stage:produce'>>;
}

/** A track as the server knows it, by the id that the server gave it. */
interface SentTrack {
  producer: Producer;
  producerId: string;
  layers: LayerControl;
  /** Undefined until its code is there, and for sound. */
  uplink?: UplinkLayers;
  track: MediaStreamTrack;
  muted: boolean;
  /** The highest layer that the uplink carries, and as the server knows it; undefined: all of them. */
  sentLayer?: number;
  knownLayer?: number;
}

interface SentTracksOptions {
  engine: MediaEngine;
  connection: Pick<Connection, 'request' | 'requestReliably' | 'state'>;
  log: Log;
  /** Key of this `publish()`, which every session of it shares. */
  publication: string;
  /**
   * A session that replaces a lost one: the server refuses it when the live has ended or another page has taken the
   * stage.
   */
  restore: boolean;
  /** Set for a spare of that session, which sends nothing until its layers are switched on. */
  spareOf: SessionId | undefined;
  /** Neither sends anything nor is on stage until `takeStage()`. */
  isPrepared: boolean;
  /** The tracks that should be sent; read at every `sync()`. */
  wanted: ReadonlyMap<TrackSource, OutgoingTrack>;
  onBroken(): void;
  onUnreachable(): void;
  onLayers(source: TrackSource, maxSpatialLayer: number): void;
  /** Layers that the server requested before the producer's id was known. */
  takeEarlyLayers(producerId: string): number | undefined;
}

export class SentTracks {
  readonly media: MediaTransport;
  readonly #options: SentTracksOptions;
  readonly #sent = new Map<TrackSource, SentTrack>();
  /** The last sync of each source; the next one waits for it. */
  readonly #syncs = new Map<TrackSource, Promise<void>>();
  #isRetiring = false;
  /** The server knows nothing of the tracks yet. */
  #isPrepared: boolean;
  /** Nothing is sent yet: layers begin switched off. */
  #isStandby: boolean;

  private constructor(media: MediaTransport, options: SentTracksOptions) {
    this.media = media;
    this.#options = options;
    this.#isPrepared = options.isPrepared;
    this.#isStandby = options.isPrepared || options.spareOf !== undefined;
    media.transport.on('produce', ({ kind, rtpParameters, appData }, callback) => {
      const data = appData as ProduceData;
      const { source, muted } = data;
      if (!this.#isPrepared) {
        const input = { session: media.session, kind, source, rtpParameters: asWire(rtpParameters), muted };
        data.asked = options.connection.request('stage:produce', input);
        // `produceTrack` awaits it. mediasoup-client would hold the next track back until the answer.
        data.asked.catch(() => undefined);
      }
      callback({ id: createKey() });
    });
  }

  /** Opens a session to send over. */
  static async open(options: SentTracksOptions): Promise<SentTracks> {
    const { engine, connection, log, publication, restore, spareOf, isPrepared, onBroken, onUnreachable } = options;
    const dtlsParameters = await engine.dtlsParameters('send');
    const input = dtlsParameters && { dtlsParameters };
    const answer = await (isPrepared
      ? connection.request('stage:preparePublish', { ...input })
      : connection.request('stage:publish', { publication, restore, ...input, ...(spareOf && { spareOf }) }));
    const onBack = (): void => sent.requestKeyFrames();
    const handlers = { onBroken, onBack, onUnreachable };
    const media = await MediaTransport.create({ direction: 'send', answer, engine, connection, log, ...handlers });
    const sent = new SentTracks(media, options);
    return sent;
  }

  /** Whether it has tracks, and no path that is known to be gone. */
  get isReady(): boolean {
    return this.#sent.size > 0 && !this.media.needsRestart;
  }

  /** Goes on stage with the prepared tracks that are wanted now. */
  async takeStage(publication: string): Promise<void> {
    const { connection, wanted } = this.#options;
    const tracks = [...this.#sent].flatMap(([source, sent]) => {
      const muted = wanted.get(source)?.muted;
      return muted === undefined ? [] : [{ source, sent: Object.assign(sent, { muted }) }];
    });
    this.#isPrepared = false;
    const { producerIds } = await connection.request('stage:takeStage', {
      session: this.media.session,
      publication,
      tracks: tracks.map(({ source, sent: { producer, muted } }) => {
        const { kind, rtpParameters } = producer;
        return { kind, source, rtpParameters: asWire(rtpParameters), muted };
      }),
    });
    // Not before: the first picture would reach the node before those who wait for it are connected to the track.
    this.activate();
    for (const [index, { sent }] of tracks.entries()) {
      sent.producerId = producerIds[index] ?? '';
      this.#follow(sent);
    }
  }

  /** Another session has taken over: adds no more tracks here. */
  retire(): void {
    this.#isRetiring = true;
  }

  /** Resolves when the server has the tracks that are wanted at the time of the call. */
  async sync(): Promise<void> {
    const wanted = [...this.#options.wanted.values()]
      // mediasoup-client negotiates them in this order: video first, because it takes longer to start.
      .sort((a, b) => Number(b.track.kind === 'video') - Number(a.track.kind === 'video'))
      .map(({ source }) => source);
    for (const sent of this.#sent.values()) void this.#reportLayers(sent);
    await Promise.all([...new Set([...wanted, ...this.#sent.keys()])].map((source) => this.#syncSource(source)));
  }

  close(): void {
    this.media.close();
  }

  /** Closes at both ends. */
  leave(): void {
    this.media.leave();
  }

  layersOf(producerId: string): LayerControl | undefined {
    return [...this.#sent.values()].find((sent) => sent.producerId === producerId)?.layers;
  }

  /** Switches the layers of a spare on. */
  activate(): void {
    this.#isStandby = false;
    for (const { layers } of this.#sent.values()) layers.wantAll();
  }

  /** The server notices it sooner than the browser. */
  handleUplinkNarrow(share: number): void {
    for (const { uplink } of this.#sent.values()) uplink?.handleNarrow(share);
  }

  /** Viewers have lost what was sent over a dead line. */
  requestKeyFrames(): void {
    for (const { layers, track } of this.#sent.values()) if (track.kind === 'video') layers.requestKeyFrame();
  }

  #syncSource(source: TrackSource): Promise<void> {
    const previous = this.#syncs.get(source) ?? Promise.resolve();
    const sync = previous.catch(() => undefined).then(() => this.#applyChanges(source));
    this.#syncs.set(source, sync);
    return sync;
  }

  async #applyChanges(source: TrackSource): Promise<void> {
    try {
      while (!this.media.closed && (await this.#applyNextChange(source)));
    } catch (error) {
      // A closed session has been replaced by another one.
      if (!this.media.closed) throw error;
    }
  }

  /**
   * Applies one difference between the sent and the wanted track; false if there is none, or the server was not
   * reached.
   */
  async #applyNextChange(source: TrackSource): Promise<boolean> {
    const wanted = this.#options.wanted.get(source);
    const sent = this.#sent.get(source);
    if (sent && (!wanted || sent.producer.closed)) return this.#remove(source, sent);
    if (!wanted) return false;
    if (!sent) return !this.#isRetiring && this.#produce(wanted);
    if (sent.track !== wanted.track) return this.#replace(sent, wanted.track);
    return sent.muted !== wanted.muted && this.#mute(sent, wanted.muted);
  }

  async #produce({ source, track, muted }: OutgoingTrack): Promise<boolean> {
    const { engine, connection, onLayers } = this.#options;
    // The media flows without the socket. The server hears of this change once the socket is back.
    if (connection.state !== 'connected') return false;
    const device = await engine.ready();
    const { transport } = this.media;
    const isStandby = this.#isStandby;
    const { producer, producerId } = await produceTrack({ device, transport, source, track, muted, isStandby });
    if (this.media.closed) {
      producer.close();
      return false;
    }
    const layers = new LayerControl(producer, (layer) => {
      if (track.kind === 'video') onLayers(source, layer);
    });
    const sent: SentTrack = { producer, producerId, layers, track, muted };
    this.#sent.set(source, sent);
    if (isStandby && !this.#isStandby) layers.wantAll();
    if (!this.#isPrepared) this.#follow(sent);
    return true;
  }

  /** The track is on stage, or on a spare. */
  #follow(sent: SentTrack): void {
    const early = this.#options.takeEarlyLayers(sent.producerId);
    if (sent.producer.kind !== 'video') return;
    void this.#followLayers(sent);
    if (early !== undefined) sent.layers.want(early);
  }

  /** A viewer does not need this code, and a live does without. */
  async #followLayers(sent: SentTrack): Promise<void> {
    const code = await import('./uplink-layers.ts').catch(() => null);
    if (!code) return;
    const { producer, producerId, layers } = sent;
    sent.uplink = new code.UplinkLayers({
      producer,
      layers,
      onChanged: (maxSpatialLayer) => {
        this.#options.log('info', 'layers sent changed', { producer: producerId, maxSpatialLayer });
        sent.sentLayer = maxSpatialLayer;
        return this.#reportLayers(sent);
      },
    });
  }

  /** What the server was not told while the socket was lost follows with the next `sync()`. */
  async #reportLayers(sent: SentTrack): Promise<void> {
    const { connection, log } = this.#options;
    const { producerId, sentLayer: maxSpatialLayer } = sent;
    if (maxSpatialLayer === undefined || maxSpatialLayer === sent.knownLayer || connection.state !== 'connected')
      return;
    try {
      await connection.request('stage:sentLayers', { session: this.media.session, producerId, maxSpatialLayer });
      sent.knownLayer = maxSpatialLayer;
    } catch (error) {
      log('debug', 'sent layers not reported', { code: toLogeError(error, 'internal').code });
    }
  }

  async #replace(sent: SentTrack, track: MediaStreamTrack): Promise<boolean> {
    await sent.producer.replaceTrack({ track });
    sent.track = track;
    return true;
  }

  async #remove(source: TrackSource, sent: SentTrack): Promise<boolean> {
    sent.producer.close();
    const isDone = await this.#request('stage:unproduce', sent, {});
    if (isDone) this.#sent.delete(source);
    return isDone;
  }

  async #mute(sent: SentTrack, muted: boolean): Promise<boolean> {
    const isDone = await this.#request('stage:mute', sent, { muted });
    if (isDone) sent.muted = muted;
    return isDone;
  }

  /** False while the session does not belong to this socket; it is synced again after it was resumed. */
  async #request<N extends 'stage:mute' | 'stage:unproduce'>(
    name: N,
    { producerId }: SentTrack,
    rest: Omit<RequestInput<N>, 'session' | 'producerId'>,
  ): Promise<boolean> {
    const input = { session: this.media.session, producerId, ...rest } as RequestInput<N>;
    if (this.#isPrepared) return true;
    try {
      await this.#options.connection.requestReliably(name, input);
      return true;
    } catch (error) {
      const { code } = toLogeError(error, 'internal');
      if (code === 'producer_not_found') return true;
      if (code === 'session_not_found' || code === 'connection_failed') return false;
      throw error;
    }
  }
}

interface ProduceOptions {
  device: Device;
  transport: Transport;
  source: TrackSource;
  track: MediaStreamTrack;
  muted: boolean;
  /** Whether all layers start switched off. */
  isStandby: boolean;
}

async function produceTrack(options: ProduceOptions): Promise<{ producer: Producer; producerId: string }> {
  const { device, transport, source, track, muted, isStandby } = options;
  if (track.kind === 'video' && !device.canProduce('video')) throw new LogeError('media_not_supported');
  // Sharp text matters more than smooth motion, unless the page has set its own hint.
  if (source === 'screen' && track.contentHint === '') track.contentHint = 'detail';
  const codec = device.sendRtpCapabilities.codecs?.find(({ mimeType }) => mimeType.toLowerCase() === 'video/vp8');
  const appData: ProduceData = { source, muted };
  const producer = await transport.produce({
    track,
    encodings: isStandby ? switchOff(encodingsFor(source, track)) : encodingsFor(source, track),
    codecOptions: codecOptionsFor(source, track),
    ...(track.kind === 'video' && codec ? { codec } : {}),
    // The device belongs to the code that captured the track.
    stopTracks: false,
    // A muted track is disabled by its owner; a pause is for an uplink that has become too narrow.
    disableTrackOnPause: false,
    zeroRtpOnPause: true,
    appData,
  });
  try {
    const { producerId } = (await appData.asked) ?? { producerId: producer.id };
    return { producer, producerId };
  } catch (error) {
    producer.close();
    throw error;
  }
}

/** mediasoup's own JSON, checked by the SFU. */
function asWire(rtpParameters: RtpParameters): RequestInput<'stage:produce'>['rtpParameters'] {
  return rtpParameters as unknown as RequestInput<'stage:produce'>['rtpParameters'];
}

function switchOff(encodings: RtpEncodingParameters[] = [{}]): RtpEncodingParameters[] {
  return encodings.map((encoding) => ({ ...encoding, active: false }));
}
