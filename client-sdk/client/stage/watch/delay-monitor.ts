/**
 * Detects that packets queue up before a line that is too narrow, before any are lost: frames come ever later, and less
 * arrives than usual (the principle of delay-based congestion control, draft-ietf-rmcat-gcc-02). Once packets are lost
 * the queue is full, and the smaller picture has to wait behind it while the larger one stands still. Frames that the
 * browser buffers longer, such as on a lossy line, hide a queue that is shorter than that.
 */
import type { Stalled } from '../../media/media-transport.ts';
import { arrivingBps, type Counters, readCounters } from './line-counters.ts';
import { RepeatedCheck } from './repeated-check.ts';

type Receiver = Pick<RTCRtpReceiver, 'getSynchronizationSources' | 'getStats'>;

export interface DelayMonitorOptions {
  /** The cameras that should have a picture at the moment. The frames of screens come at any time. */
  cameras(): readonly Receiver[];
  onStalled(stalled: Stalled): void;
}

const DELAY = {
  checkMs: 50,
  /** From this delay on, beyond the usual one, the arriving bit rate is measured. */
  suspectMs: 30,
  /**
   * What counts as narrow: frames are late by this, for this many checks in a row, during which at least so many
   * packets arrive, at this share of the usual bit rate or less. A steep fall shows sooner than a slight one. Where
   * more packets have been lost lately, frames are late since they wait for those to be sent again.
   */
  narrow: [
    { lateMs: 60, checks: 2, packets: 3, share: 0.5, lost: 0 },
    { lateMs: 110, checks: 3, packets: 1, share: 0.8, lost: 1 },
  ],
  /** Each check has to follow a packet within this: a line that stops for a moment is not narrow. */
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
/** Assumed until there are two frames. A camera sends them more often. */
const INTERVAL_ASSUMED_MS = 200;
/** By this factor at most, the usual time between two frames grows with each frame. */
const INTERVAL_GROWTH = 1.2;

interface Watched {
  /** Of the newest frame: its timestamp, when it was first seen, and its delay, up to a constant. */
  rtpTimestamp: number;
  seenAtMs: number;
  delayMs: number;
  usualDelayMs: number;
  /** The usual time between two frames. */
  intervalMs: number;
  /** When frames were last in time. */
  inTimeAtMs: number;
  /** The counters of the last measurement of the usual bit rate. */
  measured: Counters | null;
  usualBps: number;
  /** The counters of each check since frames are late, and packets arrive. */
  late: Counters[];
}

export class DelayMonitor extends RepeatedCheck {
  readonly #options: DelayMonitorOptions;
  readonly #watched = new WeakMap<Receiver, Watched>();
  #reportedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: DelayMonitorOptions) {
    super(DELAY.checkMs);
    this.#options = options;
  }

  protected override async check(): Promise<void> {
    const found = await Promise.all(this.#options.cameras().map((camera) => this.#checkOne(camera)));
    if (this.isClosed) return;
    // They share one line.
    const lineBps = found.find((bps) => bps !== undefined);
    const now = performance.now();
    if (lineBps === undefined || now - this.#reportedAtMs < DELAY.spacingMs) return;
    this.#reportedAtMs = now;
    this.#options.onStalled({ lineBps, isLate: true });
  }

  /** Returns the arriving bit rate, if frames are late and it is too low. */
  async #checkOne(camera: Receiver): Promise<number | undefined> {
    const now = performance.now();
    const watched = this.#readFrame(camera, now);
    if (!watched) return undefined;
    const overdueMs = Math.max(0, now - watched.seenAtMs - watched.intervalMs);
    const lateMs = watched.delayMs - watched.usualDelayMs + overdueMs;
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
    addLate(watched, await readCounters(camera));
    return narrowBps(watched, lateMs);
  }

  /** Undefined before the first frame. */
  #readFrame(camera: Receiver, now: number): Watched | undefined {
    const watched = this.#watched.get(camera);
    const [newest] = camera.getSynchronizationSources().sort((left, right) => right.timestamp - left.timestamp);
    if (!newest || newest.rtpTimestamp === watched?.rtpTimestamp) return watched;
    const { rtpTimestamp } = newest;
    const delayMs = newest.timestamp - rtpTimestamp / RTP_CLOCK_KHZ;
    const frame = { rtpTimestamp, seenAtMs: now, delayMs };
    if (watched && Math.abs(delayMs - watched.delayMs) < STEP_MAX_MS) {
      // The frame before may have been missed: two came between the last two checks.
      const sinceMs = Math.max(0, rtpTimestamp - watched.rtpTimestamp) / RTP_CLOCK_KHZ;
      const intervalMs = Math.min(sinceMs, watched.intervalMs * INTERVAL_GROWTH);
      return Object.assign(watched, frame, { intervalMs, usualDelayMs: Math.min(delayMs, watched.usualDelayMs) });
    }
    const usual = { usualDelayMs: delayMs, intervalMs: INTERVAL_ASSUMED_MS, usualBps: 0 };
    const begun = { ...frame, ...usual, inTimeAtMs: now, measured: null, late: [] };
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

function addLate(watched: Watched, counters: Counters): void {
  const isArriving = counters.idleMs !== undefined && counters.idleMs <= DELAY.idleMaxMs;
  watched.late = isArriving ? [...watched.late, counters] : [];
}

/** The arriving bit rate, if it is too low. */
function narrowBps({ late, measured, usualBps }: Watched, lateMs: number): number | undefined {
  const [first, last] = [late[0], late.at(-1)];
  if (!first || !last || !measured) return undefined;
  const bps = arrivingBps(first, last);
  if (bps === undefined) return undefined;
  const packets = last.packets - first.packets;
  const lost = last.lost - measured.lost;
  const isNarrow = DELAY.narrow.some((sign) => {
    const isLate = lateMs >= sign.lateMs && late.length >= sign.checks && packets >= sign.packets;
    return isLate && bps <= usualBps * sign.share && lost <= sign.lost;
  });
  return isNarrow ? bps : undefined;
}
