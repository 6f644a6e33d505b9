/**
 * Detects that packets queue up before a line that is too narrow, before any are lost: frames come ever later, and less
 * arrives than usual (the principle of delay-based congestion control, draft-ietf-rmcat-gcc-02). Once packets are lost
 * the queue is full, and the smaller picture has to wait behind it while the larger one stands still.
 */
import { arrivingBps, type Counters, readCounters } from './line-counters.ts';

type Receiver = Pick<RTCRtpReceiver, 'getSynchronizationSources' | 'getStats'>;

export interface DelayMonitorOptions {
  /** The cameras that should have a picture at the moment. The frames of screens come at any time. */
  cameras(): readonly Receiver[];
  /** Frames come late, and this is what arrives, in bits per second. */
  onLate(lineBps: number): void;
}

const DELAY = {
  checkMs: 50,
  /** From this delay on, beyond the usual one, the arriving bit rate is measured. In time, frames follow sooner. */
  suspectMs: 100,
  lateMs: 150,
  /** Highest share of the usual bit rate that counts as too little. */
  lowShare: 0.8,
  /** Checks in a row that have to follow a packet within `idleMaxMs`: a line that stops for a moment is not narrow. */
  lateChecksMin: 3,
  idleMaxMs: 60,
  /** Interval at which the usual bit rate is measured. */
  usualMs: 1_000,
  /**
   * Frames that are late for longer have another usual delay from now on, such as that of a larger buffer. A narrow
   * line loses packets by then.
   */
  lateMaxMs: 1_000,
  /** The shortest time between two reports. */
  spacingMs: 2_000,
} as const;

/** Of all video formats (RFC 3551, section 5; RFC 7741, section 4.1). */
const RTP_CLOCK_KHZ = 90;
/** A larger step is that of another source, or of timestamps that begin anew. */
const STEP_MAX_MS = 5_000;

interface Watched {
  /** Of the newest frame: its timestamp, when it was first seen, and its delay, up to a constant. */
  rtpTimestamp: number;
  seenAtMs: number;
  delayMs: number;
  usualDelayMs: number;
  /** When frames were last in time. */
  inTimeAtMs: number;
  /** The counters of the last measurement of the usual bit rate. */
  measured: Counters | null;
  usualBps: number;
  /** The counters of each check since frames are late, and packets arrive. */
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
    const found = await Promise.all(this.#options.cameras().map((camera) => this.#checkOne(camera)));
    if (this.#isClosed) return;
    this.#checkLater();
    // They share one line.
    const lineBps = found.find((bps) => bps !== undefined);
    const now = performance.now();
    if (lineBps === undefined || now - this.#reportedAtMs < DELAY.spacingMs) return;
    this.#reportedAtMs = now;
    this.#options.onLate(lineBps);
  }

  /** Returns the arriving bit rate, if frames are late and it is too low. */
  async #checkOne(camera: Receiver): Promise<number | undefined> {
    const now = performance.now();
    const watched = this.#readFrame(camera, now);
    if (!watched) return undefined;
    const lateMs = watched.delayMs - watched.usualDelayMs + now - watched.seenAtMs;
    if (lateMs < DELAY.suspectMs) {
      watched.late = [];
      watched.inTimeAtMs = now;
      await measureUsual(watched, camera);
      return undefined;
    }
    if (now - watched.inTimeAtMs > DELAY.lateMaxMs) {
      watched.usualDelayMs = watched.delayMs;
      return undefined;
    }
    const bps = addLate(watched, await readCounters(camera));
    const isLow = bps !== undefined && bps <= watched.usualBps * DELAY.lowShare;
    return isLow && lateMs >= DELAY.lateMs ? bps : undefined;
  }

  /** Undefined before the first frame. */
  #readFrame(camera: Receiver, now: number): Watched | undefined {
    const watched = this.#watched.get(camera);
    const [newest] = camera.getSynchronizationSources().sort((left, right) => right.timestamp - left.timestamp);
    if (!newest || newest.rtpTimestamp === watched?.rtpTimestamp) return watched;
    const { rtpTimestamp } = newest;
    const delayMs = newest.timestamp - rtpTimestamp / RTP_CLOCK_KHZ;
    const frame = { rtpTimestamp, seenAtMs: now, delayMs };
    if (watched && Math.abs(delayMs - watched.delayMs) < STEP_MAX_MS)
      return Object.assign(watched, frame, { usualDelayMs: Math.min(delayMs, watched.usualDelayMs) });
    const begun = { ...frame, usualDelayMs: delayMs, inTimeAtMs: now, measured: null, usualBps: 0, late: [] };
    this.#watched.set(camera, begun);
    return begun;
  }
}

async function measureUsual(watched: Watched, camera: Receiver): Promise<void> {
  const { measured } = watched;
  if (measured && performance.now() - measured.readAtMs < DELAY.usualMs) return;
  const counters = await readCounters(camera);
  const isRecent = measured && counters.readAtMs - measured.readAtMs < 2 * DELAY.usualMs;
  watched.usualBps = (isRecent && arrivingBps(measured, counters)) || 0;
  watched.measured = counters;
}

/** Returns the bit rate that arrives while frames are late, if there were enough checks. */
function addLate(watched: Watched, counters: Counters): number | undefined {
  const isArriving = counters.idleMs !== undefined && counters.idleMs <= DELAY.idleMaxMs;
  watched.late = isArriving ? [...watched.late, counters] : [];
  const [first] = watched.late;
  return first && watched.late.length >= DELAY.lateChecksMin ? arrivingBps(first, counters) : undefined;
}
