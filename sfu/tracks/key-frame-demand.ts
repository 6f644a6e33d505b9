/**
 * Requests key frames for new viewers where RTCP is too slow. A worker sends a PLI whenever a viewer starts, but a
 * browser's encoder ignores a PLI within 300 ms of the last one: during a rush some viewers wait a third of a second,
 * or a whole one when the worker has to repeat it. The publisher's page can make its encoder produce a key frame at any
 * moment. This class decides when to ask for that: only when the viewer's own PLI would be ignored, at most every
 * `SPACING_MS`, and within a budget, since key frames lower the quality for everybody. For a viewer whose ICE has begun
 * it asks ahead, so that the key frame arrives when DTLS is up.
 */

/** A PLI older than this no longer suppresses the next one: Chromium's 300 ms, and the network delay. */
const PLI_PAUSE_MS = 350;
/** A PLI younger than this may be the one that the worker has just sent for this viewer. */
const OWN_PLI_MS = 25;
/** Minimum time between requests; a first picture that is this much earlier is not noticed. */
const SPACING_MS = 100;
/** Key frames that a rush may request beyond those of PLIs, and the time after which one is added to the budget. */
const BUDGET_MAX = 15;
const BUDGET_REFILL_MS = 1_000;
const PLI_TIMES_KEPT = 8;
/**
 * When a viewer whose transport was up before a track was announced can decode it: the track's first key frame has
 * passed by then, and the worker merges its request with an earlier one that the encoder ignored, for up to a second.
 * A key frame that arrives after the first of these delays is in time for most browsers, one after the second for a
 * busy one.
 */
const READY_AFTER_MS = [100, 420];
/** From a request to its key frame: assumed before one was measured, and the longest that counts as an answer. */
const ANSWER_DEFAULT_MS = 100;
const ANSWER_MAX_MS = 500;
const ANSWERS_KEPT = 5;

interface Answers {
  /** When the oldest request was made that no key frame has followed yet. */
  requestedAt: number | undefined;
  /** From a request to its key frame, the last few. */
  tookMs: number[];
}

export class KeyFrameDemand {
  readonly #emit: () => void;
  readonly #now: () => number;
  #pliTimes: number[] = [];
  #requestedAt = Number.NEGATIVE_INFINITY;
  #budget = BUDGET_MAX;
  #budgetAt: number;
  #waiting: NodeJS.Timeout | undefined;
  /** Viewers of a new track that are not ready yet, by delay. */
  readonly #preparing = new Map<number, { announcedAt: number; timer: NodeJS.Timeout }>();
  readonly #connecting = new Set<NodeJS.Timeout>();
  /**
   * By layer: a browser sends the packets of all layers' key frames over tens of milliseconds, those of the lowest one
   * last.
   */
  readonly #answers: Answers[];

  constructor(options: { layers: number; emit: () => void; now?: () => number }) {
    this.#emit = options.emit;
    this.#now = options.now ?? (() => performance.now());
    this.#budgetAt = this.#now();
    // A new track begins with a key frame, which tells how far away its publisher is.
    this.#answers = Array.from({ length: options.layers }, () => ({ requestedAt: this.#now(), tookMs: [] }));
  }

  /** The worker sent a PLI to the publisher. */
  handlePli(): void {
    this.#pliTimes = [...this.#pliTimes, this.#now()].slice(-PLI_TIMES_KEPT);
    this.#noteRequest();
  }

  /** The first packet of a layer's key frame was received. */
  handleKeyFrame(layer: number): void {
    const answers = this.#answers[layer];
    if (answers?.requestedAt === undefined) return;
    const tookMs = this.#now() - answers.requestedAt;
    answers.requestedAt = undefined;
    if (tookMs <= ANSWER_MAX_MS) answers.tookMs = [...answers.tookMs, tookMs].slice(-ANSWERS_KEPT);
    for (const [readyAfterMs, { announcedAt }] of this.#preparing) this.#prepare(readyAfterMs, announcedAt);
  }

  /**
   * A viewer's transport will be up in about `upInMs`; if it `isWaiting` still when it is time to ask, a key frame is
   * requested, so that the one of its layer arrives then. One that comes too early is lost on the viewer, whose own PLI
   * follows.
   */
  handleViewerConnecting(upInMs: number, layer: number, isWaiting: () => boolean): void {
    const timer = setTimeout(
      () => {
        this.#connecting.delete(timer);
        if (isWaiting()) this.handleWanted();
      },
      Math.max(0, upInMs - (this.#answerMs(layer) ?? ANSWER_DEFAULT_MS)),
    );
    this.#connecting.add(timer.unref());
  }

  /** A viewer's transport came up: the viewer waits for a key frame from now on. */
  handleViewerStarted(): void {
    if (this.#waiting) return;
    const now = this.#now();
    const isSuppressed = this.#pliTimes.some((at) => now - at >= OWN_PLI_MS && now - at < PLI_PAUSE_MS);
    if (isSuppressed) this.#want(now);
  }

  /** The track was announced to a viewer whose transport is up. Concurrent announcements share one request. */
  handleTrackAnnounced(): void {
    for (const afterMs of READY_AFTER_MS) if (!this.#preparing.has(afterMs)) this.#prepare(afterMs, this.#now());
  }

  /** Requests a key frame so that it arrives in time, as far as its way is known. */
  #prepare(readyAfterMs: number, announcedAt: number): void {
    clearTimeout(this.#preparing.get(readyAfterMs)?.timer);
    const waitMs = announcedAt + readyAfterMs - (this.#answerMs(0) ?? 0) - this.#now();
    const timer = setTimeout(
      () => {
        this.#preparing.delete(readyAfterMs);
        this.handleWanted();
      },
      Math.max(0, waitMs),
    );
    this.#preparing.set(readyAfterMs, { announcedAt, timer: timer.unref() });
  }

  /** A viewer, here or behind another node, waits for a key frame, and its PLI would be ignored. */
  handleWanted(): void {
    if (!this.#waiting) this.#want(this.#now());
  }

  #want(now: number): void {
    if (!this.#spend(now)) return;
    const waitMs = this.#requestedAt + SPACING_MS - now;
    if (waitMs <= 0) this.#ask();
    else this.#waiting = setTimeout(() => this.#ask(), waitMs).unref();
  }

  close(): void {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    for (const { timer } of this.#preparing.values()) clearTimeout(timer);
    this.#preparing.clear();
    for (const timer of this.#connecting) clearTimeout(timer);
    this.#connecting.clear();
  }

  #ask(): void {
    this.#waiting = undefined;
    this.#requestedAt = this.#now();
    this.#noteRequest();
    this.#emit();
  }

  #noteRequest(): void {
    for (const answers of this.#answers) answers.requestedAt ??= this.#now();
  }

  /**
   * From a request to a key frame of this layer: the second shortest of the last times. They differ by up to the time
   * between two frames, and a key frame that comes too early is lost. The shortest may answer an earlier request.
   */
  #answerMs(layer: number): number | undefined {
    const sorted = this.#answers[layer]?.tookMs.toSorted((a, b) => a - b) ?? [];
    return sorted[Math.min(1, sorted.length - 1)];
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
