/**
 * The arithmetic of private sessions: which time counts, and what it costs. Pure: clock and counters are inputs. In
 * doubt the fan does not pay.
 */

/** Media counters of a session at one moment, from the SFU. Each grows from zero during its media session. */
export interface MediaSample {
  /** Identifies the creator's media session. When it changes, its counter starts again. */
  key: string;
  /** Bytes of video received from the creator. */
  creatorVideoBytes: number;
  /** The fan's media sessions. */
  fan: readonly FanMedia[];
  /** The SFU has paused the fan's video, because the fan's client did not report that it arrives. */
  isFanPaused: boolean;
}

export interface FanMedia {
  session: string;
  /** Bytes of video sent to the fan. */
  videoBytes: number;
  /** Number of samples with a new receiver report of the fan. */
  reports: number;
}

/** A longer gap between two samples is not billed, because nothing is known about it. */
export const SAMPLE_GAP_MAX_MS = 3_000;
/** How long sent video waits for a receiver report. Without one it is not billed. */
export const ANSWER_WITHIN_MS = 6_000;

export function dueMinor(ratePerMinuteMinor: number, confirmedMs: number): number {
  return Number((BigInt(ratePerMinuteMinor) * BigInt(Math.floor(confirmedMs))) / 60_000n);
}

/** How long an amount lasts: the first moment at which all of it is due. */
export function durationMs(ratePerMinuteMinor: number, amountMinor: number): number {
  return Math.ceil((amountMinor * 60_000) / ratePerMinuteMinor);
}

/**
 * Counts the time in which the creator's video was received and sent to the fan, and the fan reported its arrival. An
 * interval between two samples counts if all of that holds, and only after a later receiver report.
 */
export class MediaMeter {
  #last: { atMs: number; sample: MediaSample } | undefined;
  #confirmedMs = 0;
  /** Sent, but not reported yet. */
  #waitingMs = 0;
  #isFlowing = false;

  get confirmedMs(): number {
    return this.#confirmedMs;
  }

  get isFlowing(): boolean {
    return this.#isFlowing;
  }

  add(atMs: number, sample: MediaSample | undefined): void {
    const last = this.#last;
    this.#last = sample && { atMs, sample };
    const passedMs = last ? Math.floor(atMs - last.atMs) : 0;
    const isFlowing =
      last !== undefined &&
      sample !== undefined &&
      last.sample.key === sample.key &&
      passedMs > 0 &&
      passedMs <= SAMPLE_GAP_MAX_MS &&
      sample.creatorVideoBytes > last.sample.creatorVideoBytes &&
      hasGrown('videoBytes', last.sample.fan, sample.fan);
    if (!isFlowing) {
      this.#isFlowing = false;
      this.#waitingMs = 0;
      return;
    }
    this.#waitingMs += passedMs;
    if (hasGrown('reports', last.sample.fan, sample.fan)) {
      this.#confirmedMs += this.#waitingMs;
      this.#waitingMs = 0;
    } else if (this.#waitingMs > ANSWER_WITHIN_MS) this.#waitingMs = 0;
    this.#isFlowing = this.#waitingMs <= SAMPLE_GAP_MAX_MS;
  }
}

/** A new media session has counted from zero, so consecutive sessions of a fan cost the same as a single one. */
function hasGrown(counter: 'videoBytes' | 'reports', before: readonly FanMedia[], now: readonly FanMedia[]): boolean {
  const known = new Map(before.map((each) => [each.session, each[counter]]));
  return now.some((each) => each[counter] > (known.get(each.session) ?? 0));
}
