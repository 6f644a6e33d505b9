/**
 * Keeps the simulcast layers of one producer to what its uplink carries. When the bandwidth falls, a browser stops its
 * upper layers by itself, but nobody hears of it. If it falls far, most packets are lost until then, and the browser
 * sends them again before anything else, for seconds, those of the layers that have stopped too.
 */
import type { RtpEncodingParameters, RtpParameters } from 'mediasoup-client/types';
import { delay } from '../../backoff.ts';
import { DeadLine } from './dead-line.ts';
import type { LayerControl } from './layer-control.ts';
import { UplinkFigures, type UplinkStats } from './uplink-figures.ts';

interface WatchedProducer {
  readonly closed: boolean;
  readonly rtpSender?: Pick<RTCRtpSender, 'getParameters' | 'getStats'> | undefined;
  readonly rtpParameters: Pick<RtpParameters, 'encodings'>;
}

interface UplinkLayersOptions {
  producer: WatchedProducer;
  layers: Pick<LayerControl, 'limit' | 'probe' | 'requestKeyFrame'>;
  /** The highest layer that the uplink carries has changed; settles when the server knows. */
  onChanged(maxSpatialLayer: number): Promise<void>;
}

/** Sound, and headers. */
const OTHER_BPS = 60_000;
/** Share of a layer's bit rate with which a browser begins to send it. */
const BEGINS_WITH = 0.3;
/** While it falls, the estimate is up to twice what the line carries. */
const LEFT_OF_ESTIMATE = 0.5;
/** Multiple of the bit rate of all layers from which on lost packets fit beside them. */
const ROOM_TO_SPARE = 1.5;
/** How long a layer may lag behind the others where only frames tell whether it is sent. */
const FRAMES_LAG_MS = 1_000;

export const UPLINK = {
  /** Interval of the checks, and for a while after the estimate fell. */
  checkMs: 100,
  fallingCheckMs: 50,
  /** How long layers that are switched on may take to start, and after what was queued was dropped. */
  settleMs: 2_000,
  drainedSettleMs: 1_000,
  /** The longest time to wait for what was queued. */
  drainMaxMs: 500,
  /** Within this time the server reports what has not arrived. */
  reportMs: 100,
  /** Interval of probes for more bandwidth while the uplink does not carry all layers. */
  probeMs: 2_000,
  /**
   * How long to wait before a layer is added after one was too much. Twice as long each time, if that was added less
   * than `calmMs` before.
   */
  restMs: 2_000,
  restMaxMs: 30_000,
  calmMs: 6_000,
} as const;

export class UplinkLayers {
  readonly #options: UplinkLayersOptions;
  readonly #encodings: readonly RtpEncodingParameters[];
  /** The highest layer that the uplink carries; null: all of them. */
  #limit: number | null = null;
  #active = -1;
  /** Layers that were switched on need a moment. */
  #settledAt = 0;
  #raisedAt = Number.NEGATIVE_INFINITY;
  #fellAt = Number.NEGATIVE_INFINITY;
  #probedAt = Number.NEGATIVE_INFINITY;
  #restMs: number = UPLINK.restMs;
  /** Frames by layer, and when the last one came. */
  readonly #frames = new Map<string, { count: number; atMs: number }>();
  readonly #line = new DeadLine();
  /** Lets the page send again; null unless the line is dead. */
  #onBack: (() => void) | null = null;
  /** When the line was last back. */
  #backAt = Number.NEGATIVE_INFINITY;
  readonly #figures = new UplinkFigures();

  /** Watches until the producer is closed. */
  constructor(options: UplinkLayersOptions) {
    this.#options = options;
    this.#encodings = options.producer.rtpParameters.encodings ?? [];
    if (this.#encodings.length > 1) this.#checkLater();
  }

  /**
   * The server has noticed that packets queue up before the line, which carries this share of what is sent. A key frame
   * queues up too, but more is sent then.
   */
  handleNarrow(share: number): void {
    const { sentBps } = this.#figures;
    const isSettling = performance.now() - Math.max(this.#fellAt, this.#backAt) < UPLINK.drainedSettleMs;
    if (sentBps !== undefined && this.#active >= 0 && !this.#onBack && !isSettling)
      this.#drain(share * (OTHER_BPS + sentBps));
  }

  #checkLater(): void {
    const isUrgent = this.#figures.isFalling || this.#onBack !== null;
    setTimeout(() => void this.#check(), isUrgent ? UPLINK.fallingCheckMs : UPLINK.checkMs);
  }

  async #check(): Promise<void> {
    const { producer } = this.#options;
    const report = await producer.rtpSender?.getStats().catch(() => null);
    if (producer.closed) return;
    if (report) this.#handle([...report.values()]);
    this.#checkLater();
  }

  #handle(stats: readonly UplinkStats[]): void {
    const now = performance.now();
    this.#figures.read(stats);
    if (this.#followLine(stats)) return;
    const sending = this.#sendingRids(stats);
    const active = this.#activeLayer(stats);
    if (active > this.#active) this.#settledAt = now + UPLINK.settleMs;
    this.#active = active;
    if (active < 0) return;
    const highest = this.#encodings.findLastIndex(({ rid }) => rid !== undefined && sending.has(rid));
    if (highest >= active) this.#settledAt = 0;
    // What is sent again soon after a dead line was lost on it.
    const isBack = now - this.#backAt < UPLINK.drainedSettleMs;
    const { isOverrun, availableBps = 0 } = this.#figures;
    if (isOverrun && !isBack && this.#drain(availableBps * LEFT_OF_ESTIMATE)) return;
    if (now < this.#settledAt) return;
    if (highest < active) this.#lower(Math.max(0, highest));
    else if (this.#limit !== null) this.#raiseLater();
  }

  /** Nothing is sent over a dead line, and a key frame first when it is back. Answers whether it is dead. */
  #followLine(stats: readonly UplinkStats[]): boolean {
    // The server answers nothing to a spare, which has no layers yet.
    if (this.#active < 0) return false;
    const isDead = this.#line.check(stats);
    if (isDead && !this.#onBack) {
      const back = new Promise<void>((resolve) => {
        this.#onBack = resolve;
      });
      this.#options.layers.limit(this.#limit, back);
    } else if (!isDead && this.#onBack) {
      this.#settledAt = performance.now() + UPLINK.drainedSettleMs;
      this.#backAt = performance.now();
      void this.#sendAgain(this.#onBack);
      this.#onBack = null;
    }
    return isDead;
  }

  /**
   * When the server reports the packets that were lost, the browser sends them again before anything else, or drops
   * them if the producer is paused. On an uplink with room to spare sending them takes less time than waiting.
   */
  async #sendAgain(onBack: () => void): Promise<void> {
    const allBps = this.#encodings.reduce((sum, { maxBitrate = 0 }) => sum + maxBitrate, 0);
    if ((this.#figures.availableBps ?? 0) < allBps * ROOM_TO_SPARE) await delay(UPLINK.reportMs);
    this.#options.layers.requestKeyFrame();
    onBack();
  }

  /** Far less gets through than is sent: keeps the layers that surely fit, without what waits to be sent again. */
  #drain(leftBps: number): boolean {
    let limit = Math.min(this.#active, this.#limit ?? this.#active);
    while (limit > 0 && neededBps(this.#encodings, limit) > leftBps) limit -= 1;
    if (limit >= (this.#limit ?? this.#active)) return false;
    this.#settledAt = performance.now() + UPLINK.drainedSettleMs;
    this.#lower(limit, true);
    return true;
  }

  #lower(limit: number, isDrained = false): void {
    const now = performance.now();
    if (now - this.#raisedAt >= UPLINK.calmMs) this.#restMs = UPLINK.restMs;
    // Falls that follow close upon another are one.
    else if (now - this.#fellAt >= this.#restMs) this.#restMs = Math.min(UPLINK.restMaxMs, this.#restMs * 2);
    this.#fellAt = now;
    if (limit === this.#limit) return;
    this.#limit = limit;
    const reported = this.#options.onChanged(limit);
    this.#options.layers.limit(limit, isDrained ? Promise.race([reported, delay(UPLINK.drainMaxMs)]) : null);
  }

  /** Adds a layer once there is bandwidth for it; where the browser does not tell, after ever longer waits. */
  #raiseLater(): void {
    const now = performance.now();
    if (this.#limit === null || now - this.#fellAt < this.#restMs) return;
    if (now - this.#raisedAt < UPLINK.settleMs) return;
    const next = this.#limit + 1;
    const needed = neededBps(this.#encodings, next);
    const { availableBps } = this.#figures;
    if (availableBps === undefined || availableBps >= needed) {
      this.#raisedAt = now;
      this.#limit = next < this.#encodings.length - 1 ? next : null;
      this.#options.layers.limit(this.#limit);
      void this.#options.onChanged(next);
    } else if (now - this.#probedAt >= UPLINK.probeMs) {
      this.#probedAt = now;
      this.#options.layers.probe(needed);
    }
  }

  /** The highest layer that is switched on; -1: none. */
  #activeLayer(stats: readonly UplinkStats[]): number {
    const { rtpSender } = this.#options.producer;
    const streams = stats.filter(({ type, active }) => type === 'outbound-rtp' && active !== undefined);
    // Chromium tells it here too; its parameters would block the page until its media thread answers.
    if (streams.length === 0) return rtpSender?.getParameters().encodings.findLastIndex(({ active }) => active) ?? -1;
    return this.#encodings.findLastIndex(({ rid }) => streams.some((it) => it.rid === rid && it.active));
  }

  #sendingRids(stats: readonly UplinkStats[]): Set<string> {
    const sending = new Set<string>();
    for (const { type, rid, targetBitrate, framesEncoded = 0 } of stats) {
      if (type !== 'outbound-rtp' || rid === undefined) continue;
      if (targetBitrate !== undefined && targetBitrate > 0) sending.add(rid);
      if (targetBitrate === undefined && framesEncoded > (this.#frames.get(rid)?.count ?? 0))
        this.#frames.set(rid, { count: framesEncoded, atMs: performance.now() });
    }
    // Without a target bitrate (Firefox) a layer is sent while it has frames when the others have some: a dark room or
    // a camera that is off has few.
    const latest = Math.max(...[...this.#frames.values()].map(({ atMs }) => atMs));
    for (const [rid, { atMs }] of this.#frames) if (atMs > latest - FRAMES_LAG_MS) sending.add(rid);
    return sending;
  }
}

/** For this layer to begin above those that are sent already. */
export function neededBps(encodings: readonly Pick<RtpEncodingParameters, 'maxBitrate'>[], layer: number): number {
  const lower = encodings.slice(0, layer).reduce((sum, { maxBitrate = 0 }) => sum + maxBitrate, 0);
  return OTHER_BPS + lower + (encodings[layer]?.maxBitrate ?? 0) * BEGINS_WITH;
}
