/**
 * Detects from a publisher's sound that packets queue up before their line, within 0.4 s of the line becoming too
 * narrow: sound that is sent evenly arrives ever later (the principle of delay-based congestion control,
 * draft-ietf-rmcat-gcc-02). The publisher's browser detects it up to 0.5 s later.
 */
export const UPLINK_DELAY = {
  /** From this delay on, beyond the usual one, a packet is late. */
  lateMs: 50,
  /**
   * How long packets have to be late, and by how much their delay has to grow meanwhile. After a line has stopped for a
   * moment everything arrives at once, less and less late; after a microphone has, everything is late to the same
   * extent.
   */
  growsForMs: 80,
  growsByMs: 20,
  /** Highest share of the sound that arrives in time. A queue that fills more slowly is left to the browser. */
  shareMax: 0.75,
  /** Packets that are late for longer have another usual delay from now on. */
  lateMaxMs: 500,
  /** The usual delay, which is the lowest one, rises by this much in a second: clocks and ways change a little. */
  risesByMs: 2,
  /** The shortest time between two reports. */
  spacingMs: 1_000,
} as const;

interface Packet {
  atMs: number;
  /** Up to a constant. */
  delayMs: number;
}

export class UplinkDelay {
  readonly #clockKhz: number;
  #newest: { rtpTimestamp: number; sentAtMs: number; atMs: number } | undefined;
  #usualMs = Number.POSITIVE_INFINITY;
  /** The last packet that was in time. */
  #inTime: Packet | undefined;
  /** The first one after it. */
  #firstLate: Packet | undefined;
  #reportedAtMs = Number.NEGATIVE_INFINITY;

  /** The clock rate of the sound's RTP timestamps, in Hz. */
  constructor(clockRate: number) {
    this.#clockKhz = clockRate / 1_000;
  }

  /**
   * Returns the share, from 0 to 1, of what is sent that the line carries, when it has become too narrow. `atMs` never
   * falls; the timestamps are the publisher's, and may be anything.
   */
  handlePacket(rtpTimestamp: number, atMs: number): number | undefined {
    const packet = this.#readPacket(rtpTimestamp, atMs);
    if (!this.#inTime || packet.delayMs - this.#usualMs < UPLINK_DELAY.lateMs) {
      this.#inTime = packet;
      this.#firstLate = undefined;
      return undefined;
    }
    this.#firstLate ??= packet;
    const lateForMs = atMs - this.#firstLate.atMs;
    const growthMs = packet.delayMs - this.#firstLate.delayMs;
    const isGrowing = lateForMs >= UPLINK_DELAY.growsForMs && growthMs >= UPLINK_DELAY.growsByMs;
    const isReported = this.#inTime.atMs - this.#reportedAtMs < UPLINK_DELAY.spacingMs;
    const share = shareInTime(this.#inTime, packet);
    if (lateForMs > UPLINK_DELAY.lateMaxMs) this.#usualMs = packet.delayMs;
    if (!isGrowing || isReported || share > UPLINK_DELAY.shareMax) return undefined;
    this.#reportedAtMs = atMs;
    return share;
  }

  #readPacket(rtpTimestamp: number, atMs: number): Packet {
    const newest = this.#newest ?? { rtpTimestamp, sentAtMs: 0, atMs };
    // Timestamps wrap around at 32 bits.
    const sentAtMs = newest.sentAtMs + ((rtpTimestamp - newest.rtpTimestamp) | 0) / this.#clockKhz;
    this.#newest = { rtpTimestamp, sentAtMs, atMs };
    const delayMs = atMs - sentAtMs;
    const risenByMs = ((atMs - newest.atMs) / 1_000) * UPLINK_DELAY.risesByMs;
    this.#usualMs = Math.min(delayMs, this.#usualMs + risenByMs);
    return { atMs, delayMs };
  }
}

function shareInTime(from: Packet, to: Packet): number {
  return Math.max(0, 1 - (to.delayMs - from.delayMs) / (to.atMs - from.atMs));
}
