/**
 * Detects from a publisher's sound that packets queue up before their line, within 0.3 s of the line becoming too
 * narrow: sound that is sent evenly arrives ever later (the principle of delay-based congestion control,
 * draft-ietf-rmcat-gcc-02). The publisher's browser detects it up to 0.5 s later.
 */
export const UPLINK_DELAY = {
  /** Delay beyond the usual one up to which a packet is in time, and from which on the line may be too narrow. */
  inTimeMs: 30,
  lateMs: 100,
  /** Highest share of the sound that arrives in time. A queue that fills more slowly is left to the browser. */
  shareMax: 0.75,
  /** The delay has to grow. After a line has stopped for a moment, everything arrives at once, less and less late. */
  growsByMs: 30,
  /** Packets that are late for longer have another usual delay from now on. Clocks differ a little too. */
  lateMaxMs: 2_000,
  /** For how long after a report a packet in time does not lead to another one. */
  spacingMs: 1_000,
} as const;

interface Packet {
  atMs: number;
  /** Up to a constant. */
  delayMs: number;
}

export class UplinkDelay {
  readonly #clockKhz: number;
  #newest: { rtpTimestamp: number; sentAtMs: number } | undefined;
  #usualMs = Number.POSITIVE_INFINITY;
  /** The last packet that was in time, and the first one after it. */
  #inTime: Packet | undefined;
  #firstLate: Packet | undefined;
  #narrowAtMs = Number.NEGATIVE_INFINITY;

  /** The clock rate of the sound's RTP timestamps, in Hz. */
  constructor(clockRate: number) {
    this.#clockKhz = clockRate / 1_000;
  }

  /** Returns the share, from 0 to 1, of what is sent that the line carries, once when it has become too narrow. */
  handlePacket(rtpTimestamp: number, atMs: number): number | undefined {
    const packet = this.#readPacket(rtpTimestamp, atMs);
    const lateMs = packet.delayMs - this.#usualMs;
    if (lateMs < UPLINK_DELAY.inTimeMs) {
      this.#inTime = packet;
      this.#firstLate = undefined;
      return undefined;
    }
    this.#firstLate ??= packet;
    if (atMs - this.#firstLate.atMs > UPLINK_DELAY.lateMaxMs) this.#usualMs = packet.delayMs;
    const isGrowing = packet.delayMs - this.#firstLate.delayMs >= UPLINK_DELAY.growsByMs;
    if (!this.#inTime || !isGrowing || lateMs < UPLINK_DELAY.lateMs) return undefined;
    const share = shareInTime(this.#inTime, packet);
    const isReported = this.#inTime.atMs - this.#narrowAtMs < UPLINK_DELAY.spacingMs;
    if (share > UPLINK_DELAY.shareMax || isReported) return undefined;
    this.#narrowAtMs = atMs;
    return share;
  }

  #readPacket(rtpTimestamp: number, atMs: number): Packet {
    const newest = this.#newest ?? { rtpTimestamp, sentAtMs: 0 };
    // Timestamps wrap around at 32 bits.
    const sentAtMs = newest.sentAtMs + ((rtpTimestamp - newest.rtpTimestamp) | 0) / this.#clockKhz;
    this.#newest = { rtpTimestamp, sentAtMs };
    const delayMs = atMs - sentAtMs;
    this.#usualMs = Math.min(delayMs, this.#usualMs);
    return { atMs, delayMs };
  }
}

function shareInTime(from: Packet, to: Packet): number {
  // The timestamps are the publisher's, and may be anything.
  return Math.max(0, 1 - (to.delayMs - from.delayMs) / (to.atMs - from.atMs));
}
