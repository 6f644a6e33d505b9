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
  checkMs: 1_000,
  /** Requests for lost packets within a check from which on the line is lossy. */
  lossyRequests: 2,
  /** Without as many for this long it is calm. */
  calmMs: 10_000,
  /** Beside two round trips: until the loss is noticed, and what the sender takes. */
  besideRoundTripsMs: 60,
  /** Two round trips of a publisher whose own line loses the packets; the page does not know them. */
  publisherRoundTripsMs: 200,
  maxMs: 500,
} as const;

export class LossBuffer {
  readonly #options: LossBufferOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #requests = 0;
  /** Packets that the server has sent again. Those that the publisher's line lost come late, but not again. */
  #repeated = 0;
  #isPublishersLoss = false;
  #lossyAt = Number.NEGATIVE_INFINITY;

  constructor(options: LossBufferOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#check(), BUFFER.checkMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #check(): Promise<void> {
    const receivers = this.#options.receivers();
    const reports = await Promise.all(receivers.map((receiver) => receiver.getStats().catch(() => null)));
    const stats = reports.flatMap((report) => [...(report?.values() ?? [])]);
    const before = { requests: this.#requests, repeated: this.#repeated };
    this.#requests = stats.reduce((sum, { nackCount = 0 }) => sum + nackCount, 0);
    this.#repeated = stats.reduce((sum, { retransmittedPacketsReceived = 0 }) => sum + retransmittedPacketsReceived, 0);
    const requests = this.#requests - before.requests;
    const isCounted = stats.some(({ retransmittedPacketsReceived }) => retransmittedPacketsReceived !== undefined);
    if (requests >= BUFFER.lossyRequests) {
      this.#lossyAt = performance.now();
      this.#isPublishersLoss ||= isCounted && this.#repeated - before.repeated < requests / 2;
    }
    const isCalm = performance.now() - this.#lossyAt > BUFFER.calmMs;
    this.#isPublishersLoss &&= !isCalm;
    const roundTripMs = 1_000 * Math.max(0, ...stats.map(({ currentRoundTripTime = 0 }) => currentRoundTripTime));
    const roundTripsMs = Math.max(2 * roundTripMs, this.#isPublishersLoss ? BUFFER.publisherRoundTripsMs : 0);
    const target = isCalm ? null : Math.min(BUFFER.maxMs, Math.round(roundTripsMs) + BUFFER.besideRoundTripsMs);
    for (const receiver of receivers) if (receiver.jitterBufferTarget !== target) receiver.jitterBufferTarget = target;
  }
}
