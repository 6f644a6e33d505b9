/**
 * The arithmetic of private sessions: which time counts, and what it costs. Pure; the clock and the counters come from outside. In doubt
 * the fan does not pay.
 */

/**
 * Counters of the media of a session at one moment, as the SFU has them; each only grows, from zero, as long as its
 * media session lasts.
 */
export interface MediaSample {
  /** Names the creator's media sessions: when it changes, their counter has begun anew. */
  key: string;
  /** Video that has come from the creator. */
  creatorVideoBytes: number;
  /** The fan's media sessions. */
  fan: readonly FanMedia[];
  /** The SFU has paused what it sends to the fan, whose client has not reported that it arrives. */
  isFanPaused: boolean;
}

export interface FanMedia {
  session: string;
  /** Video that was sent to the fan. */
  videoBytes: number;
  /** How many looks have found a new receiver report of the fan's, in which they say what they got. */
  reports: number;
}

/** A longer silence between two samples says nothing about what happened in it: it is not billed. */
export const SAMPLE_GAP_MAX_MS = 3_000;
/** How long sent video waits for a receiver report; without one it is not billed. */
export const ANSWER_WITHIN_MS = 6_000;

export function dueMinor(ratePerMinuteMinor: number, confirmedMs: number): number {
  return Number((BigInt(ratePerMinuteMinor) * BigInt(Math.floor(confirmedMs))) / 60_000n);
}

/** How long an amount lasts: the first moment at which all of it is due. */
export function durationMs(ratePerMinuteMinor: number, amountMinor: number): number {
  return Math.ceil((amountMinor * 60_000) / ratePerMinuteMinor);
}

/**
 * Counts the time in which the creator's video came in and went out to the fan, and the fan reported that it arrives. An interval between
 * two samples counts when all of it is so, and only once the fan's side has reported after it.
 */
export class MediaMeter {
  #last: { atMs: number; sample: MediaSample } | undefined;
  #confirmedMs = 0;
  /** Flowed, and not reported yet. */
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

/**
 * A media session that was not there before has counted from zero since: whoever opens one after the other pays as with
 * one.
 */
function hasGrown(counter: 'videoBytes' | 'reports', before: readonly FanMedia[], now: readonly FanMedia[]): boolean {
  const known = new Map(before.map((each) => [each.session, each[counter]]));
  return now.some((each) => each[counter] > (known.get(each.session) ?? 0));
}
