/**
 * Notices that a publisher's line is dead, long before ICE does: the server reports every 100 ms what has arrived
 * (transport-wide-cc). What is sent meanwhile is lost, and requested again by the server before anything else.
 */
export interface LineStats {
  type?: string;
  bytesSent?: number;
  bytesReceived?: number;
  currentRoundTripTime?: number;
  timestamp?: number;
}

export const DEAD_LINE = {
  /** The line is dead when the server has been silent for this long and a round trip. */
  silentMs: 400,
  /** For so many checks a browser still sends what it has queued. */
  queuedChecks: 2,
  /** If nothing is sent within so many checks, there is no sound. */
  soundChecks: 8,
} as const;

export class DeadLine {
  /** Bytes of everything, sound too, at the last check. */
  #sent = 0;
  #received = 0;
  /** When the first bytes were sent after the server was last heard. */
  #unansweredAt = Number.POSITIVE_INFINITY;
  #isDead = false;
  /** While it is dead: the number of checks, and whether sound was sent. */
  #deadChecks = 0;
  #hasSound = false;

  /** Answers whether the line is dead: then no video may be sent. A browser without these figures has no dead line. */
  check(stats: readonly LineStats[]): boolean {
    // Measured by the time of the figures, since the page may have been busy afterwards.
    const { bytesSent = 0, bytesReceived, timestamp = 0 } = stats.find(({ type }) => type === 'transport') ?? {};
    if (bytesReceived === undefined) return false;
    const isHeard = bytesReceived !== this.#received;
    const isSending = bytesSent !== this.#sent;
    this.#received = bytesReceived;
    this.#sent = bytesSent;
    if (isHeard) {
      this.#unansweredAt = Number.POSITIVE_INFINITY;
      this.#deadChecks = 0;
      this.#hasSound = false;
    } else if (isSending) this.#unansweredAt = Math.min(this.#unansweredAt, timestamp);
    if (this.#isDead && !isHeard) {
      this.#deadChecks += 1;
      if (isSending && this.#deadChecks > DEAD_LINE.queuedChecks) this.#hasSound = true;
    }
    const isSilent = timestamp - this.#unansweredAt > DEAD_LINE.silentMs + roundTripMs(stats);
    this.#isDead = !this.#hasNoSound && (this.#isDead ? !isHeard : isSilent);
    return this.#isDead;
  }

  /** Without sound nothing is sent that the server could answer once the line is back. */
  get #hasNoSound(): boolean {
    return !this.#hasSound && this.#deadChecks >= DEAD_LINE.soundChecks;
  }
}

function roundTripMs(stats: readonly LineStats[]): number {
  return 1_000 * Math.max(0, ...stats.map(({ currentRoundTripTime = 0 }) => currentRoundTripTime));
}
