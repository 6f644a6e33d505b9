/**
 * Detects a video whose packets arrive without a picture: what its decoder waits for was lost, on a dead line or on one
 * that is too narrow. The browser itself requests a key frame only after three seconds. A check costs one synchronous
 * call for each video; statistics are read only while a picture stands still.
 */
import { backoffMs } from '../../backoff.ts';
import type { Stalled } from '../../media/media-transport.ts';
import { arrivingBps, type Counters, readCounters } from './line-counters.ts';
import { RepeatedCheck } from './repeated-check.ts';

type Receiver = Pick<RTCRtpReceiver, 'getSynchronizationSources' | 'getStats'>;

interface Watched {
  /** Timestamp of the last frame that was delivered. */
  frameAt: number;
  changedAt: number;
  /** When its packets arrived again after a pause in which the sound went on. */
  resumedAt: number;
  /** Of the last check; null before the first one. */
  last: Counters | null;
  /** When packets of anything, and of this video, last arrived. */
  arrivedAt: number;
  videoAt: number;
  /** `dead`: nothing has arrived for `SILENCE_MS`; `back`: it was dead for `LOST_MS`, which was not reported yet. */
  line: 'works' | 'dead' | 'back';
  /** Checks that found packets of this video, since it or the line paused. */
  arriving: number;
  /** The counters from which on it is measured what arrives and what is lost. */
  measuredFrom: Counters | null;
  /** Checks since then that found losses. The losses of a gap show at one check, those of a narrow line at many. */
  lossy: number;
}

const UNKNOWN: Omit<Watched, 'frameAt' | 'changedAt' | 'resumedAt'> = {
  last: null,
  arrivedAt: 0,
  videoAt: 0,
  line: 'works',
  arriving: 0,
  measuredFrom: null,
  lossy: 0,
};

/** `quiet`: no packet of it has arrived for a while, as with a screen that does not change. */
type Finding = 'unseen' | 'moving' | 'still' | 'quiet' | Stalled;

export interface StallMonitorOptions {
  /** The receivers that should have a picture at the moment. */
  videos(): readonly Receiver[];
  onStalled(stalled: Stalled): void;
  /** Called at each check that finds a picture moving, and none that stands still. */
  onMoving(): void;
}

export const STALL = {
  /** Interval of the checks. */
  checkMs: 50,
  /** The statistics of a picture that has stood still for this long are read. */
  stillAfterMs: 80,
  /** If no packet of it has arrived for this long, they are read more rarely. */
  quietAfterMs: 1_000,
  quietCheckMs: 250,
  /** Without a new picture for this long, while packets arrive, the server is asked to restart it. */
  afterMs: 400,
  /** If more than `lossShare` of the packets are lost, the line is too narrow, and it is asked as early as this. */
  lossyAfterMs: 200,
  lossShare: 0.2,
  /** It is asked again after these, since a device that is too slow to decode looks the same. */
  backoffMs: [1_000, 2_000, 4_000, 8_000, 30_000],
  /** Without a stall for this long, the steps begin anew. */
  calmMs: 10_000,
} as const;

/** A single one may find the packets of a frame that is about to be shown, as of a screen that changes rarely. */
const ARRIVING_CHECKS = 2;
const LOSSY_CHECKS = 2;
/** A line without a packet of anything for so long is dead. On a narrow one, a large packet takes nearly as long. */
const SILENCE_MS = 170;
/**
 * What the page has sent over a line that was dead for less is repeated soon. It is longer than the 1.5 s in which a
 * worker sends RTCP although it has no media.
 */
const LOST_MS = 2_000;
/** A video without any packet for so long has paused. */
const PAUSE_MS = 500;

export class StallMonitor extends RepeatedCheck {
  readonly #options: StallMonitorOptions;
  readonly #watched = new WeakMap<Receiver, Watched>();
  #stalledAt = Number.NEGATIVE_INFINITY;
  /** Since the last calm. */
  #reports = 0;
  #nextReportAt = 0;
  /** Whether the last report was that the line is too narrow. */
  #wasNarrow = false;

  constructor(options: StallMonitorOptions) {
    super(STALL.checkMs);
    this.#options = options;
  }

  /** Whether nothing arrives although a picture stands still. */
  get isLineDead(): boolean {
    return this.#options.videos().some((video) => this.#watched.get(video)?.line === 'dead');
  }

  protected override async check(): Promise<void> {
    const findings = await Promise.all(this.#options.videos().map((video) => this.#checkOne(video)));
    if (this.isClosed) return;
    const stalled = findings.filter((finding) => typeof finding === 'object');
    const worst = stalled.find(({ lineBps }) => lineBps !== undefined) ?? stalled[0];
    if (worst) this.#handleStalled({ ...worst, isBack: stalled.some(({ isBack }) => isBack) });
    else if (findings.includes('moving') && !findings.includes('still')) this.#options.onMoving();
  }

  #handleStalled(stalled: Stalled): void {
    const now = performance.now();
    if (now - this.#stalledAt > STALL.calmMs) this.#reports = 0;
    this.#stalledAt = now;
    const isNarrow = stalled.lineBps !== undefined;
    const isUrgent = this.#reports === 0 || stalled.isBack || (isNarrow && !this.#wasNarrow);
    if (!isUrgent && now < this.#nextReportAt) return;
    this.#wasNarrow = isNarrow;
    // They share one line.
    for (const video of this.#options.videos()) this.#forgetDeadLine(video);
    this.#nextReportAt = now + backoffMs(STALL.backoffMs, this.#reports);
    this.#reports += 1;
    this.#options.onStalled(stalled);
  }

  #forgetDeadLine(video: Receiver): void {
    const watched = this.#watched.get(video);
    if (watched?.line === 'back') watched.line = 'works';
  }

  async #checkOne(video: Receiver): Promise<Finding> {
    const now = performance.now();
    const frameAt = Math.max(0, ...video.getSynchronizationSources().map(({ timestamp }) => timestamp));
    const watched = this.#watched.get(video);
    // The browser forgets a source after ten seconds.
    if (!watched || (frameAt !== 0 && frameAt !== watched.frameAt)) {
      this.#watched.set(video, { ...UNKNOWN, frameAt, changedAt: now, resumedAt: now });
      return frameAt === 0 ? 'unseen' : 'moving';
    }
    // Before the first picture the server looks after those who join.
    if (watched.frameAt === 0) return 'unseen';
    const stillMs = now - watched.changedAt;
    if (stillMs < STALL.stillAfterMs) return 'moving';
    const { last: before } = watched;
    const idleMs = now - Math.max(watched.changedAt, watched.measuredFrom?.readAtMs ?? 0);
    const isQuiet = watched.arriving === 0 && idleMs > STALL.quietAfterMs && watched.line !== 'dead';
    if (isQuiet) watched.line = 'works';
    if (isQuiet && before !== null && now - before.readAtMs < STALL.quietCheckMs) return 'quiet';
    watched.last = await readCounters(video);
    const isArriving = before !== null && handleArrivals(watched, before, watched.last);
    if (!isArriving) return isQuiet ? 'quiet' : 'still';
    if (watched.arriving < ARRIVING_CHECKS) return 'still';
    const waitedMs = now - Math.max(watched.changedAt, watched.resumedAt);
    const isLossy = waitedMs >= STALL.lossyAfterMs && watched.lossy >= LOSSY_CHECKS;
    const lineBps = isLossy ? lossyBps(watched.measuredFrom ?? before, watched.last) : undefined;
    if (lineBps === undefined && waitedMs < STALL.afterMs) return 'still';
    return { ...(lineBps !== undefined && { lineBps }), isBack: watched.line === 'back' };
  }
}

/** Whether packets of the video have arrived. What was lost while the line was dead is left out of the measurement. */
function handleArrivals(watched: Watched, before: Counters, now: Counters): boolean {
  const { readAtMs } = now;
  if (!watched.measuredFrom) {
    watched.measuredFrom = before;
    watched.videoAt = before.readAtMs;
    watched.arrivedAt = before.readAtMs - (before.idleMs ?? 0);
  }
  const isArriving = now.packets > before.packets;
  const hasLost = now.lost > before.lost;
  if (hasLost) watched.lossy += 1;
  if (isArriving || now.allBytes > before.allBytes) {
    const line = readAtMs - watched.arrivedAt < LOST_MS ? 'works' : 'back';
    if (watched.line === 'dead') Object.assign(watched, { line, measuredFrom: now, lossy: 0 });
    watched.arrivedAt = readAtMs;
  } else if (readAtMs - watched.arrivedAt > SILENCE_MS) Object.assign(watched, { line: 'dead', arriving: 0 });
  const hasPaused = readAtMs - watched.videoAt > PAUSE_MS;
  if (hasPaused) watched.arriving = 0;
  if (!isArriving) return false;
  // The server goes on with a picture that it had paused, or a screen changes: it may be about to be shown.
  if (hasPaused && !hasLost && watched.line === 'works')
    Object.assign(watched, { measuredFrom: now, lossy: 0, resumedAt: readAtMs });
  watched.videoAt = readAtMs;
  watched.arriving += 1;
  return true;
}

/** What arrives, in bits per second, if packets are being lost. */
function lossyBps(before: Counters, now: Counters): number | undefined {
  const lost = now.lost - before.lost;
  return lost > STALL.lossShare * (now.packets - before.packets + lost) ? arrivingBps(before, now) : undefined;
}
