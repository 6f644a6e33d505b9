/**
 * Helps new viewers to a key frame sooner than RTCP can. A worker asks for one by PLI whenever a viewer starts, but a browser's encoder
 * ignores a PLI that comes within 300 ms of the last, so that in a rush the unlucky wait a third of a second, or a whole one
 * when the worker has to ask again. A publisher can make a key frame at any moment when its page asks the encoder itself; this decides when it
 * is worth asking: only when the viewer's own PLI will be ignored, never more often than viewers notice, and no longer than a budget lasts, since
 * key frames cost everybody's picture.
 */

/** A PLI older than this no longer hinders the next one. It is a little more than Chromium's pause, for the way there. */
const PLI_PAUSE_MS = 350;
/** A PLI younger than this may be the one that the worker has just sent for the viewer itself. */
const OWN_PLI_MS = 25;
/** Nobody notices whether the first picture comes this much earlier. */
const SPACING_MS = 100;
/** Key frames that a rush may cost beyond what PLIs get anyway, and how fast the budget comes back. */
const BUDGET_MAX = 15;
const BUDGET_REFILL_MS = 1_000;
const PLI_TIMES_KEPT = 8;
/**
 * When somebody who was told of a track over a path that was up can take its picture: its first key frame passed before, and the worker's requests are
 * taken for part of the one that the encoder left unheard, for up to a second. Most are ready by the first of these, a busy browser by the second.
 */
const READY_AFTER_MS = [80, 400];

export class KeyFrameDemand {
  readonly #tell: () => void;
  readonly #now: () => number;
  #pliTimes: number[] = [];
  #toldAt = Number.NEGATIVE_INFINITY;
  #budget = BUDGET_MAX;
  #budgetAt: number;
  #waiting: NodeJS.Timeout | undefined;
  readonly #preparing = new Map<number, NodeJS.Timeout>();

  constructor(options: { tell: () => void; now?: () => number }) {
    this.#tell = options.tell;
    this.#now = options.now ?? (() => performance.now());
    this.#budgetAt = this.#now();
  }

  /** The worker sent a PLI to the publisher. */
  handlePli(): void {
    this.#pliTimes = [...this.#pliTimes, this.#now()].slice(-PLI_TIMES_KEPT);
  }

  /** A viewer's transport came up: they wait for a key frame from now on. */
  handleViewerStarted(): void {
    if (this.#waiting) return;
    const now = this.#now();
    const hindered = this.#pliTimes.some((at) => now - at >= OWN_PLI_MS && now - at < PLI_PAUSE_MS);
    if (hindered) this.#want(now);
  }

  /** A viewer whose transport was up already has been told of the track. Those who are told together are asked for together. */
  handleViewerTold(): void {
    for (const afterMs of READY_AFTER_MS) {
      if (this.#preparing.has(afterMs)) continue;
      const timer = setTimeout(() => {
        this.#preparing.delete(afterMs);
        this.handleWanted();
      }, afterMs);
      this.#preparing.set(afterMs, timer.unref());
    }
  }

  /** It has been found elsewhere that somebody waits whose PLI will be ignored. */
  handleWanted(): void {
    if (!this.#waiting) this.#want(this.#now());
  }

  #want(now: number): void {
    if (!this.#spend(now)) return;
    const waitMs = this.#toldAt + SPACING_MS - now;
    if (waitMs <= 0) this.#ask();
    else this.#waiting = setTimeout(() => this.#ask(), waitMs).unref();
  }

  close(): void {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    for (const timer of this.#preparing.values()) clearTimeout(timer);
    this.#preparing.clear();
  }

  #ask(): void {
    this.#waiting = undefined;
    this.#toldAt = this.#now();
    this.#tell();
  }

  #spend(now: number): boolean {
    const refilled = Math.floor((now - this.#budgetAt) / BUDGET_REFILL_MS);
    this.#budget = Math.min(BUDGET_MAX, this.#budget + refilled);
    this.#budgetAt += refilled * BUDGET_REFILL_MS;
    if (this.#budget === 0) return false;
    this.#budget--;
    return true;
  }
}
