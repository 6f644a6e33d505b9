/**
 * What one media session sends. It follows what should be sent: tracks may be put, replaced, muted and removed while the server is still being told of
 * an earlier change, and what is told last is how things are.
 */
import type { Device, Producer, RtpEncodingParameters, Transport } from 'mediasoup-client/types';
import type { SessionId } from '../../../../server/protocol/ids.ts';
import type { RequestInput } from '../../../../server/protocol/realtime.ts';
import type { TrackSource } from '../../../../server/protocol/stage.ts';
import type { Connection } from '../../connection/connection.ts';
import { LogeError, toLogeError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { MediaEngine } from '../../media/media-engine.ts';
import { MediaTransport } from '../../media/media-transport.ts';
import { codecOptionsFor, encodingsFor } from './encodings.ts';
import { LayerControl } from './layer-control.ts';

/** A local track that should be on stage. */
export interface OutgoingTrack {
  readonly source: TrackSource;
  readonly track: MediaStreamTrack;
  readonly muted: boolean;
}

/** A track that the server knows of, and what it was told. */
interface SentTrack {
  producer: Producer;
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
  /** A session that replaces a lost one: the server refuses it when the live is over or another page has taken it over. */
  restore: boolean;
  /** Set for a spare of that session, which sends nothing until its layers are switched on. */
  spareOf: SessionId | undefined;
  /** The tracks that should be sent; read at every `sync()`. */
  wanted: ReadonlyMap<TrackSource, OutgoingTrack>;
  onBroken(): void;
  onLayers(source: TrackSource, maxSpatialLayer: number): void;
  /** The layers that were wanted before the producer's id was known. */
  takeEarlyLayers(producerId: string): number | undefined;
}

export class SentTracks {
  readonly media: MediaTransport;
  readonly #options: SentTracksOptions;
  readonly #sent = new Map<TrackSource, SentTrack>();
  readonly #turns = new Map<TrackSource, Promise<void>>();
  #isParting = false;

  private constructor(media: MediaTransport, options: SentTracksOptions) {
    this.media = media;
    this.#options = options;
    media.transport.on('produce', ({ kind, rtpParameters, appData }, callback, errback) => {
      const { source, muted } = appData as { source: TrackSource; muted: boolean };
      options.connection
        .request('stage:produce', {
          session: media.session,
          kind,
          source,
          // mediasoup's own JSON, checked by the SFU.
          rtpParameters: rtpParameters as unknown as RequestInput<'stage:produce'>['rtpParameters'],
          muted,
        })
        .then(({ producerId }) => callback({ id: producerId }), errback);
    });
  }

  /** Opens a session to send over. */
  static async open(options: SentTracksOptions): Promise<SentTracks> {
    const { engine, connection, log, publication, restore, spareOf, onBroken } = options;
    const [, dtlsParameters] = await Promise.all([engine.ready(), engine.dtlsParameters()]);
    const answer = await connection.request('stage:publish', {
      publication,
      restore,
      ...(dtlsParameters && { dtlsParameters }),
      ...(spareOf && { spareOf }),
    });
    const media = await MediaTransport.create({ direction: 'send', answer, engine, connection, log, onBroken });
    return new SentTracks(media, options);
  }

  /** Another session has taken over: what is not sent yet will not be sent here. */
  part(): void {
    this.#isParting = true;
  }

  /** Resolves when the server has been told of everything that should be sent at that moment. */
  async follow(): Promise<void> {
    const wanted = [...this.#options.wanted.values()]
      // mediasoup-client negotiates them in this order: the picture first, it takes longer to begin.
      .sort((a, b) => Number(b.track.kind === 'video') - Number(a.track.kind === 'video'))
      .map(({ source }) => source);
    await Promise.all([...new Set([...wanted, ...this.#sent.keys()])].map((source) => this.#followSource(source)));
  }

  layersOf(producerId: string): LayerControl | undefined {
    return [...this.#sent.values()].find(({ producer }) => producer.id === producerId)?.layers;
  }

  /** What was kept ready begins. */
  sendAll(): void {
    for (const { layers } of this.#sent.values()) layers.wantAll();
  }

  #followSource(source: TrackSource): Promise<void> {
    const turn = (this.#turns.get(source) ?? Promise.resolve()).catch(() => undefined).then(() => this.#settle(source));
    this.#turns.set(source, turn);
    return turn;
  }

  async #settle(source: TrackSource): Promise<void> {
    try {
      while (!this.media.closed && (await this.#changeOne(source)));
    } catch (error) {
      // Whatever goes on in its place has told the server by itself.
      if (!this.media.closed) throw error;
    }
  }

  /** Takes one difference between what is sent and what should be away; false when there is none. */
  async #changeOne(source: TrackSource): Promise<boolean> {
    const wanted = this.#options.wanted.get(source);
    const sent = this.#sent.get(source);
    if (sent && (!wanted || sent.producer.closed)) return this.#remove(source, sent);
    if (!wanted) return false;
    if (!sent) return !this.#isParting && this.#produce(wanted);
    if (sent.track !== wanted.track) return this.#replace(sent, wanted.track);
    return sent.muted !== wanted.muted && this.#mute(sent, wanted.muted);
  }

  async #produce({ source, track, muted }: OutgoingTrack): Promise<boolean> {
    const { engine, spareOf, onLayers, takeEarlyLayers } = this.#options;
    const device = await engine.ready();
    const { transport } = this.media;
    const isStandby = spareOf !== undefined;
    const producer = await produceTrack({ device, transport, source, track, muted, isStandby });
    if (this.media.closed) {
      producer.close();
      return false;
    }
    const layers = new LayerControl(producer, (layer) => {
      if (track.kind === 'video') onLayers(source, layer);
    });
    this.#sent.set(source, { producer, layers, track, muted });
    if (muted) producer.pause();
    const early = takeEarlyLayers(producer.id);
    if (early !== undefined && track.kind === 'video') layers.want(early);
    return true;
  }

  async #replace(sent: SentTrack, track: MediaStreamTrack): Promise<boolean> {
    await sent.producer.replaceTrack({ track });
    sent.track = track;
    return true;
  }

  async #remove(source: TrackSource, { producer }: SentTrack): Promise<boolean> {
    producer.close();
    const isTold = await this.#tell('stage:unproduce', producer, {});
    if (isTold) this.#sent.delete(source);
    return isTold;
  }

  async #mute(sent: SentTrack, muted: boolean): Promise<boolean> {
    if (muted) sent.producer.pause();
    else sent.producer.resume();
    const isTold = await this.#tell('stage:mute', sent.producer, { muted });
    if (isTold) sent.muted = muted;
    return isTold;
  }

  /** False while the session is not this socket's: whoever resumes it follows again. */
  async #tell<N extends 'stage:mute' | 'stage:unproduce'>(
    name: N,
    { id: producerId }: Producer,
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

async function produceTrack({ device, transport, source, track, muted, isStandby }: ProduceOptions): Promise<Producer> {
  if (track.kind === 'video' && !device.canProduce('video')) throw new LogeError('media_not_supported');
  // Sharp text matters more than smooth motion, unless the page has set its own hint.
  if (source === 'screen' && track.contentHint === '') track.contentHint = 'detail';
  const codec = device.sendRtpCapabilities.codecs?.find(({ mimeType }) => mimeType.toLowerCase() === 'video/vp8');
  return transport.produce({
    track,
    encodings: isStandby ? switchOff(encodingsFor(source, track)) : encodingsFor(source, track),
    codecOptions: codecOptionsFor(source, track),
    ...(track.kind === 'video' && codec ? { codec } : {}),
    // The device belongs to the code that captured the track.
    stopTracks: false,
    appData: { source, muted },
  });
}

function switchOff(encodings: RtpEncodingParameters[] = [{}]): RtpEncodingParameters[] {
  return encodings.map((encoding) => ({ ...encoding, active: false }));
}
