/**
 * Gives packets that were lost the time to be sent again, twice. Chromium adds a round trip to its jitter buffer only
 * where it knows it, which a page that only receives does not: on a lossy line each lost packet holds the picture back
 * until those behind it are shown all at once. The buffer costs delay, and is given up when the line is calm
 * (webrtc-extensions, `RTCRtpReceiver.jitterBufferTarget`; where it is missing, nothing changes).
 */
import { RepeatedCheck } from './repeated-check.ts';

type Receiver = Pick<RTCRtpReceiver, 'getStats' | 'jitterBufferTarget'>;

export interface LossBufferOptions {
  /** Of sound and pictures, which have to stay together. */
  receivers(): readonly Receiver[];
}

export const BUFFER = {
  checkMs: 250,
  /** The line is lossy if packets are requested again before two checks within this time. */
  lossyMs: 1_000,
  /** Without any request for this long it is calm. */
  calmMs: 10_000,
  /** What is requested for this long after a picture stood still does not count: a key frame replaces it. */
  stalledMs: 1_500,
  /**
   * Beside the round trip: up to a frame until the loss is noticed, 100 ms until the packet is requested again, as in
   * libwebrtc and mediasoup, and what timers and the decoder take.
   */
  besideRoundTripMs: 220,
  /** The round trip may be the publisher's, whose line loses the packets; the page does not know that one. */
  roundTripMinMs: 80,
  maxMs: 500,
  /** The most by which it grows at once: the picture stands still for as long. */
  stepMs: 100,
} as const;

export class LossBuffer extends RepeatedCheck {
  readonly #options: LossBufferOptions;
  #requests = 0;
  /** When packets were last requested again, and when the line was last known to be lossy. */
  #requestedAt = Number.NEGATIVE_INFINITY;
  #lossyAt = Number.NEGATIVE_INFINITY;
  #stalledAt = Number.NEGATIVE_INFINITY;

  constructor(options: LossBufferOptions) {
    super(BUFFER.checkMs);
    this.#options = options;
  }

  /**
   * A picture stands still or comes late: the line was dead, or is too narrow. If that happens again and again, losses
   * may be the reason.
   */
  handleStalled(): void {
    const now = performance.now();
    if (now - this.#stalledAt <= BUFFER.calmMs) return;
    this.#stalledAt = now;
    this.#requestedAt = Number.NEGATIVE_INFINITY;
  }

  protected override async check(): Promise<void> {
    const receivers = this.#options.receivers().filter((receiver) => 'jitterBufferTarget' in receiver);
    const reports = await Promise.all(receivers.map((receiver) => receiver.getStats().catch(() => null)));
    if (this.isClosed || reports.includes(null)) return;
    const stats = reports.flatMap((report) => [...(report?.values() ?? [])]);
    this.#handleRequests(stats.reduce((sum, { nackCount = 0 }) => sum + nackCount, 0));
    const roundTripMs = Math.max(BUFFER.roundTripMinMs, ...stats.map(averageRoundTripMs));
    const wantedMs = Math.min(BUFFER.maxMs, Math.round(roundTripMs) + BUFFER.besideRoundTripMs);
    const isCalm = this.#isCalm;
    for (const receiver of receivers) {
      const beforeMs = receiver.jitterBufferTarget ?? 0;
      const target = isCalm ? null : Math.max(beforeMs, Math.min(wantedMs, beforeMs + BUFFER.stepMs));
      if (receiver.jitterBufferTarget !== target) receiver.jitterBufferTarget = target;
    }
  }

  get #isCalm(): boolean {
    return performance.now() - this.#lossyAt > BUFFER.calmMs;
  }

  #handleRequests(requests: number): void {
    const now = performance.now();
    const hasMore = requests > this.#requests;
    this.#requests = requests;
    if (!hasMore || now - this.#stalledAt <= BUFFER.stalledMs) return;
    if (!this.#isCalm || now - this.#requestedAt < BUFFER.lossyMs) this.#lossyAt = now;
    this.#requestedAt = now;
  }
}

/** 0 for other statistics than those of a path. */
function averageRoundTripMs({ totalRoundTripTime = 0, responsesReceived = 0 }: Partial<RTCIceCandidatePairStats>) {
  return responsesReceived > 0 ? (totalRoundTripTime * 1_000) / responsesReceived : 0;
}
