/** What a browser tells about the bandwidth of one producer, from one reading of its statistics to the next. */
export type UplinkStats = Partial<
  RTCOutboundRtpStreamStats & RTCIceCandidatePairStats & RTCTransportStats & { active: boolean }
>;

/** By as much a browser lowers its estimate at least when packets queue up on the line. */
const FALL_SHARE = 0.85;
/** How long it counts as falling from then on. */
export const FALLING_MS = 800;
/** Share of the bytes that are sent again from which on the line carries far less than is sent. */
const RESENT_SHARE = 0.2;
/** Time over which `sentBps` is measured at least. */
const SENT_MS = 400;

export class UplinkFigures {
  /** The browser's estimate; undefined where it does not tell. */
  availableBps: number | undefined;
  /** Whether many packets have been sent again since the reading before, while the estimate falls. */
  isOverrun = false;
  #fellAt = Number.NEGATIVE_INFINITY;
  #readings: { atMs: number; bytes: number; resent: number }[] = [];

  read(stats: readonly UplinkStats[]): void {
    const now = performance.now();
    const streams = stats.filter(({ type }) => type === 'outbound-rtp');
    const bytes = streams.reduce((sum, { bytesSent = 0 }) => sum + bytesSent, 0);
    const resent = streams.reduce((sum, { retransmittedBytesSent = 0 }) => sum + retransmittedBytesSent, 0);
    const last = this.#readings.at(-1) ?? { bytes: 0, resent: 0 };
    const availableBps = stats.find((it) => it.availableOutgoingBitrate !== undefined)?.availableOutgoingBitrate;
    const isLower = (availableBps ?? Number.POSITIVE_INFINITY) <= (this.availableBps ?? 0) * FALL_SHARE;
    if (isLower) this.#fellAt = now;
    this.availableBps = availableBps;
    this.isOverrun = this.isFalling && resent - last.resent > RESENT_SHARE * (bytes - last.bytes);
    const start = this.#readings.findLastIndex(({ atMs }) => now - atMs >= SENT_MS);
    this.#readings = [...this.#readings.slice(Math.max(0, start)), { atMs: now, bytes, resent }];
  }

  get isFalling(): boolean {
    return performance.now() - this.#fellAt < FALLING_MS;
  }

  /** What has been sent in the last moments; undefined if there was no earlier reading. */
  get sentBps(): number | undefined {
    const [first, last] = [this.#readings[0], this.#readings.at(-1)];
    if (!first || !last || first === last) return undefined;
    return ((last.bytes - first.bytes) * 8_000) / (last.atMs - first.atMs);
  }
}
