/**
 * Gives packets that were lost the time to be sent again, twice. Chromium adds a round trip to its jitter buffer only
 * where it knows it, which a page that only receives does not: on a lossy line each lost packet holds the picture back
 * until those behind it are shown all at once. The buffer costs delay, and is given up when the line is calm
 * (webrtc-extensions, `RTCRtpReceiver.jitterBufferTarget`; where it is missing, nothing changes).
 */
type Receiver = Pick<RTCRtpReceiver, 'getStats' | 'jitterBufferTarget'>;

export interface LossBufferOptions {
  /** Of sound and pictures, which have to stay together. */
  receivers(): readonly Receiver[];
}

export const BUFFER = {
  checkMs: 250,
  /** The line is lossy if packets were requested again before this many of the last checks. */
  lossyChecks: 2,
  checks: 4,
  /** Without as many for this long it is calm. */
  calmMs: 10_000,
  /** What is requested for this long after a picture stood still is not: a key frame replaces it. */
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

export class LossBuffer {
  readonly #options: LossBufferOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #requests = 0;
  /** Whether packets were requested again before each of the last checks. */
  #lossy: boolean[] = [];
  #lossyAt = Number.NEGATIVE_INFINITY;
  #stalledAt = Number.NEGATIVE_INFINITY;

  constructor(options: LossBufferOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#check(), BUFFER.checkMs);
  }

  /** A picture stands still or comes late, since the line was dead, or is too narrow. */
  handleStalled(): void {
    this.#stalledAt = performance.now();
    this.#lossy = [];
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #check(): Promise<void> {
    const receivers = this.#options.receivers();
    const reports = await Promise.all(receivers.map((receiver) => receiver.getStats().catch(() => null)));
    const stats = reports.flatMap((report) => [...(report?.values() ?? [])]);
    const now = performance.now();
    const requests = stats.reduce((sum, { nackCount = 0 }) => sum + nackCount, 0);
    const hasStalled = now - this.#stalledAt <= BUFFER.stalledMs;
    this.#lossy = hasStalled ? [] : [...this.#lossy.slice(1 - BUFFER.checks), requests > this.#requests];
    this.#requests = requests;
    if (this.#lossy.filter(Boolean).length >= BUFFER.lossyChecks) this.#lossyAt = now;
    const isCalm = now - this.#lossyAt > BUFFER.calmMs;
    const roundTripsMs = stats.map(({ currentRoundTripTime = 0 }) => currentRoundTripTime * 1_000);
    const roundTripMs = Math.round(Math.max(BUFFER.roundTripMinMs, ...roundTripsMs));
    const wantedMs = Math.min(BUFFER.maxMs, roundTripMs + BUFFER.besideRoundTripMs);
    for (const receiver of receivers) {
      const target = isCalm ? null : Math.min(wantedMs, (receiver.jitterBufferTarget ?? 0) + BUFFER.stepMs);
      if (receiver.jitterBufferTarget !== target) receiver.jitterBufferTarget = target;
    }
  }
}
