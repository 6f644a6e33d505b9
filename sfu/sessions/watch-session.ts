import { setTimeout as delay } from 'node:timers/promises';
import type { types } from 'mediasoup';
import {
  type ConsumerOptions,
  type DtlsParameters,
  type RtpCapabilities,
  type SessionCloseReason,
  type SessionGrant,
  SfuError,
  type SfuRequest,
  type TransportOptions,
  type Viewport,
} from '../contract.ts';
import { toSfuError } from '../errors.ts';
import { EXPECTED_TRACKS, VIDEO_RESTART_SPACING_MS, VIEWER_BITRATE_MIN_BPS } from '../limits.ts';
import type { SfuLog } from '../log.ts';
import { FrameRateRise } from '../tracks/frame-rate-rise.ts';
import type { StageTrack, TrackWatcher } from '../tracks/stage-track.ts';
import { MediaSession } from './media-session.ts';
import { NarrowLine } from './narrow-line.ts';
import type { ReceiverBudget } from './receiver-budget.ts';
import { ReceiverGuard, ReceiverReports } from './receiver-guard.ts';
import type { SessionOptions } from './session.ts';
import { SoundOnly } from './sound-only.ts';
import { WatchedTrack } from './watched-track.ts';

/** Of DTLS 1.2, until this end may send. */
const DTLS_ROUND_TRIPS = 2;
/** What a fast browser takes from the answer to its first ICE check, besides the round trip. */
const NEGOTIATION_MS = 14;
/** Of a worker, for a stream that loses no packets. */
const SCORE_WITHOUT_LOSS = 10;
/** Share of the packets, as the worker averages it over the last reports, which may be up to 250 ms apart. */
const LINE_LOSS_MIN = 0.03;
const LINE_CHECKS = 4;
const LINE_CHECK_MS = 80;
/** What was sent in the last second has to exceed what arrives by this factor; random losses alone are fewer. */
const LINE_EXCESS_MIN = 1.25;
/**
 * Jitter of a camera's packets above which they come unevenly from the publisher, so that its line is the narrow one
 * (RFC 3550, section 6.4.1): 5 ms.
 */
const JITTER_MAX_TICKS = 450;
/** Size of a key frame of the lowest layer, and the longest wait for room for one. */
const KEY_FRAME_BITS = 32_000;
const ROOM_WAIT_MAX_MS = 150;

/** The session of one viewer: a consumer for each track on stage that the client can decode, running from the start. */
export class WatchSession extends MediaSession implements TrackWatcher {
  readonly #rtpCapabilities: types.RtpCapabilities;
  readonly #watched = new Map<string, WatchedTrack>();
  /** Consumers being created; the answer to `watch` waits for them. */
  readonly #adding = new Set<Promise<void>>();
  /** Created, and announced together with those still being created, so that a browser negotiates once. */
  #unannounced: WatchedTrack[] = [];
  readonly #log: SfuLog;
  #load = 0;
  #wasOffered = false;
  readonly #reports = new ReceiverReports();
  readonly #budget: ReceiverBudget | undefined;
  #guard: ReceiverGuard | undefined;
  #line: NarrowLine | undefined;
  readonly #soundOnly = new SoundOnly(() => void this.#applyPause());
  #paused = false;
  #viewport: Viewport | undefined;
  #restarted = { atMs: Number.NEGATIVE_INFINITY, isNarrow: false };
  #lateAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    options: SessionOptions & {
      rtpCapabilities: RtpCapabilities;
      viewport?: Viewport;
      /** For a metered viewer: nothing is sent while the client does not report that it receives media. */
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

  /** A track whose consumer is still being created is announced by event. */
  override get consumers(): ConsumerOptions[] {
    return [...this.#watched.values()].flatMap((watched) => watched.consumerOptions ?? []);
  }

  override get paused(): boolean {
    return this.#paused;
  }

  /** Its person has no access yet. */
  override get isPrepared(): boolean {
    return !this.grant.subscribe;
  }

  /** Its person has access from now on. */
  async admit(grant: SessionGrant): Promise<ConsumerOptions[]> {
    const { room, identity } = this.grant;
    if (grant.room !== room || grant.identity !== identity || !grant.subscribe || grant.metered)
      throw new SfuError('not_entitled', 'The grant does not allow this person to watch, or pays by the second.');
    this.setGrant(grant);
    this.#updateLoad();
    for (const track of this.room.tracks) this.addTrack(track);
    while (this.#adding.size > 0) await Promise.all(this.#adding);
    return this.consumers;
  }

  /** Counts this viewer into the worker's load. */
  enter(): void {
    this.#updateLoad();
  }

  /**
   * The highest layer of the track that this viewer needs, if they watch it: the preferred one, or a higher one as long
   * as the worker still sends that, which may take a second or two to change.
   */
  preferredLayer(track: StageTrack): number | undefined {
    const watched = this.#watched.get(track.id);
    if (this.isSpare || !watched) return undefined;
    return Math.max(watched.preferredLayer, watched.consumer?.currentLayers?.spatialLayer ?? 0);
  }

  /** Keeps the tracks that are on stage now and removes the others. The room adds those that are missing. */
  override activate(): void {
    super.activate();
    const onStage = this.room.tracks;
    const watched = [...this.#watched.values()].map(({ track }) => track);
    this.removeTracks(watched.filter((track) => !onStage.includes(track)));
    this.#updateLoad();
    this.room.handlePreferenceChanged(onStage);
  }

  /**
   * Creates the transport and all consumers, unpaused: they start when DTLS is up, and mediasoup requests a key frame
   * at that moment, so that no further message is needed. The requests to the worker run concurrently.
   */
  async open(dtlsParameters?: DtlsParameters): Promise<{ transport: TransportOptions; consumers: ConsumerOptions[] }> {
    const [transport] = await Promise.all([this.openTransport(), this.room.stageKnown()]);
    this.assertOpen();
    this.#line = new NarrowLine({ transport, tracks: () => [...this.#watched.values()] });
    for (const track of this.isSpare ? this.room.spareTracks : this.room.tracks) this.addTrack(track);
    if (dtlsParameters) await this.connect(dtlsParameters);
    // Tracks that come on stage meanwhile are part of the answer too.
    while (this.#adding.size > 0) await Promise.all(this.#adding);
    const answer = this.answer(transport);
    if (this.#budget) this.#guard = this.#createGuard(this.#budget);
    if (this.#paused) this.#emitPaused();
    return { transport: answer, consumers: this.consumers };
  }

  /** A track came on stage. */
  addTrack(track: StageTrack): void {
    if (!this.hasTransport || this.isPrepared || this.#watched.has(track.id)) return;
    if (!track.canBeConsumed(this.#rtpCapabilities)) return;
    const watched = new WatchedTrack(track, this.#viewport);
    this.#watched.set(track.id, watched);
    this.#updateLoad();
    this.room.handlePreferenceChanged([track]);
    const adding = this.#consume(watched).finally(() => {
      this.#adding.delete(adding);
      this.#announceAdded();
    });
    this.#adding.add(adding);
    // `open` awaits it; after that a failure is only logged, in `#consume`.
    adding.catch(() => {});
  }

  /** Tracks left the stage, or are no longer for this viewer. */
  removeTracks(tracks: StageTrack[]): void {
    const removed = tracks.flatMap(({ id }) => this.#watched.get(id) ?? []);
    for (const { track } of removed) this.#watched.delete(track.id);
    this.#updateLoad();
    const lost = removed.every(({ track }) => track.lost);
    // A publisher that was lost comes back with its sound.
    if (!lost) this.#handleSoundChanged();
    const consumerIds = removed.flatMap(({ consumer }) => consumer?.id ?? []);
    for (const { consumer } of removed) consumer?.close();
    if (!this.opened || this.closed || consumerIds.length === 0) return;
    this.emit({ type: 'consumersRemoved', room: this.grant.room, session: this.id, consumerIds, lost });
  }

  handleTrackMuted(track: StageTrack): void {
    this.#handleSoundChanged();
    const consumer = this.#watched.get(track.id)?.consumer;
    if (!this.opened || this.closed || !consumer) return;
    const { muted } = track;
    this.emit({ type: 'trackMuted', room: this.grant.room, session: this.id, consumerId: consumer.id, muted });
  }

  /** A viewer on a layer that has stopped moves to the next one at once. */
  handleSentLayerChanged(track: StageTrack): void {
    this.#watched.get(track.id)?.applyLayer();
  }

  async setViewport(viewport: Viewport): Promise<void> {
    this.assertOpen();
    this.#viewport = viewport;
    const changed = [...this.#watched.values()].filter((watched) => watched.setViewport(viewport));
    this.room.handlePreferenceChanged(changed.map(({ track }) => track));
    await Promise.all(changed.map((watched) => watched.selectLayer()));
  }

  /**
   * The client has no picture although packets arrive; `lineBps`: what arrives, if packets are being lost, or come late
   * before any are lost. A client that repeats this all the time gets no more key frames than one that sends PLIs.
   */
  async restartVideo({ lineBps, isLate }: Omit<SfuRequest<'restartVideo'>, 'session'>): Promise<{ soundOnly?: true }> {
    this.assertOpen();
    if (this.#soundOnly.isOn) return { soundOnly: true };
    const now = performance.now();
    const isFirstNarrow = lineBps !== undefined && !this.#restarted.isNarrow;
    const isRepeated = now - this.#restarted.atMs < VIDEO_RESTART_SPACING_MS && !isFirstNarrow;
    if (this.#paused || this.isSpare || isRepeated) return {};
    if (isLate) {
      if (lineBps !== undefined) await this.#handleLate(lineBps);
      return {};
    }
    this.#restarted = { atMs: now, isNarrow: lineBps !== undefined };
    const videos = this.streams().filter(({ kind }) => kind === 'video');
    if (lineBps === undefined) {
      this.#line?.handleGap();
      await Promise.allSettled(videos.map((consumer) => consumer.requestKeyFrame()));
      return {};
    }
    if (!(await this.#isNarrow(lineBps))) return {};
    this.assertOpen();
    await this.#stepDown(videos, lineBps, this.#line?.isTooNarrow(lineBps));
    return this.#soundOnly.isOn ? { soundOnly: true } : {};
  }

  /** Only losses show that a line does not carry the lowest layer. */
  async #handleLate(lineBps: number): Promise<void> {
    const now = performance.now();
    if (now - this.#lateAtMs < VIDEO_RESTART_SPACING_MS) return;
    this.#lateAtMs = now;
    const cameras = [...this.#watched.values()].filter(
      ({ track, consumer }) => track.bitrates && !track.muted && (consumer?.currentLayers?.spatialLayer ?? 0) > 0,
    );
    const isTooNarrow = this.#line?.isTooNarrow(lineBps) ?? true;
    if (isTooNarrow || cameras.length === 0 || !(await this.#isQueueing(cameras, lineBps))) return;
    // Meanwhile the client may have reported losses.
    if (this.closed || this.#paused || this.#restarted.atMs > now) return;
    this.#restarted = { atMs: now, isNarrow: true };
    await this.#stepDown(
      cameras.flatMap(({ consumer }) => consumer ?? []),
      lineBps,
    );
  }

  /**
   * Pausing drops the packets that the client requests again, which would fill a narrow line for seconds. The pause
   * lasts until the line has room for a key frame. Resuming requests one of the layer that is chosen here.
   */
  async #stepDown(videos: types.Consumer[], lineBps: number, isSoundOnly = false): Promise<void> {
    // A call fails only if its consumer ended meanwhile.
    const paused = Promise.allSettled(videos.map((consumer) => consumer.pause()));
    this.#line?.handleNarrow(lineBps);
    if (isSoundOnly && this.#hasSound) this.#soundOnly.begin();
    else await delay(Math.min(ROOM_WAIT_MAX_MS, (KEY_FRAME_BITS * 1_000) / lineBps));
    await paused;
    await this.#applyPause();
  }

  get #hasSound(): boolean {
    return [...this.#watched.values()].some(({ track }) => track.producer.kind === 'audio' && !track.muted);
  }

  /** Sound only would be nothing at all. */
  #handleSoundChanged(): void {
    if (!this.#hasSound) this.#soundOnly.end();
  }

  /** Without what is muted, and screens that do not change: a worker gives a stream without packets the worst score. */
  get #sentVideos(): types.Consumer[] {
    return [...this.#watched.values()].flatMap(({ track, consumer }) => {
      if (consumer?.kind !== 'video' || track.muted) return [];
      return track.source === 'screen' && consumer.score.producerScore === 0 ? [] : consumer;
    });
  }

  /** Whether the client's own line loses what is sent to it, and not the publisher's. */
  async #isNarrow(lineBps: number): Promise<boolean> {
    const videos = this.#sentVideos;
    if (videos.length === 0) return false;
    for (let checks = 0; checks < LINE_CHECKS; checks++) {
      if (checks > 0) await delay(LINE_CHECK_MS);
      if (videos.some(({ score }) => score.producerScore < SCORE_WITHOUT_LOSS)) return false;
      const [transport] = await this.transport.getStats().catch(() => []);
      if (!transport) return false;
      if (transport.sendBitrate < lineBps * LINE_EXCESS_MIN) continue;
      // The worker hears of the publisher's losses later than clients; of this line it hears from most of them soon.
      if (!videos.some(hasTransportFeedback) || (transport.rtpPacketLossSent ?? 1) >= LINE_LOSS_MIN) return true;
    }
    return false;
  }

  /**
   * Whether packets queue up before the client's line: more is sent to it than arrives, and they come evenly from the
   * publisher, without losses.
   */
  async #isQueueing(cameras: WatchedTrack[], lineBps: number): Promise<boolean> {
    // These fail only if the transport or a track ended meanwhile.
    const [[transport], streams] = await Promise.all([
      this.transport.getStats().catch(() => []),
      Promise.all(cameras.map(({ track }) => track.producer.getStats().catch(() => []))),
    ]);
    if (!transport || transport.sendBitrate < lineBps * LINE_EXCESS_MIN) return false;
    // The fewer packets a layer has, the more the encoder's pace counts as jitter.
    const largest = streams.map((layers) => layers.toSorted((one, other) => other.bitrate - one.bitrate)[0]);
    return largest.every((stream) => {
      return stream?.score === SCORE_WITHOUT_LOSS && stream.jitter <= JITTER_MAX_TICKS;
    });
  }

  /** Ends a pause, or answers after how many milliseconds to ask again. */
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
    this.#line?.close();
    this.#soundOnly.close();
    super.close(reason);
    const tracks = [...this.#watched.values()].map(({ track }) => track);
    this.#watched.clear();
    this.#updateLoad();
    this.room.handlePreferenceChanged(tracks);
  }

  protected override handleConnecting(roundTripMs: number): void {
    if (this.isSpare) return;
    const isWaiting = () => !this.closed && !this.connected;
    const upInMs = DTLS_ROUND_TRIPS * Math.max(0, roundTripMs - NEGOTIATION_MS);
    for (const { track, layer } of this.#watched.values()) track.handleViewerConnecting(upInMs, layer, isWaiting);
  }

  protected override handleConnected(): void {
    // Fails only if the transport ended meanwhile.
    this.transport.setMinOutgoingBitrate(VIEWER_BITRATE_MIN_BPS).catch(() => {});
    if (this.isSpare) return;
    for (const { track } of this.#watched.values()) track.handleViewerStarted();
  }

  /** What was sent over the earlier path is lost; the client may be unable to say so until its socket is back. */
  protected override handlePathChanged(): void {
    // Fails only if the transport ended meanwhile.
    this.restartVideo({}).catch(() => {});
  }

  protected override streams(): types.Consumer[] {
    return [...this.#watched.values()].flatMap(({ consumer }) => consumer ?? []);
  }

  async #consume(watched: WatchedTrack): Promise<void> {
    const { track } = watched;
    const requestedLayer = watched.layer;
    const stillWanted = () => !this.closed && !track.closed && this.#watched.get(track.id) === watched;
    try {
      await this.router.provide(track);
      const consumer = await this.transport.consume({
        producerId: track.id,
        rtpCapabilities: this.#rtpCapabilities,
        paused: this.#isPaused(track.producer.kind),
        // Lost packets are sent again, of sound too, which is not the default.
        enableRtx: true,
        ...(track.layered && { preferredLayers: { spatialLayer: requestedLayer } }),
      });
      if (!stillWanted()) return consumer.close();
      watched.consumer = consumer;
      if (!this.#wasOffered) this.handleFirstOffer();
      this.#wasOffered = true;
      // The session may have been paused or resumed during the request.
      if (this.#isPaused(consumer.kind) !== consumer.paused) void this.#applyPause();
      this.#followLayers(watched, consumer);
      // The viewport or the publisher's bandwidth may have changed during the request.
      if (watched.layer !== requestedLayer) watched.applyLayer();
    } catch (error) {
      if (!stillWanted()) return;
      this.#watched.delete(track.id);
      this.#updateLoad();
      this.room.handlePreferenceChanged([track]);
      this.#log.warn(
        { room: this.grant.room, session: this.id, producer: track.id, err: error },
        'consumer not created',
      );
      throw toSfuError(error, 'cannot_consume');
    }
    if (this.opened) this.#unannounced.push(watched);
  }

  #followLayers(watched: WatchedTrack, consumer: types.Consumer): void {
    const { track } = watched;
    let before: types.ConsumerLayers | undefined;
    consumer.on('layerschange', (layers) => {
      this.room.handlePreferenceChanged([track]);
      this.#line?.handleLayers(watched, before, layers);
      before = layers;
    });
    if (track.layered) FrameRateRise.watch(consumer, () => watched.layer);
  }

  protected override countReports(stats: unknown[]): number {
    const sent = (stats as types.RtpStreamSendStats[]).filter(({ type }) => type === 'outbound-rtp');
    void this.#checkReports(sent);
    return this.#reports.seen;
  }

  async #checkReports(sent: types.RtpStreamSendStats[]): Promise<boolean> {
    const isNew = this.#reports.check(sent);
    if (isNew) await this.#budget?.handleReport();
    return isNew;
  }

  #createGuard(budget: ReceiverBudget): ReceiverGuard {
    return new ReceiverGuard({
      budget,
      checkReports: (sent) => this.#checkReports(sent),
      streams: () => (this.connected && !this.#paused && !this.isSpare ? this.streams() : []),
      handleSpent: () => this.#pause(),
      log: this.#log,
    });
  }

  #pause(): void {
    if (this.#paused || this.isSpare || this.closed) return;
    this.#paused = true;
    void this.#applyPause();
    this.#emitPaused();
  }

  #emitPaused(): void {
    this.emit({ type: 'paused', room: this.grant.room, session: this.id });
  }

  #isPaused(kind: types.MediaKind): boolean {
    return this.#paused || (kind === 'video' && this.#soundOnly.isOn);
  }

  async #applyPause(): Promise<void> {
    const done = await Promise.allSettled(
      this.streams().map((consumer) => (this.#isPaused(consumer.kind) ? consumer.pause() : consumer.resume())),
    );
    for (const result of done)
      if (result.status === 'rejected' && !this.closed)
        this.#log.warn({ session: this.id, err: result.reason }, 'consumer pause state not changed');
  }

  #announceAdded(): void {
    if (this.#adding.size > 0) return;
    // A track that left meanwhile is not announced.
    const added = this.#unannounced.filter((watched) => this.#watched.get(watched.track.id) === watched);
    this.#unannounced = [];
    const consumers = added.flatMap((watched) => watched.consumerOptions ?? []);
    if (this.closed || consumers.length === 0) return;
    // A viewer that connects later requests a key frame then.
    if (this.connected && !this.isSpare) for (const { track } of added) track.handleTrackAnnounced();
    this.emit({ type: 'consumersAdded', room: this.grant.room, session: this.id, consumers });
  }

  #updateLoad(): void {
    const isIdle = this.closed || this.isSpare || this.isPrepared;
    const load = isIdle ? 0 : Math.max(this.#watched.size, EXPECTED_TRACKS);
    this.router.handleLoadChanged(load - this.#load);
    this.#load = load;
  }
}

/** Whether the client reports what arrives, by transport-wide-cc. */
function hasTransportFeedback({ rtpParameters }: types.Consumer): boolean {
  return rtpParameters.headerExtensions?.some(({ uri }) => uri.includes('transport-wide-cc')) ?? false;
}
