/**
 * A media session that sends tracks. `sync()` applies the difference between the sent and the wanted tracks, one change
 * per source at a time, so that the last state wins when tracks change during a request.
 */
import type { Device, Producer, RtpEncodingParameters, Transport } from 'mediasoup-client/types';
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
  track: MediaStreamTrack;
  muted: boolean;
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

  private constructor(media: MediaTransport, options: SentTracksOptions) {
    this.media = media;
    this.#options = options;
    media.transport.on('produce', ({ kind, rtpParameters, appData }, callback) => {
      const data = appData as ProduceData;
      data.asked = options.connection.request('stage:produce', {
        session: media.session,
        kind,
        source: data.source,
        // mediasoup's own JSON, checked by the SFU.
        rtpParameters: rtpParameters as unknown as RequestInput<'stage:produce'>['rtpParameters'],
        muted: data.muted,
      });
      // `produceTrack` awaits it. mediasoup-client would hold the next track back until the answer.
      data.asked.catch(() => undefined);
      callback({ id: createKey() });
    });
  }

  /** Opens a session to send over. */
  static async open(options: SentTracksOptions): Promise<SentTracks> {
    const { engine, connection, log, publication, restore, spareOf, onBroken, onUnreachable } = options;
    const dtlsParameters = await engine.dtlsParameters('send');
    const answer = await connection.request('stage:publish', {
      publication,
      restore,
      ...(dtlsParameters && { dtlsParameters }),
      ...(spareOf && { spareOf }),
    });
    const onBack = (): void => sent.requestKeyFrames();
    const handlers = { onBroken, onBack, onUnreachable };
    const media = await MediaTransport.create({ direction: 'send', answer, engine, connection, log, ...handlers });
    const sent = new SentTracks(media, options);
    return sent;
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
    await Promise.all([...new Set([...wanted, ...this.#sent.keys()])].map((source) => this.#syncSource(source)));
  }

  layersOf(producerId: string): LayerControl | undefined {
    return [...this.#sent.values()].find((sent) => sent.producerId === producerId)?.layers;
  }

  /** Switches the layers of a spare on. */
  activate(): void {
    for (const { layers } of this.#sent.values()) layers.wantAll();
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
    const { engine, spareOf, onLayers, takeEarlyLayers } = this.#options;
    const device = await engine.ready();
    const { transport } = this.media;
    const isStandby = spareOf !== undefined;
    const { producer, producerId } = await produceTrack({ device, transport, source, track, muted, isStandby });
    if (this.media.closed) {
      producer.close();
      return false;
    }
    const layers = new LayerControl(producer, (layer) => {
      if (track.kind === 'video') onLayers(source, layer);
    });
    this.#sent.set(source, { producer, producerId, layers, track, muted });
    if (track.kind === 'video') void this.#followLayers(producerId, producer, layers);
    const early = takeEarlyLayers(producerId);
    if (early !== undefined && track.kind === 'video') layers.want(early);
    return true;
  }

  /** A viewer does not need this code, and a live does without. */
  async #followLayers(producerId: string, producer: Producer, layers: LayerControl): Promise<void> {
    const { connection, log } = this.#options;
    const code = await import('./uplink-layers.ts').catch(() => null);
    if (!code) return;
    new code.UplinkLayers({
      producer,
      layers,
      onChanged: async (maxSpatialLayer) => {
        log('info', 'layers sent changed', { producer: producerId, maxSpatialLayer });
        if (connection.state !== 'connected') return;
        const input = { session: this.media.session, producerId, maxSpatialLayer };
        await connection.request('stage:sentLayers', input).catch((error) => {
          log('debug', 'sent layers not reported', { code: toLogeError(error, 'internal').code });
        });
      },
    });
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

function switchOff(encodings: RtpEncodingParameters[] = [{}]): RtpEncodingParameters[] {
  return encodings.map((encoding) => ({ ...encoding, active: false }));
}
