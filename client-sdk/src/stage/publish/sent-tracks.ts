/**
 * What one media session sends. It follows what should be sent: tracks may be put, replaced, muted and removed while the server is still being told of
 * an earlier change, and what is told last is how things are.
 */
import type { Producer } from 'mediasoup-client/types';
import type { RequestInput } from '../../../../server/protocol/realtime.ts';
import type { TrackSource } from '../../../../server/protocol/stage.ts';
import type { Connection } from '../../connection/connection.ts';
import { toLogeError } from '../../errors.ts';
import type { MediaEngine } from '../../media/media-engine.ts';
import type { MediaTransport } from '../../media/media-transport.ts';
import { LayerControl } from './layer-control.ts';
import { produceTrack } from './produce-track.ts';

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
  media: MediaTransport;
  wanted: ReadonlyMap<TrackSource, OutgoingTrack>;
  engine: MediaEngine;
  connection: Pick<Connection, 'request' | 'requestReliably'>;
  /** Nothing is sent until the layers are switched on. */
  waiting: boolean;
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

  constructor(options: SentTracksOptions) {
    this.media = options.media;
    this.#options = options;
    options.media.transport.on('produce', ({ kind, rtpParameters, appData }, callback, errback) => {
      const { source, muted } = appData as { source: TrackSource; muted: boolean };
      options.connection
        .request('stage:produce', {
          session: options.media.session,
          kind,
          source,
          // mediasoup's own JSON, checked by the SFU.
          rtpParameters: rtpParameters as unknown as RequestInput<'stage:produce'>['rtpParameters'],
          muted,
        })
        .then(({ producerId }) => callback({ id: producerId }), errback);
    });
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
    const { engine, waiting, onLayers, takeEarlyLayers } = this.#options;
    const device = await engine.ready();
    const { transport } = this.media;
    const producer = await produceTrack({ device, transport, source, track, muted, waiting });
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
