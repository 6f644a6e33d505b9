/**
 * Keeps the simulcast layers of one producer to what its uplink carries. When the bandwidth falls, a browser stops its
 * upper layers by itself, but first sends what it has queued of them, for seconds, before anything else; and nobody
 * hears of it. A layer that is switched off is dropped from that queue at once, and the layers that are left begin with
 * a key frame.
 */
import type { LayerControl } from './layer-control.ts';

interface WatchedProducer {
  readonly closed: boolean;
  readonly rtpSender?: Pick<RTCRtpSender, 'getParameters' | 'getStats'> | undefined;
}
type Stats = Partial<RTCOutboundRtpStreamStats & RTCIceCandidatePairStats>;

interface UplinkLayersOptions {
  producer: WatchedProducer;
  layers: Pick<LayerControl, 'limit' | 'probe'>;
  /** The highest layer that the uplink carries has changed. */
  onChanged(maxSpatialLayer: number): void;
}

/** Sound, and headers. */
const OTHER_BPS = 60_000;
/** Share of a layer's bit rate with which a browser begins to send it. */
const BEGINS_WITH = 0.3;

export const UPLINK = {
  /** Interval at which it is checked which layers are sent, and how long one that starts may take. */
  checkMs: 100,
  settleMs: 2_000,
  /** Interval of the checks while all layers are sent and nothing changes. */
  calmCheckMs: 1_000,
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
  readonly #timer: ReturnType<typeof setInterval>;
  /** The highest layer that the uplink carries; null: all of them. */
  #limit: number | null = null;
  #announced: number | null = null;
  #active = -1;
  /** Layers that were switched on need a moment. */
  #settledAt = 0;
  #raisedAt = Number.NEGATIVE_INFINITY;
  #fellAt = Number.NEGATIVE_INFINITY;
  #probedAt = Number.NEGATIVE_INFINITY;
  #restMs: number = UPLINK.restMs;
  #frames = new Map<string, number>();
  /** Layers that were sent at the last check; until `#calmUntil` only a change of them matters. */
  #sent = '';
  #calmUntil = 0;

  /** Watches until the producer is closed. */
  constructor(options: UplinkLayersOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#check(), UPLINK.checkMs);
  }

  async #check(): Promise<void> {
    const { producer } = this.#options;
    if (producer.closed) return clearInterval(this.#timer);
    const sender = producer.rtpSender;
    const report = await sender?.getStats().catch(() => null);
    if (producer.closed || !sender || !report) return;
    const stats: Stats[] = [...report.values()];
    const sending = this.#sendingRids(stats);
    const now = performance.now();
    const sent = [...sending].join();
    if (sent === this.#sent && now < this.#calmUntil) return;
    this.#sent = sent;
    // Blocks the page until the browser's media thread answers.
    const { encodings } = sender.getParameters();
    const active = encodings.findLastIndex((encoding) => encoding.active);
    if (active > this.#active) this.#settledAt = now + UPLINK.settleMs;
    this.#active = active;
    const highest = encodings.findLastIndex(({ rid }) => rid !== undefined && sending.has(rid));
    if (highest >= active && this.#limit === null) this.#calmUntil = now + UPLINK.calmCheckMs;
    if (encodings.length < 2 || active < 0) return;
    if (highest >= active) this.#settledAt = 0;
    if (now < this.#settledAt) return;
    if (highest < active) this.#lower(Math.max(0, highest));
    else if (this.#limit !== null) this.#raiseLater(encodings, availableBps(stats));
    // The server assumes at first that all layers are sent.
    const [before, layer] = [this.#announced ?? encodings.length - 1, this.#limit ?? encodings.length - 1];
    this.#announced = layer;
    if (layer !== before) this.#options.onChanged(layer);
  }

  #lower(limit: number): void {
    const now = performance.now();
    if (now - this.#raisedAt >= UPLINK.calmMs) this.#restMs = UPLINK.restMs;
    // Falls that follow close upon another are one.
    else if (now - this.#fellAt >= this.#restMs) this.#restMs = Math.min(UPLINK.restMaxMs, this.#restMs * 2);
    this.#fellAt = now;
    this.#set(limit);
  }

  /** Adds a layer once there is bandwidth for it; where the browser does not tell, after ever longer waits. */
  #raiseLater(encodings: readonly RTCRtpEncodingParameters[], available: number | undefined): void {
    const now = performance.now();
    if (this.#limit === null || now - this.#fellAt < this.#restMs) return;
    if (now - this.#raisedAt < UPLINK.settleMs) return;
    const next = this.#limit + 1;
    const needed = neededBps(encodings, next);
    if (available === undefined || available >= needed) {
      this.#raisedAt = now;
      this.#set(next < encodings.length - 1 ? next : null);
    } else if (now - this.#probedAt >= UPLINK.probeMs) {
      this.#probedAt = now;
      this.#options.layers.probe(needed);
    }
  }

  #set(limit: number | null): void {
    if (limit === this.#limit) return;
    this.#limit = limit;
    this.#options.layers.limit(limit);
  }

  #sendingRids(stats: readonly Stats[]): Set<string> {
    const before = this.#frames;
    this.#frames = new Map();
    const sending = new Set<string>();
    for (const { type, rid, targetBitrate, framesEncoded = 0 } of stats) {
      if (type !== 'outbound-rtp' || rid === undefined) continue;
      this.#frames.set(rid, framesEncoded);
      // Without a target bitrate (Firefox) a layer is sent if it has new frames.
      if (targetBitrate === undefined ? framesEncoded > (before.get(rid) ?? 0) : targetBitrate > 0) sending.add(rid);
    }
    return sending;
  }
}

function availableBps(stats: readonly Stats[]): number | undefined {
  return stats.find(({ availableOutgoingBitrate }) => availableOutgoingBitrate !== undefined)?.availableOutgoingBitrate;
}

/** For this layer to begin above those that are sent already. */
export function neededBps(encodings: readonly RTCRtpEncodingParameters[], layer: number): number {
  const lower = encodings.slice(0, layer).reduce((sum, { maxBitrate = 0 }) => sum + maxBitrate, 0);
  return OTHER_BPS + lower + (encodings[layer]?.maxBitrate ?? 0) * BEGINS_WITH;
}
