import type { types } from 'mediasoup';
import type {
  ConsumerOptions,
  DtlsParameters,
  RtpCapabilities,
  SessionCloseReason,
  TransportOptions,
  Viewport,
} from '../contract.ts';
import { toSfuError } from '../errors.ts';
import { EXPECTED_TRACKS } from '../limits.ts';
import type { SfuLog } from '../log.ts';
import { FrameRateRise } from '../tracks/frame-rate-rise.ts';
import { preferredLayer } from '../tracks/layers.ts';
import type { StageTrack } from '../tracks/stage-track.ts';
import type { TrackWatcher } from '../tracks/track-watcher.ts';
import { MediaSession } from './media-session.ts';
import type { ReceiverBudget } from './receiver-budget.ts';
import { ReceiverGuard } from './receiver-guard.ts';
import { ReceiverReports } from './receiver-reports.ts';
import type { SessionOptions } from './session.ts';

/** A track of the stage as this viewer gets it. Without `consumer` it is still on its way. */
interface WatchedTrack {
  readonly track: StageTrack;
  preferredLayer: number;
  consumer?: types.Consumer;
}

/** The receiving side of one viewer: a consumer for each track on stage that they can decode, running from the start. */
export class WatchSession extends MediaSession implements TrackWatcher {
  readonly #rtpCapabilities: types.RtpCapabilities;
  readonly #watched = new Map<string, WatchedTrack>();
  /** Consumers under way, which the answer to `watch` waits for. */
  readonly #adding = new Set<Promise<void>>();
  /** Made, and to be told together with those that are still under way: a browser then negotiates once. */
  #untold: WatchedTrack[] = [];
  readonly #log: SfuLog;
  #load = 0;
  #wasOffered = false;
  readonly #reports = new ReceiverReports();
  readonly #budget: ReceiverBudget | undefined;
  #guard: ReceiverGuard | undefined;
  #paused = false;
  #viewport: Viewport | undefined;

  constructor(
    options: SessionOptions & {
      rtpCapabilities: RtpCapabilities;
      viewport?: Viewport;
      /** Given where nothing is to be sent to a client that does not report that it arrives. */
      budget?: ReceiverBudget;
      beginsPaused: boolean;
      log: SfuLog;
    },
  ) {
    super(options);
    this.#budget = options.budget;
    this.#paused = options.beginsPaused;
    this.#rtpCapabilities = options.rtpCapabilities as types.RtpCapabilities;
    this.#viewport = options.viewport;
    this.#log = options.log;
  }

  /** What this viewer receives now; a track whose consumer is still being made is told when it is. */
  get consumers(): ConsumerOptions[] {
    return [...this.#watched.values()].flatMap((watched) => consumerOptions(watched) ?? []);
  }

  override get paused(): boolean {
    return this.#paused;
  }

  /** Counts this viewer into the worker's load. */
  enter(): void {
    this.#updateLoad();
  }

  /**
   * The highest layer of the track that this viewer needs, if they watch it: the one that they prefer, and as long as the worker still sends them a
   * higher one, which it may for a second or two until it can change, that one.
   */
  preferredLayer(track: StageTrack): number | undefined {
    const watched = this.#watched.get(track.id);
    if (this.waiting || !watched) return undefined;
    return Math.max(watched.preferredLayer, watched.consumer?.currentLayers?.spatialLayer ?? 0);
  }

  /** What is on stage by now is kept, the rest taken off; what is missing is to be added. */
  override wake(): void {
    super.wake();
    const onStage = this.room.tracks;
    const watched = [...this.#watched.values()].map(({ track }) => track);
    this.removeTracks(watched.filter((track) => !onStage.includes(track)));
    this.#updateLoad();
    this.room.handlePreferenceChanged(onStage);
  }

  /**
   * Makes the transport and all consumers, the consumers unpaused: they start by themselves when DTLS is up, and mediasoup asks for a
   * key frame at that moment, so that no further message is needed. All requests to the worker are under way together.
   */
  async open(dtlsParameters?: DtlsParameters): Promise<{ transport: TransportOptions; consumers: ConsumerOptions[] }> {
    const [transport] = await Promise.all([this.openTransport(), this.room.stageKnown()]);
    this.assertOpen();
    for (const track of this.waiting ? this.room.waitingTracks : this.room.tracks) this.addTrack(track);
    if (dtlsParameters) await this.connect(dtlsParameters);
    // Tracks may come on stage while the first ones are awaited; the answer holds them too.
    while (this.#adding.size > 0) await Promise.all(this.#adding);
    const answer = this.answer(transport);
    if (this.#budget) this.#guard = this.#createGuard(this.#budget);
    if (this.#paused) this.#tellPaused();
    return { transport: answer, consumers: this.consumers };
  }

  /** A track came on stage. */
  addTrack(track: StageTrack): void {
    if (!this.hasTransport || this.#watched.has(track.id)) return;
    if (!track.canBeConsumed(this.#rtpCapabilities)) return;
    const watched: WatchedTrack = {
      track,
      preferredLayer: preferredLayer(this.#viewport, track.scales, track.sourceSize),
    };
    this.#watched.set(track.id, watched);
    this.#updateLoad();
    this.room.handlePreferenceChanged([track]);
    const adding = this.#consume(watched).finally(() => {
      this.#adding.delete(adding);
      this.#tellAdded();
    });
    this.#adding.add(adding);
    // Once opened nobody awaits it: a failure is logged where it happens.
    adding.catch(() => {});
  }

  /** Tracks left the stage, or are not this viewer's any more though they are still there. */
  removeTracks(tracks: StageTrack[]): void {
    const removed = tracks.flatMap(({ id }) => this.#watched.get(id) ?? []);
    for (const { track } of removed) this.#watched.delete(track.id);
    this.#updateLoad();
    const consumerIds = removed.flatMap(({ consumer }) => consumer?.id ?? []);
    for (const { consumer } of removed) consumer?.close();
    if (!this.opened || this.closed || consumerIds.length === 0) return;
    const lost = removed.every(({ track }) => track.lost);
    this.emit({ type: 'consumersRemoved', room: this.grant.room, session: this.id, consumerIds, lost });
  }

  handleTrackMuted(track: StageTrack): void {
    const consumer = this.#watched.get(track.id)?.consumer;
    if (!this.opened || this.closed || !consumer) return;
    const { muted } = track;
    this.emit({ type: 'trackMuted', room: this.grant.room, session: this.id, consumerId: consumer.id, muted });
  }

  async setViewport(viewport: Viewport): Promise<void> {
    this.assertOpen();
    this.#viewport = viewport;
    const changed = [...this.#watched.values()].filter((watched) => {
      const { track } = watched;
      const layer = preferredLayer(viewport, track.scales, track.sourceSize);
      if (layer === watched.preferredLayer) return false;
      watched.preferredLayer = layer;
      return true;
    });
    this.room.handlePreferenceChanged(changed.map(({ track }) => track));
    await Promise.all(changed.map((watched) => this.#applyPreferredLayer(watched)));
  }

  /** Ends a pause, or answers after how many milliseconds that may be asked for. */
  async play(): Promise<number | undefined> {
    this.assertOpen();
    if (!this.#paused || !this.#budget) return undefined;
    const retryAfterMs = await this.#budget.renew(Date.now());
    if (retryAfterMs !== undefined) return retryAfterMs;
    this.#paused = false;
    await this.#applyPause();
    return undefined;
  }

  override close(reason: SessionCloseReason): void {
    this.#guard?.close();
    super.close(reason);
    const tracks = [...this.#watched.values()].map(({ track }) => track);
    this.#watched.clear();
    this.#updateLoad();
    this.room.handlePreferenceChanged(tracks);
  }

  protected override handleConnected(): void {
    if (this.waiting) return;
    for (const { track } of this.#watched.values()) track.handleViewerStarted();
  }

  protected override streams(): types.Consumer[] {
    return [...this.#watched.values()].flatMap(({ consumer }) => consumer ?? []);
  }

  async #consume(watched: WatchedTrack): Promise<void> {
    const { track, preferredLayer: spatialLayer } = watched;
    const stillWanted = () => !this.closed && !track.closed && this.#watched.get(track.id) === watched;
    try {
      await this.room.provide(track);
      const consumer = await this.transport.consume({
        producerId: track.id,
        rtpCapabilities: this.#rtpCapabilities,
        paused: this.#paused,
        ...(track.layered && { preferredLayers: { spatialLayer } }),
      });
      if (!stillWanted()) return consumer.close();
      watched.consumer = consumer;
      if (!this.#wasOffered) this.handleFirstOffer();
      this.#wasOffered = true;
      // It may have been paused, or played, while the worker was at it.
      if (this.#paused !== consumer.paused) void this.#applyPause();
      consumer.on('layerschange', () => this.room.handlePreferenceChanged([track]));
      if (track.layered) FrameRateRise.watch(consumer, () => watched.preferredLayer);
      // The viewport may have changed while the worker was at it.
      if (watched.preferredLayer !== spatialLayer) void this.#applyPreferredLayer(watched);
    } catch (error) {
      if (!stillWanted()) return;
      this.#watched.delete(track.id);
      this.#updateLoad();
      this.room.handlePreferenceChanged([track]);
      this.#log.warn({ room: this.grant.room, session: this.id, producer: track.id, err: error }, 'consumer refused');
      throw toSfuError(error, 'cannot_consume');
    }
    if (this.opened) this.#untold.push(watched);
  }

  protected override countReports(stats: unknown[]): number {
    const sent = (stats as types.RtpStreamSendStats[]).filter(({ type }) => type === 'outbound-rtp');
    void this.#lookAtReports(sent);
    return this.#reports.seen;
  }

  async #lookAtReports(sent: types.RtpStreamSendStats[]): Promise<boolean> {
    const isNew = this.#reports.look(sent);
    if (isNew) await this.#budget?.handleReport();
    return isNew;
  }

  #createGuard(budget: ReceiverBudget): ReceiverGuard {
    return new ReceiverGuard({
      budget,
      lookAtReports: (sent) => this.#lookAtReports(sent),
      streams: () => (this.connected && !this.#paused && !this.waiting ? this.streams() : []),
      handleSpent: () => this.#pause(),
      log: this.#log,
    });
  }

  #pause(): void {
    if (this.#paused || this.waiting || this.closed) return;
    this.#paused = true;
    void this.#applyPause();
    this.#tellPaused();
  }

  #tellPaused(): void {
    this.emit({ type: 'paused', room: this.grant.room, session: this.id });
  }

  async #applyPause(): Promise<void> {
    const paused = this.#paused;
    const done = await Promise.allSettled(
      this.streams().map((consumer) => (paused ? consumer.pause() : consumer.resume())),
    );
    for (const result of done)
      if (result.status === 'rejected' && !this.closed)
        this.#log.warn({ session: this.id, err: result.reason }, 'consumer neither paused nor resumed');
  }

  #tellAdded(): void {
    if (this.#adding.size > 0) return;
    // One that left again meanwhile has not been told and need not be.
    const added = this.#untold.filter((watched) => this.#watched.get(watched.track.id) === watched);
    this.#untold = [];
    const consumers = added.flatMap((watched) => consumerOptions(watched) ?? []);
    if (this.closed || consumers.length === 0) return;
    // Whoever comes up later asks then for the picture to begin.
    if (this.connected && !this.waiting) for (const { track } of added) track.handleViewerTold();
    this.emit({ type: 'consumersAdded', room: this.grant.room, session: this.id, consumers });
  }

  #updateLoad(): void {
    const load = this.closed || this.waiting ? 0 : Math.max(this.#watched.size, EXPECTED_TRACKS);
    this.room.handleLoadChanged(load - this.#load);
    this.#load = load;
  }

  async #applyPreferredLayer({ track, consumer, preferredLayer: spatialLayer }: WatchedTrack): Promise<void> {
    if (!consumer || !track.layered) return;
    try {
      await consumer.setPreferredLayers({ spatialLayer });
    } catch (error) {
      // The consumer ended in between: there is nothing left to adjust.
      if (consumer.closed || track.closed || this.closed) return;
      throw toSfuError(error, 'cannot_consume');
    }
  }
}

function consumerOptions({ track, consumer }: WatchedTrack): ConsumerOptions | undefined {
  if (!consumer || consumer.closed) return undefined;
  const { id, producerId, kind, rtpParameters } = consumer;
  return { id, producerId, kind, rtpParameters, source: track.source, muted: track.muted };
}
