/**
 * Detects that packets queue up before a line that is too narrow, before any are lost: pictures come ever later, and
 * less arrives than usual (the principle of delay-based congestion control, draft-ietf-rmcat-gcc-02). Once packets are
 * lost the queue is full, and the smaller picture has to wait behind it while the larger one stands still.
 */
import { arrivingBps, type Counters, readCounters } from './line-counters.ts';

type Receiver = Pick<RTCRtpReceiver, 'getSynchronizationSources' | 'getStats'>;

export interface DelayMonitorOptions {
  /** The receivers that should have a picture at the moment. */
  videos(): readonly Receiver[];
  /** Pictures come late, and this is what arrives, in bits per second. */
  onLate(lineBps: number): void;
}

export const DELAY = {
  checkMs: 50,
  /** Beyond the usual delay by so much, it is measured what arrives. Between two frames it is less. */
  suspectMs: 100,
  lateMs: 150,
  /** Of what arrives usually: a narrow line carries as little or less. */
  share: 0.8,
  /** Checks in a row that have to follow a packet within `idleMaxMs`: a line that stops for a moment is not narrow. */
  checks: 3,
  idleMaxMs: 60,
  /** Interval at which it is measured what arrives usually. */
  usualMs: 1_000,
  /** So long after a picture that was in time. Later, a narrow line loses packets. */
  freshMs: 1_000,
  /** The shortest time between two reports. */
  spacingMs: 2_000,
  /** How fast the usual delay may grow, in ms per ms, as it does with the browser's buffer. */
  driftShare: 0.02,
} as const;

/** Of all video formats (RFC 3551, section 5; RFC 7741, section 4.1). */
const RTP_CLOCK_KHZ = 90;
/** A larger step is that of another source, or of timestamps that begin anew. */
const STEP_MAX_MS = 5_000;

interface Watched {
  /** Of the newest frame: its timestamp, when it was first seen, and its delay, counted from anywhere. */
  rtpTimestamp: number;
  seenAtMs: number;
  delayMs: number;
  usualDelayMs: number;
  /** When a picture was last in time. */
  inTimeAtMs: number;
  /** The counters of the last measurement of what arrives usually. */
  measured: Counters | null;
  usualBps: number;
  /** The counters of each check since pictures are late, and packets arrive. */
  late: Counters[];
}

export class DelayMonitor {
  readonly #options: DelayMonitorOptions;
  readonly #watched = new WeakMap<Receiver, Watched>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reportedAtMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(options: DelayMonitorOptions) {
    this.#options = options;
    this.#checkLater();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #checkLater(): void {
    this.#timer = setTimeout(() => void this.#check(), DELAY.checkMs);
  }

  async #check(): Promise<void> {
    const found = await Promise.all(this.#options.videos().map((video) => this.#checkOne(video)));
    if (this.#isClosed) return;
    this.#checkLater();
    // They share one line.
    const lineBps = found.find((bps) => bps !== undefined);
    const now = performance.now();
    if (lineBps === undefined || now - this.#reportedAtMs < DELAY.spacingMs) return;
    this.#reportedAtMs = now;
    this.#options.onLate(lineBps);
  }

  /** Answers what arrives, if that is too little. */
  async #checkOne(video: Receiver): Promise<number | undefined> {
    const now = performance.now();
    const watched = this.#follow(video, now);
    if (!watched) return undefined;
    const lateMs = watched.delayMs - watched.usualDelayMs + now - watched.seenAtMs;
    if (lateMs < DELAY.suspectMs) {
      watched.late = [];
      watched.inTimeAtMs = now;
      await measureUsual(watched, video);
      return undefined;
    }
    if (now - watched.inTimeAtMs > DELAY.freshMs) return undefined;
    const bps = addLate(watched, await readCounters(video));
    const isLow = bps !== undefined && bps <= watched.usualBps * DELAY.share;
    return isLow && lateMs >= DELAY.lateMs ? bps : undefined;
  }

  /** Reads the newest frame; undefined before the first one. */
  #follow(video: Receiver, now: number): Watched | undefined {
    const watched = this.#watched.get(video);
    const [newest] = video.getSynchronizationSources().sort((left, right) => right.timestamp - left.timestamp);
    if (!newest || newest.rtpTimestamp === watched?.rtpTimestamp) return watched;
    const { rtpTimestamp } = newest;
    const delayMs = newest.timestamp - rtpTimestamp / RTP_CLOCK_KHZ;
    const frame = { rtpTimestamp, seenAtMs: now, delayMs };
    if (watched && Math.abs(delayMs - watched.delayMs) < STEP_MAX_MS) {
      const grownMs = watched.usualDelayMs + (now - watched.seenAtMs) * DELAY.driftShare;
      return Object.assign(watched, frame, { usualDelayMs: Math.min(delayMs, grownMs) });
    }
    const begun = { ...frame, usualDelayMs: delayMs, inTimeAtMs: now, measured: null, usualBps: 0, late: [] };
    this.#watched.set(video, begun);
    return begun;
  }
}

async function measureUsual(watched: Watched, video: Receiver): Promise<void> {
  const { measured } = watched;
  if (measured && performance.now() - measured.readAtMs < DELAY.usualMs) return;
  const counters = await readCounters(video);
  const isRecent = measured && counters.readAtMs - measured.readAtMs < 2 * DELAY.usualMs;
  watched.usualBps = (isRecent && arrivingBps(measured, counters)) || 0;
  watched.measured = counters;
}

/** Answers what arrives while pictures are late, if there were enough checks. */
function addLate(watched: Watched, counters: Counters): number | undefined {
  watched.late = counters.idleMs <= DELAY.idleMaxMs ? [...watched.late, counters] : [];
  const [first] = watched.late;
  return first && watched.late.length >= DELAY.checks ? arrivingBps(first, counters) : undefined;
}
