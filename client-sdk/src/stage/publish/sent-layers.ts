/**
 * Watches which simulcast layers the browser really sends. It stops the upper ones without an event when its bandwidth
 * falls; the server would notice only after one and a half seconds of silence.
 */
import { STAGE } from '../../limits.ts';

interface WatchedProducer {
  readonly closed: boolean;
  readonly rtpSender?: Pick<RTCRtpSender, 'getParameters' | 'getStats'> | undefined;
}
type OutboundStats = Partial<RTCOutboundRtpStreamStats>;

export class SentLayers {
  readonly #producer: WatchedProducer;
  readonly #onChanged: (maxSpatialLayer: number) => void;
  readonly #onBehind: () => void;
  readonly #timer: ReturnType<typeof setInterval>;
  /** What the server assumes; null until the top layer has been sent for the first time. */
  #known: number | null = null;
  #behindSince: number | null = null;
  #frames = new Map<string, number>();

  /** Watches until the producer is closed. `onBehind` is called at intervals while less is sent than is wanted. */
  constructor(options: {
    producer: WatchedProducer;
    onChanged: (maxSpatialLayer: number) => void;
    onBehind: () => void;
  }) {
    this.#onBehind = options.onBehind;
    this.#producer = options.producer;
    this.#onChanged = options.onChanged;
    this.#timer = setInterval(() => void this.#check(), STAGE.sentLayersCheckMs);
  }

  async #check(): Promise<void> {
    if (this.#producer.closed) return clearInterval(this.#timer);
    const sender = this.#producer.rtpSender;
    const encodings = sender?.getParameters().encodings ?? [];
    const wanted = encodings.filter(({ active }) => active).length - 1;
    if (!sender || encodings.length < 2 || wanted < 0) return;
    const report = await sender.getStats().catch(() => null);
    const sending = this.#sendingRids([...(report?.values() ?? [])]);
    const highest = encodings.findLastIndex(({ rid }) => rid !== undefined && sending.has(rid));
    this.#probeLater(highest < wanted);
    // A layer that no viewer wants may start at any moment.
    const layer = highest >= wanted ? encodings.length - 1 : highest;
    if (layer < 0 || (this.#known === null && layer < encodings.length - 1) || layer === this.#known) return;
    const isFirst = this.#known === null;
    this.#known = layer;
    if (!isFirst) this.#onChanged(layer);
  }

  #probeLater(isBehind: boolean): void {
    const now = performance.now();
    if (!isBehind) this.#behindSince = null;
    else this.#behindSince ??= now;
    if (this.#behindSince === null || now - this.#behindSince < STAGE.uplinkProbeMs) return;
    this.#behindSince = now;
    this.#onBehind();
  }

  #sendingRids(stats: readonly OutboundStats[]): Set<string> {
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
